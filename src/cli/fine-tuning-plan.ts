/** What a run would ask of a fine-tuning API, as lines for `--dry-run`: jobs, models, rows, hyper-parameters, and what leaves the machine. */
import type { FineTuning } from "../config/fine-tuning.ts";
import type { Config } from "../config.ts";
import { hyperparametersOf } from "../trainers/openai.ts";
import { providerOf } from "../trainers/provider.ts";
import { counted, table } from "./format.ts";
import { terminalSafe } from "./terminal.ts";

/** Fewer rows than this are refused by OpenAI, as its guide says. */
const leastRows = 10;

interface Job {
  readonly suffix: string;
  readonly method: "supervised" | "dpo";
  readonly startsFrom: string;
  /** At most. */
  readonly rows: number;
  readonly hyperparameters: object;
}

/**
 * The lines.
 *
 * @throws SeasError E_CONFIG as {@link providerOf}
 */
export function fineTuningLines(config: Config, trainer: FineTuning): string[] {
  const { url, model } = providerOf(config, trainer);
  const jobs = jobsOf(config, trainer, model);
  const rows = jobs.map(({ suffix, method, startsFrom, rows: most, hyperparameters }) => [
    suffix,
    method,
    terminalSafe(startsFrom, 60),
    Object.entries(hyperparameters)
      .map(([name, value]) => `${name} ${value}`)
      .join(", "),
    `${most}`,
  ]);
  const small = jobs.filter((job) => job.rows < leastRows);
  return [
    `jobs at ${terminalSafe(url)}, in this order:`,
    "",
    table([["job", "method", "starts from", "hyper-parameters", "rows, at most"], ...rows], 4),
    "",
    ...(small.length === 0
      ? []
      : [
          `${counted(small.length, "job")} with fewer than ${leastRows} rows, which OpenAI refuses: raise the pairs or take another preset`,
        ]),
    "privacy  attacks, answers and safe answers leave this machine: they are uploaded there, and the players are asked there",
  ];
}

/** In the order of the run; the players take turns. */
function jobsOf(config: Config, trainer: FineTuning, model: string): Job[] {
  const { initialization: first, optimization: later, iterations } = config;
  const supervised = (role: string, most: number, settings: typeof first.redTeam | typeof first.target): Job => ({
    suffix: `seas-${role}-0`,
    method: "supervised",
    startsFrom: model,
    rows: most,
    hyperparameters: hyperparametersOf({ epochs: settings.epochs, batchSize: settings.batchSize }, trainer),
  });
  const jobs = [supervised("red-team", first.redTeam.examples * first.redTeam.promptsPerExample, first.redTeam)];
  const tunesTarget = first.target.sft !== "none";
  if (tunesTarget) jobs.push(supervised("target", first.target.examples, first.target));
  const { redTeam, target } = later;
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const general = target.generalPairs[Math.min(iteration, target.generalPairs.length) - 1]!;
    const replay = iteration === 1 ? 0 : target.replayPairs;
    const dpo = (role: string, most: number, settings: typeof redTeam | typeof target): Job => ({
      suffix: `seas-${role}-${iteration}`,
      method: "dpo",
      startsFrom:
        iteration === 1 && role === "target" && !tunesTarget ? model : `what seas-${role}-${iteration - 1} left`,
      rows: most,
      hyperparameters: hyperparametersOf(settings, trainer),
    });
    jobs.push(dpo("red-team", redTeam.maxPairs + redTeam.handWrittenPairs, redTeam));
    jobs.push(dpo("target", target.maxPairs + general + target.lookAlikePairs + replay, target));
  }
  return jobs;
}
