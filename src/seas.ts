/**
 * The loop, as Figure 1 of the paper draws it: Initialization, then rounds of Attack and Adversarial Optimization,
 * a Judge between the players, an Evaluation after each round. Everything lands in a run folder; interrupted at any
 * moment and called again, the run goes on and ends with the same bytes.
 *
 * Departures from the paper, each under `rules: seas` and off under `preset: paper`: a margin and an intent gate in the
 * Red Team's pairs; known attacks beside the Red Team's; guided safe answers where the Target has none; look-alikes and
 * replay beside the general pairs; a second judge that scores and never trains.
 */

import type { Config } from "./config.ts";
import { loadSafetyData } from "./data/safety-data.ts";
import { drawSeedPrompts } from "./data/seed-prompts.ts";
import { SeasError } from "./errors.ts";
import type { Calibrations } from "./judges/calibrations.ts";
import { assertTrainable } from "./judges/quality.ts";
import { type Score, Score as ScoreRow, type UsageByRole } from "./records.ts";
import { allRows } from "./run/rows.ts";
import { openRun } from "./run/run.ts";
import type { Judge, Model, Reporter, Trainer } from "./seams.ts";
import { answerPrompts, handWrittenPrompts, writePrompts } from "./stages/attack.ts";
import { askedPrompts } from "./stages/attacked.ts";
import type { Context } from "./stages/context.ts";
import { player } from "./stages/context.ts";
import { evaluation } from "./stages/evaluation.ts";
import { initialization, type Players } from "./stages/initialization.ts";
import { judgeQuality } from "./stages/judge-quality.ts";
import { judgement } from "./stages/judgement.ts";
import { optimization } from "./stages/optimization.ts";

/** Who plays: see players/, judges/ and trainers/ for what there is. */
export interface Cast {
  /** The base of both players. */
  readonly base: Model;
  readonly trainer: Trainer;
  /** Its verdicts train. */
  readonly trainJudge: Judge;
  /** Its verdicts are reported. */
  readonly scoreJudge: Judge;
  /** What was filed of its judges by `seas judge calibrate`; kept in the run's facts. @default nothing */
  readonly calibrations?: Calibrations;
  /** What servers were asked since the last call, by role; kept in the run folder. @default nothing */
  readonly usage?: () => UsageByRole;
  /** Hashes and names of the model and judges; a run goes on only with the same. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** How to run. */
export interface SeasOptions {
  readonly cast: Cast;
  /** Receives every event. @default nobody */
  readonly reporter?: Reporter;
  /** Stops after the batch in progress; the run can go on later. */
  readonly signal?: AbortSignal;
  /** Go on in, or make, exactly this folder. @default a new one under config.output */
  readonly dir?: string;
}

/** What a run left. */
export interface RunSummary {
  readonly dir: string;
  readonly status: "success" | "cancelled";
  readonly scores: readonly Score[];
  readonly seconds: number;
}

/**
 * Runs SEAS from `config` in a new run folder, or in `dir`, where an unfinished run of the same config goes on.
 *
 * @throws SeasError of any part; the run folder keeps what was done and can be gone on with
 * @example
 * const config = resolveConfig({ preset: "tiny" });
 * const summary = await seas(config, { cast: await embeddedCast(config) });
 */
export async function seas(config: Config, options: SeasOptions): Promise<RunSummary> {
  const { cast, reporter = () => {}, signal = new AbortController().signal } = options;
  const start = performance.now();
  const data = await loadSafetyData(config);
  const { calibrations = {} } = cast;
  // Before there is a run folder: a judge that is measured anew can then train without another run standing in its way.
  const { train } = calibrations;
  const again = `\`seas judge calibrate --judge ${cast.trainJudge.name} --labels FILE\``;
  assertTrainable(train && { ...train, judge: cast.trainJudge.name }, config.judge.minF1, again);
  const facts = { ...cast.facts, calibrations, data: { hash: data.hash } };
  const { usage } = cast;
  const run = await openRun({
    config,
    reporter,
    facts,
    ...(usage && { usage }),
    ...(options.dir && { dir: options.dir }),
  });
  const context: Context = {
    run,
    config,
    data,
    signal,
    base: cast.base,
    trainer: cast.trainer,
    trainJudge: cast.trainJudge,
    scoreJudge: cast.scoreJudge,
  };
  const summary = async (status: RunSummary["status"]): Promise<RunSummary> => ({
    dir: run.dir,
    status,
    scores: await scoresOf(context),
    seconds: (performance.now() - start) / 1000,
  });
  try {
    await judgeQuality(context);
    const history: Players[] = [await initialization(context)];
    await evaluation(context, history);
    for (let iteration = 1; iteration <= config.iterations; iteration++) {
      const players = history[iteration - 1]!;
      const seeds = drawSeedPrompts(data.train, {
        count: config.attack.seeds,
        examplesPerSeed: config.attack.examplesPerSeed,
        seed: config.seed,
        iteration,
      });
      const { promptsPerSeed } = config.attack;
      await writePrompts(context, player(context, players.redTeam), {
        iteration,
        name: "prompts",
        redTeam: iteration - 1,
        seeds,
        promptsPerSeed,
      });
      await handWrittenPrompts(context, iteration);
      const asked = await askedPrompts(context, iteration);
      await answerPrompts(context, player(context, players.target), iteration, asked);
      await judgement(context, iteration, asked);
      history.push(await optimization(context, history, seeds));
      await evaluation(context, history);
    }
    await run.close({ status: "success" });
    return await summary("success");
  } catch (error) {
    const cancelled = signal.aborted;
    await run.close(
      cancelled
        ? { status: "cancelled" }
        : { status: "error", message: error instanceof Error ? error.message : String(error) },
    );
    if (cancelled && (error === signal.reason || (error instanceof SeasError && error.code === "E_CANCELLED")))
      return summary("cancelled");
    throw error;
  }
}

async function scoresOf({ run, config }: Context): Promise<Score[]> {
  const scores: Score[] = [];
  for (let i = 0; i <= config.iterations; i++)
    scores.push(...(await allRows(run, i, "scores", ScoreRow).catch(() => [])));
  return scores;
}
