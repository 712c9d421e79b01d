/** `seas status`: where a run stands, from its folder alone; reads while another process writes. */
import { defineCommand } from "citty";
import { readEvents } from "../run/events.ts";
import { type RunInfo, readRun } from "../run/inspect.ts";
import { costed, totalUsage, usageByStage } from "../run/usage.ts";
import type { CommandModule, Streams } from "./commands.ts";
import { count, counted, duration, table } from "./format.ts";
import { findRun, resumeCommand, runArguments } from "./run-folder.ts";
import { bold, screenOf, terminalSafe } from "./terminal.ts";
import { usageTable } from "./usage-text.ts";

export const examples: CommandModule["examples"] = [
  ["seas status", "the newest run under runs"],
  ["seas status runs/NAME", "one run"],
  ["seas status --json", "for programs"],
];

export const command = defineCommand({
  args: {
    ...runArguments,
    json: { type: "boolean", description: "One JSON object" },
  },
  async run({ args, data }) {
    const screen = screenOf((data as Streams).stdout);
    const run = await readRun(await findRun(args.run, args.output));
    const at = run.status === "success" ? undefined : await unfinishedStage(run);
    const servers = costed(totalUsage(await usageByStage(run, run.stages)), run.config);
    if (args.json) {
      const { dir, status, config, stages, end, writer } = run;
      screen.write(
        `${JSON.stringify({ dir, status, preset: config.preset, seed: config.seed, iterations: config.iterations, stages, at, end, writer, servers })}\n`,
      );
      return;
    }
    const { preset, seed, iterations } = run.config;
    screen.write(
      `${bold(terminalSafe(run.dir), screen)}\npreset ${preset}, seed ${seed}, ${counted(iterations, "iteration")}: ${statusText(run)}\n`,
    );
    if (run.stages.length > 0) screen.write(`\n${stageTable(run)}\n`);
    const usage = usageTable(servers);
    if (usage !== undefined) screen.write(`\n${usage}\n`);
    if (at !== undefined)
      screen.write(
        `\nat: iteration ${at.iteration}, ${terminalSafe(at.stage)}, ${count(at.done)} of ${count(at.total)}\n`,
      );
    screen.write(`\n${nextStep(run)}\n`);
  },
});

function statusText({ status, writer, end }: RunInfo): string {
  if (writer !== undefined) return `running (process ${writer.pid} on ${terminalSafe(writer.host)})`;
  if (status === "success") return `done in ${duration(end?.seconds ?? Number.NaN)}`;
  if (status === "unfinished") return "stopped without a word";
  return `${status === "error" ? "failed" : "interrupted"}${end?.message === undefined ? "" : `: ${terminalSafe(end.message, 500)}`}`;
}

function stageTable({ stages }: RunInfo): string {
  const rows = stages.map((stage) => [
    `${stage.iteration} ${terminalSafe(stage.name)}`,
    count(stage.count),
    duration(stage.seconds),
    stage.usage.tokens > 0 ? count(stage.usage.tokens) : "",
  ]);
  return table([["finished", "count", "time", "tokens"], ...rows]);
}

function nextStep(run: RunInfo): string {
  const path = terminalSafe(resumeCommand(run.dir), 1000);
  if (run.status === "running") return "it is at work; this command may be called at any time";
  if (run.status === "success")
    return `report: seas report ${terminalSafe(path.slice(path.indexOf("--resume ") + 9), 1000)}`;
  return `go on with: ${path}`;
}

/** How far the stage is that has no mark yet, as last said; undefined when nothing was. */
async function unfinishedStage(run: RunInfo) {
  let last: { iteration: number; stage: string; done: number; total: number } | undefined;
  for await (const event of readEvents(run.path("events.jsonl"))) {
    if (event.type === "stage-end") last = undefined;
    if (event.type === "stage-start")
      last = { iteration: event.iteration, stage: event.stage, done: 0, total: event.total };
    if (event.type === "progress")
      last = { iteration: event.iteration, stage: event.stage, done: event.done, total: event.total };
  }
  return last;
}
