/** A run before it starts, as text that is safe for a terminal: counts, tokens, time, disk and cost. */
import type { Config } from "../config.ts";
import { estimateDisk, estimateSeconds, estimateWork, type Speeds } from "./estimate.ts";
import { fineTuningLines } from "./fine-tuning-plan.ts";
import { bytes, count, counted, duration, table } from "./format.ts";
import { terminalSafe } from "./terminal.ts";

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
  const seconds = speeds === undefined ? Number.NaN : estimateSeconds(work, speeds);
  const time = (stages: typeof work) => (speeds === undefined ? "unknown" : duration(estimateSeconds(stages, speeds)));
  const rows = work.map((stage) => [
    stage.stage,
    Object.entries(stage.counts)
      .filter(([, n]) => n > 0)
      .map(([what, n]) => `${count(n)} ${what}`)
      .join(", "),
    count(stage.trainedTokens),
    count(stage.sampledTokens),
    count(stage.readTokens),
    time([stage]),
  ]);
  const total = (key: "trainedTokens" | "sampledTokens" | "readTokens") =>
    count(work.reduce((sum, stage) => sum + stage[key], 0));
  const disk = estimateDisk(config, work);
  const size =
    config.model.base === defaultBase ? "" : `, if ${terminalSafe(config.model.base)} were of the default model's size`;
  const summary = `preset ${config.preset}, seed ${config.seed}, ${counted(config.iterations, "iteration")}: about ${duration(seconds)}${size}`;
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
          ["all", "", total("trainedTokens"), total("sampledTokens"), total("readTokens"), time(work)],
        ],
        2,
      ),
      "",
      `time  about ${duration(seconds)} (speed of this machine: ${machine}; without downloads)`,
      `disk  ${bytes(disk)} in ${terminalSafe(config.output)}; the model's cache beside it takes up to 1 GiB the first time`,
      ...costLines(config),
    ].join("\n"),
  };
}

/** What it costs, and who else takes part. */
function costLines(config: Config): string[] {
  if (config.trainer.kind === "embedded") return ["cost  0: everything runs on this machine"];
  if (config.trainer.kind === "ray") return ["cost  what the cluster takes for the trainings"];
  return [
    "cost  what the provider takes for tokens trained and sampled",
    "",
    ...fineTuningLines(config, config.trainer),
  ];
}

function adviceOf({ preset }: Config, seconds: number): string | undefined {
  if (preset === "quick" && seconds > slowQuick)
    return "this machine is slow for it: `--preset tiny` is about a fifth of the work";
  if (preset === "paper")
    return "the paper's numbers are made for a cluster; `--preset standard` is the largest meant for one machine";
  return undefined;
}
