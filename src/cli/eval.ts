/**
 * `seas eval`: models on suites of prompts. Attack success by a judge, refusals of what is harmless, answers to what is not, all with
 * intervals; models side by side on the same prompts; limits for CI. Or, without anybody who answers, how varied the prompts are.
 */
import { basename } from "node:path";
import { defineCommand } from "citty";
import type { Config } from "../config.ts";
import { type AbilitySuite, openAbility } from "../eval/ability-rows.ts";
import { attackSuites } from "../eval/attack-suites.ts";
import { trainingSuite } from "../eval/training-prompts.ts";
import { type RunInfo, readRun } from "../run/inspect.ts";
import type { Suite } from "../suites/open.ts";
import type { CommandModule, Streams } from "./commands.ts";
import { loadConfig } from "./config-file.ts";
import { performDiversity } from "./eval/diversity.ts";
import { type EvalOptions, evalArguments, evalOptions, requireComparable, requireMeasurable } from "./eval/options.ts";
import { performEval } from "./eval/perform.ts";
import { openPlayers } from "./eval/players.ts";
import { catchInterrupts } from "./interrupt.ts";
import { createProgress } from "./progress.ts";
import { findRun } from "./run-folder.ts";
import { suiteOf } from "./suite-flag.ts";
import { warnOfSuites } from "./suite-warning.ts";
import { screenOf } from "./terminal.ts";

export const examples: CommandModule["examples"] = [
  ["seas eval --suite xstest", "the default model: harmless prompts refused, harmful ones answered"],
  ["seas eval --suite advbench,orbench-hard --run runs/NAME --iteration 0,3", "a run's Target before and after"],
  ["seas eval --suite mine.jsonl --model http://127.0.0.1:8000/v1#llama", "a model on a server with the OpenAI API"],
  ["seas eval --suite mine.jsonl --model model.gguf,model.gguf+adapter", "a model, and with an adapter"],
  ["seas eval --run runs/NAME --replay", "do a run's old attacks work on its last Target again?"],
  ["seas eval --attacks runs/NAME --model model.gguf", "a run's attacks on another model"],
  ["seas eval --ability ordinary --run runs/NAME", "what training cost: perplexity before and after"],
  ["seas eval --attacks runs/NAME --diversity", "how varied what each Red Team wrote is; nobody answers"],
  ["seas eval --suite xstest --limit 50 --max-over-refusal 0.05 --junit out.xml", "a limit for CI: 100 when not kept"],
];

export const command = defineCommand({
  args: evalArguments,
  async run({ args, rawArgs, data }) {
    const streams = data as Streams;
    const options = evalOptions(args, rawArgs);
    const run = args.run === undefined ? undefined : await readRun(await findRun(args.run, args.output));
    const config = await configOf(args.config, run);
    const screen = screenOf(streams.stderr);
    const progress = createProgress({ screen, stream: streams.stderr, samples: false, inRun: false });
    const saving = options.diversity ? "stopping…" : "stopping… answers and verdicts so far are kept";
    const { signal, stop } = catchInterrupts(progress, saving);
    try {
      const suites: Suite[] = [];
      for (const spec of options.suites) suites.push(await suiteOf(spec, progress, signal));
      suites.push(...(await ownAttacks(options, run, args.output)));
      const seed = options.seed ?? config.seed;
      const ability: AbilitySuite[] = [];
      for (const spec of options.ability) ability.push(await openAbility(spec, options.limit, seed));
      if (options.diversity) suites.push(trainingSuite());
      requireMeasurable(suites, ability, options.limits);
      if (options.diversity) {
        const { limit } = options;
        return await performDiversity({ suites, limit, seed, json: args.json }, streams, progress, signal);
      }
      if (args["win-rate"] !== undefined) requireComparable(suites, options, run !== undefined);
      const trainedOn = run?.config.data.dataset;
      if (trainedOn) await warnOfSuites(trainedOn, screen);
      const { models, iterations } = options;
      const named = models.length === 0 && run === undefined ? [config.model.base] : models;
      const asked = { named, run, role: args.role, iterations, comparer: args["win-rate"] };
      const judge = suites.length === 0 ? undefined : (args.judge ?? config.judge.score);
      const players = await openPlayers(asked, judge, config, progress.line, signal);
      const { temperature, topP, batchSize: answers } = config.attack;
      const request = {
        ...options,
        suites,
        ability,
        settings: { ...options.settings, temperature, topP, seed },
        batchSize: { answers, verdicts: config.judge.batchSize },
        out: args.out,
        junit: args.junit,
        json: args.json,
      };
      try {
        return await performEval(request, players, streams, progress, signal);
      } finally {
        await players.close();
      }
    } finally {
      progress.close();
      stop();
    }
  },
});

/** The suites of --replay and --attacks; where several runs attack, their names stand before the Red Teams'. */
async function ownAttacks(
  { replay, attacks }: EvalOptions,
  run: RunInfo | undefined,
  output: string,
): Promise<Suite[]> {
  const from: { run: RunInfo; replay: boolean }[] = replay ? [{ run: run!, replay }] : [];
  for (const name of attacks) from.push({ run: await readRun(await findRun(name, output)), replay: false });
  const suites: Suite[] = [];
  for (const { run: attacker, replay: all } of from) {
    const prefix = from.length > 1 ? `${basename(attacker.dir)}/` : "";
    suites.push(...(await attackSuites(attacker, { prefix, replay: all })));
  }
  return suites;
}

/** The configuration of a file, or of the run; a run's models always compute as in the run. */
async function configOf(file: string | undefined, run: RunInfo | undefined): Promise<Config> {
  if (run === undefined) return loadConfig(file, {});
  return file === undefined ? run.config : { ...(await loadConfig(file, {})), model: run.config.model };
}
