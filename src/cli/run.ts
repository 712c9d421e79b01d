/**
 * `seas run`: from a configuration to a table and a report. Says first what the run will take, draws it, saves on
 * Ctrl-C and says how to go on. The work itself is seas.ts.
 */
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { defineCommand } from "citty";
import { type Config, presets, resolveConfig } from "../config.ts";
import { describeError, SeasError } from "../errors.ts";
import { findUnfinishedRun, readRun } from "../run/inspect.ts";
import { costed, totalUsage, usageByStage } from "../run/usage.ts";
import type { RunSummary } from "../seas.ts";
import { wholeNumber } from "./arguments.ts";
import type { CommandModule, ExitCode, Streams } from "./commands.ts";
import { type ConfigFlags, loadConfig, withFlags } from "./config-file.ts";
import { duration } from "./format.ts";
import { catchInterrupts } from "./interrupt.ts";
import { type Plan, planOf } from "./plan.ts";
import { createProgress, type Progress } from "./progress.ts";
import { jobsText } from "./ray-jobs.ts";
import { judgeLines, scoreTable } from "./results.ts";
import { findRun, resumeCommand } from "./run-folder.ts";
import { warnOfSuites } from "./suite-warning.ts";
import { alarm, dim, screenOf, terminalSafe } from "./terminal.ts";
import { usageTable } from "./usage-text.ts";

const askAbove = 2 * 3600; // s

export const examples: CommandModule["examples"] = [
  ["seas run", "preset quick: about ten minutes on two fast cores"],
  ["seas run --preset tiny --seed 2", "a fifth of the work, other random choices"],
  ["seas run seas.yaml --dry-run", "counts, tokens, time, disk and cost, without starting"],
  ["seas run --model ./model.gguf", "another base model"],
  ["seas run --resume runs/NAME", "go on with a run that stopped"],
];

export const command = defineCommand({
  args: {
    config: { type: "positional", required: false, description: "YAML file; `seas init` writes one" },
    preset: {
      type: "enum",
      options: Object.keys(presets),
      description: "Where every value not given comes from (Default: quick)",
    },
    seed: { type: "string", valueHint: "N", description: "Of every random choice" },
    output: { type: "string", valueHint: "DIR", description: "Folder that holds the run folders (Default: runs)" },
    model: {
      type: "string",
      valueHint: "BASE",
      description: "A .gguf or .safetensors file, a Hugging Face folder, or a hub id",
    },
    dataset: {
      type: "string",
      valueHint: "FILE",
      description: "JSONL of {prompt, category} instead of our own prompts",
    },
    iterations: { type: "string", valueHint: "N", description: "Rounds of attack and optimization" },
    threads: { type: "string", valueHint: "N", description: "Threads of the engine; 0 = one for each core" },
    device: { type: "string", valueHint: "NAME", description: "cpu, cuda, webgpu, coreml, dml or auto (Default: cpu)" },
    resume: { type: "string", valueHint: "DIR", description: "Go on with this run" },
    new: { type: "boolean", description: "Start anew where an unfinished run of the same configuration would go on" },
    "dry-run": { type: "boolean", description: "Say what it would take, and stop" },
    samples: {
      type: "boolean",
      default: true,
      description: "Show attacks and answers now and then, shortened",
      negativeDescription: "Show none",
    },
    yes: { type: "boolean", description: "Do not ask before a long run" },
  },
  async run({ args, data }): Promise<ExitCode> {
    const streams = data as Streams;
    const flags: ConfigFlags = {
      preset: args.preset,
      output: args.output,
      model: args.model,
      dataset: args.dataset,
      seed: wholeNumber(args.seed, "--seed"),
      iterations: wholeNumber(args.iterations, "--iterations", 1),
      threads: wholeNumber(args.threads, "--threads"),
      device: args.device,
    };
    const { config, dir } = await target(
      args.config,
      args.resume,
      flags,
      args.new === true || args["dry-run"] === true,
    );
    if (config.data.dataset !== null) await warnOfSuites(config.data.dataset, screenOf(streams.stderr));
    const plan = planOf(config, await speedsOf(config, streams));
    if (args["dry-run"]) {
      streams.stdout.write(`${plan.text}\n${plan.advice === undefined ? "" : `\n${plan.advice}\n`}`);
      const jobs = jobsText(config);
      if (jobs !== undefined) streams.stdout.write(`\n${jobs}\n`);
      return 0;
    }
    announce(plan, dir, streams);
    if (plan.seconds > askAbove && !args.yes && !(await agreed(plan, streams))) return 0;
    return perform(config, dir, plan, args.samples, streams);
  },
});

/** The configuration, and the folder to go on in. */
async function target(
  file: string | undefined,
  resume: string | undefined,
  flags: ConfigFlags,
  fresh: boolean,
): Promise<{ config: Config; dir: string | undefined }> {
  if (resume !== undefined) {
    if (file !== undefined)
      throw new SeasError("E_USAGE", "a configuration file and --resume", {
        hint: "a run goes on with its own configuration",
      });
    const dir = await findRun(resume, flags.output ?? "runs");
    const { config } = await readRun(dir);
    // What flags change, the run folder compares, names and refuses.
    return { config: resolveConfig(withFlags(config, flags), "command line"), dir };
  }
  const config = await loadConfig(file, flags);
  return { config, dir: fresh ? undefined : await findUnfinishedRun(config.output, config) };
}

async function perform(
  config: Config,
  dir: string | undefined,
  plan: Plan,
  samples: boolean,
  streams: Streams,
): Promise<ExitCode> {
  const screen = screenOf(streams.stderr);
  const progress = createProgress({ screen, stream: streams.stderr, samples });
  const interrupts = catchInterrupts(progress);
  let summary: RunSummary;
  try {
    summary = await play(config, dir, progress, interrupts.signal);
  } catch (error) {
    progress.close();
    const kept = dir ?? (await findUnfinishedRun(config.output, config).catch(() => undefined));
    const how = kept === undefined ? undefined : `go on with: ${goOn(kept)}`;
    if (interrupts.signal.aborted) {
      const message = kept === undefined ? "stopped before the run began" : "stopped";
      throw new SeasError("E_CANCELLED", message, { ...(how === undefined ? {} : { hint: how }), cause: error });
    }
    if (how !== undefined && !isRefusal(error)) screen.write(`what is finished is kept; ${how}\n`);
    throw error;
  } finally {
    progress.close();
    interrupts.stop();
  }
  if (summary.status === "cancelled") {
    screen.write(`saved. Go on with: ${goOn(summary.dir)}\n`);
    return 130;
  }
  await conclude(summary, config, dir === undefined ? plan : undefined, streams);
  return 0;
}

async function play(
  config: Config,
  dir: string | undefined,
  { reporter }: Progress,
  signal: AbortSignal,
): Promise<RunSummary> {
  const [{ embeddedCast }, { seas }] = await Promise.all([import("../cast.ts"), import("../seas.ts")]);
  const cast = await embeddedCast(config, { reporter, signal });
  try {
    return await seas(config, { cast, reporter, signal, ...(dir === undefined ? {} : { dir }) });
  } finally {
    await cast.close();
  }
}

async function conclude(summary: RunSummary, config: Config, plan: Plan | undefined, streams: Streams): Promise<void> {
  const scores = scoreTable(summary.scores, config);
  const estimate = plan === undefined || Number.isNaN(plan.seconds) ? "" : ` (estimated: ${duration(plan.seconds)})`;
  const { knownJudges } = await import("../stages/judge-quality.ts");
  const judge = judgeLines(config.judge.score, await knownJudges({ path: (...parts) => join(summary.dir, ...parts) }));
  const { stages, path } = await readRun(summary.dir);
  const usage = usageTable(costed(totalUsage(await usageByStage({ path }, stages)), config));
  const lines = [
    ...(scores === undefined ? [] : ["", scores, "", judge]),
    ...(usage === undefined ? [] : ["", usage, ""]),
    `time:   ${duration(summary.seconds)}${estimate}`,
    `run:    ${terminalSafe(summary.dir, 1000)}`,
  ];
  streams.stdout.write(`${lines.join("\n")}\n`);
  // Last, since the figures are worth having without it.
  const { writeReport } = await import("../report/index.ts");
  streams.stdout.write(`report: ${terminalSafe(await writeReport(summary.dir), 1000)}\n`);
}

function announce(plan: Plan, dir: string | undefined, streams: Streams): void {
  const screen = screenOf(streams.stderr);
  screen.write(`${plan.summary}${dir === undefined ? "" : " in all"}\n`);
  if (dir !== undefined)
    screen.write(`going on with ${terminalSafe(dir, 1000)}${dim(" (--new starts anew)", screen)}\n`);
  if (plan.advice !== undefined) screen.write(`${alarm("note:", "warning", screen)} ${plan.advice}\n`);
}

/** The speed of this machine; a machine that cannot tell will say why when the engine starts. */
async function speedsOf({ model }: Config, streams: Streams) {
  try {
    const { probeSpeed } = await import("./speed.ts");
    return await probeSpeed(model.threads, model.precision);
  } catch (error) {
    screenOf(streams.stderr).write(`speed not measured: ${terminalSafe(describeError(error), 300)}\n`);
    return undefined;
  }
}

async function agreed(plan: Plan, { stderr }: Streams): Promise<boolean> {
  if (process.stdin.isTTY !== true || stderr.isTTY !== true) return true;
  const reader = createInterface({ input: process.stdin, output: stderr });
  try {
    return /^y(es)?$/i.test((await reader.question(`About ${duration(plan.seconds)}. Go on? [y/N] `)).trim());
  } finally {
    reader.close();
  }
}

function goOn(dir: string): string {
  return terminalSafe(resumeCommand(dir), 1000);
}

/** Errors that going on would meet again. */
function isRefusal(error: unknown): boolean {
  return error instanceof SeasError && ["E_RUN", "E_RUN_LOCKED", "E_CONFIG", "E_USAGE"].includes(error.code);
}
