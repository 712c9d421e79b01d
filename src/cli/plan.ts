/** A run before it starts, as text that is safe for a terminal: counts, tokens, time, disk and cost. */
import type { Config } from "../config.ts";
import type { RoleUsage } from "../run/usage.ts";
import { estimateDisk, estimateSeconds, estimateWork, type Speeds, workHere } from "./estimate.ts";
import { assumptions, estimateServers, isServed } from "./estimate-servers.ts";
import { fineTuningLines } from "./fine-tuning-plan.ts";
import { bytes, count, counted, duration, table } from "./format.ts";
import { terminalSafe } from "./terminal.ts";
import { costText, usageTable } from "./usage-text.ts";

const slowQuick = 20 * 60; // s
const defaultBase = "smollm2-135m-instruct";

/** What is known before the start. */
export interface Plan {
  /** NaN when the speed is not known. */
  readonly seconds: number;
  /** Table and lines for `--dry-run`. */
  readonly text: string;
  /** One line for the start of a run. */
  readonly summary: string;
  /** What to do about a run that would take long; undefined when there is nothing to say. */
  readonly advice: string | undefined;
}

/** @param speeds measured on this machine; undefined when that was not possible */
export function planOf(config: Config, speeds: (Speeds & { readonly gigaflops: number }) | undefined): Plan {
  const work = estimateWork(config);
  const { model, judge } = config;
  const served = {
    players: model.server !== null,
    training: config.trainer.kind !== "embedded",
    trainJudge: isServed(judge.train, judge.define),
    scoreJudge: isServed(judge.score, judge.define),
  };
  const here = workHere(work, served);
  const servers = estimateServers(config);
  const seconds = speeds === undefined ? Number.NaN : estimateSeconds(here, speeds);
  const time = (stages: typeof work) => (speeds === undefined ? "unknown" : duration(estimateSeconds(stages, speeds)));
  const rows = work.map((stage, i) => [
    stage.stage,
    Object.entries(stage.counts)
      .filter(([, n]) => n > 0)
      .map(([what, n]) => `${count(n)} ${what}`)
      .join(", "),
    count(stage.trainedTokens),
    count(stage.sampledTokens),
    count(stage.readTokens),
    time([here[i]!]),
  ]);
  const total = (key: "trainedTokens" | "sampledTokens" | "readTokens") =>
    count(work.reduce((sum, stage) => sum + stage[key], 0));
  const disk = estimateDisk(config, work);
  const about = seconds < 1 ? "under a second" : `about ${duration(seconds)}`;
  const size =
    seconds < 1 || config.model.base === defaultBase
      ? ""
      : `, if ${terminalSafe(config.model.base)} were of the default model's size`;
  const summary = `preset ${config.preset}, seed ${config.seed}, ${counted(config.iterations, "iteration")}: ${about}${size}${servers.length > 0 ? " on this machine, beside what servers take" : ""}`;
  const usage = usageTable(servers, "servers, at a guess");
  const machine = speeds === undefined ? "not measured" : `${speeds.gigaflops.toFixed(0)} GF/s`;
  return {
    seconds,
    summary,
    advice: adviceOf(config, seconds),
    text: [
      summary,
      "",
      table(
        [
          ["stage", "makes, at most", "trained tokens", "sampled", "read", "time"],
          ...rows,
          ["all", "", total("trainedTokens"), total("sampledTokens"), total("readTokens"), time(here)],
        ],
        2,
      ),
      "",
      ...(usage === undefined ? [] : [usage, assumptions(config), ""]),
      `time  ${about}${servers.length > 0 ? " on this machine; how long the servers take it cannot know" : ""} (speed of this machine: ${machine}; without downloads)`,
      `disk  ${bytes(disk)} in ${terminalSafe(config.output)}; the model's cache beside it takes ${config.model.base === defaultBase ? "up to 1 GiB the first time" : "the base's files, where they come from the hub, and a copy in float32"}`,
      ...costLines(config, servers),
    ].join("\n"),
  };
}

/** What it costs, as far as prices are known, and who else takes part. */
function costLines(config: Config, servers: readonly RoleUsage[]): string[] {
  const asked = servers.length === 0 ? "" : costLine(servers);
  if (config.trainer.kind === "embedded")
    return [`cost  ${asked === "" ? "0: everything runs on this machine" : asked}`];
  const more = asked === "" ? "" : `${asked}; and `;
  if (config.trainer.kind === "ray") return [`cost  ${more}what the cluster takes for the trainings`];
  return [`cost  ${more}what the provider takes for tokens trained`, "", ...fineTuningLines(config, config.trainer)];
}

/** Of the servers. */
function costLine(servers: readonly RoleUsage[]): string {
  if (servers.every(({ cost }) => cost === undefined))
    return "not known: `prices: {input, output}` of a million tokens beside a server's url would tell";
  return `about ${costText(servers)}, an estimate${servers.some(({ cost }) => cost === undefined) ? "; ? = servers without `prices`" : ""}`;
}

function adviceOf({ preset }: Config, seconds: number): string | undefined {
  if (preset === "quick" && seconds > slowQuick)
    return "this machine is slow for it: `--preset tiny` is about a fifth of the work";
  if (preset === "paper")
    return "the paper's numbers are made for a cluster; `--preset standard` is the largest meant for one machine";
  return undefined;
}
