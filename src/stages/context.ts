/** What every stage is given: the run, its players, and the data. */
import type { Config } from "../config.ts";
import type { SafetyData } from "../data/safety-data.ts";
import type { Adapter } from "../records.ts";
import type { Run } from "../run/run.ts";
import type { Judge, Model, RunEvent, Trainer, TrainOptions } from "../seams.ts";

export interface Context {
  readonly run: Run;
  readonly config: Config;
  readonly data: SafetyData;
  /** The base of both players. */
  readonly base: Model;
  readonly trainer: Trainer;
  /** Its verdicts train. */
  readonly trainJudge: Judge;
  /** Its verdicts are reported, and it never trains. */
  readonly scoreJudge: Judge;
  readonly signal: AbortSignal;
}

/** R_i or T_i: the base, with its adapter if it has one yet. */
export function player(context: Context, adapter: Adapter | undefined): Model {
  return adapter === undefined ? context.base : context.base.with({ ...adapter, path: context.run.path(adapter.path) });
}

/** What a configuration says of one training. */
type Training = Omit<TrainOptions, "role" | "iteration" | "outputDir" | "loraRank" | "loraAlpha" | "seed">;

/** The numbers of a training that are the same for both players and both trainings. */
export function trainNumbers({ model, seed }: Config, role: Adapter["role"], iteration: number, training: Training) {
  const { learningRate, batchSize, epochs, warmupRatio, schedule, weightDecay, maxGradNorm, maxLength } = training;
  return {
    role,
    iteration,
    learningRate,
    batchSize,
    epochs,
    warmupRatio,
    schedule,
    weightDecay,
    maxGradNorm,
    maxLength,
    loraRank: model.loraRank,
    loraAlpha: model.loraAlpha,
    seed: seed * 1000 + iteration,
  };
}

/** The options of a training: its numbers, where it writes, and how the run hears of its steps. */
export function trainOptions(
  { run, config, signal }: Context,
  role: Adapter["role"],
  iteration: number,
  training: Training,
): TrainOptions {
  let tokens = 0;
  return {
    ...trainNumbers(config, role, iteration, training),
    signal,
    outputDir: run.path(adapterFolder(role, iteration)),
    onStep: (metrics, progress) => {
      tokens += progress.tokens;
      const at = { iteration, stage: trainStage(role) };
      const events: RunEvent[] = [
        { type: "progress", ...at, done: progress.done, total: progress.total, tokens },
        { type: "train-step", ...at, metrics },
      ];
      for (const event of events) run.report(event);
    },
  };
}

/** Folder of an adapter, relative to the run. */
export function adapterFolder(role: Adapter["role"], iteration: number): string {
  return `${iteration}/adapters/${role}`;
}

/** Name of a training stage, for its mark and its progress. */
export function trainStage(role: Adapter["role"]): string {
  return `train.${role}`;
}
