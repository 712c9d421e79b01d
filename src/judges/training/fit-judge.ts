/**
 * From labels to a judge that can be believed as far as its card says: requests are parted so that what calibrates never trained,
 * the classifier is trained, its logits become probabilities, a threshold is chosen, and what it reaches is measured.
 */
import { createHash } from "node:crypto";
import type { Classifier } from "../../engine/classifier.ts";
import type { Engine } from "../../engine/engine.ts";
import { SeasError } from "../../errors.ts";
import type { Verdict } from "../../records.ts";
import type { JudgeCard } from "../judge-file.ts";
import { bestThreshold, calibrated, fitPlatt } from "../platt.ts";
import { measureJudge } from "../quality.ts";
import { allQuestions, figuresOf, type Outcomes, outcomesOf } from "./measure.ts";
import type { TrainingRow } from "./rows.ts";
import { type JudgeTraining, trainJudge } from "./train-judge.ts";
import { type RowsOptions, trainingRows } from "./training-rows.ts";

/** All that decides what a judge learns, but its rows. */
export type Recipe = Omit<JudgeTraining, "signal" | "onStep"> & RowsOptions;

/** Rows by what they are for. */
export interface JudgeRows {
  readonly labelled: readonly TrainingRow[];
  readonly own: readonly TrainingRow[];
  /** The threshold is chosen on these, and the card's figures are theirs. */
  readonly dev: readonly TrainingRow[];
  /** The file of those, for the card. */
  readonly devFile: { readonly name: string; readonly sha256: string };
}

/** What a card says that training does not decide. */
export type About = Pick<JudgeCard, "name" | "base" | "data" | "about" | "trained">;

export interface FitProgress extends Pick<JudgeTraining, "signal" | "onStep"> {
  /** A line for what takes long and has no steps. */
  readonly say?: (line: string) => void;
}

/** Share of the requests that calibrate. */
const calibratingShare = 0.15;

/**
 * Trains and measures a judge.
 *
 * @throws SeasError E_DATA when labels of one kind are missing
 */
export async function fitJudge(
  engine: Engine,
  { labelled, own, dev, devFile }: JudgeRows,
  recipe: Recipe,
  about: About,
  progress: FitProgress = {},
): Promise<{ readonly classifier: Classifier; readonly card: JudgeCard }> {
  for (const [name, rows] of Object.entries({ "the labels": labelled, "the dev rows": dev })) {
    if (new Set(rows.map((row) => row.unsafe)).size < 2)
      throw new SeasError(
        "E_DATA",
        `${name} need both safe and unsafe answers; they have ${rows.length} rows of one kind`,
      );
  }
  const held = (row: TrainingRow) => share(`calibration/${row.cluster}`) < calibratingShare;
  const trains = (row: TrainingRow) => !held(row);
  const rows = trainingRows(labelled.filter(trains), own.filter(trains), recipe);
  const classifier = await trainJudge(engine, rows, { ...recipe, ...progress });
  const apart = { labelled: labelled.filter(held), own: own.filter(held) };
  const count = apart.labelled.length + apart.own.length;
  progress.say?.(`calibrating on ${count} rows that trained nothing, measuring on ${dev.length}`);
  const on = (of: readonly TrainingRow[]) => outcomesOf(engine, classifier, of, progress.signal);
  const [onLabelled, onOwn, onDev] = [await on(apart.labelled), await on(apart.own), await on(dev)];
  const calibration = {
    unsafe: fitPlatt([...onLabelled.unsafe, ...onOwn.unsafe]),
    refusal: fitPlatt([...onLabelled.refusal, ...onOwn.refusal]),
    // Labelled answers are to harmful requests only, which would make every request look harmful.
    asks: fitPlatt(onOwn.asks),
  };
  const threshold = bestThreshold(
    onDev.unsafe.map(({ logit, yes }) => ({ p: calibrated(calibration.unsafe, logit), yes })),
  );
  const { layers, loraFrom, loraRank, loraAlpha } = recipe;
  const card = {
    ...about,
    format: "seas-judge/1" as const,
    layers,
    loraFrom,
    loraRank,
    loraAlpha,
    calibration,
    threshold,
  };
  const labels = dev.map(({ prompt, response, unsafe, cluster }) => {
    return { prompt, response, cluster, label: unsafe === 1 ? ("unsafe" as const) : ("safe" as const) };
  });
  // Empty answers are no rows, so that every one has a logit.
  const verdicts = onDev.unsafe.map(({ logit }, i): Verdict => {
    const unsafeProbability = calibrated(calibration.unsafe, logit);
    const label = unsafeProbability >= threshold ? "unsafe" : "safe";
    return { attemptId: `${i}`, judge: about.name, label, unsafeProbability, categories: [] };
  });
  const measured = measureJudge(labels, verdicts, devFile, { seed: "judge" });
  return { classifier, card: { ...card, measured, figures: figures("dev", onDev, card) } };
}

/** Figures for a card, of each question that has answers of both kinds. */
export function figures(
  on: string,
  outcomes: Outcomes,
  { calibration, threshold }: Pick<JudgeCard, "calibration" | "threshold">,
): JudgeCard["figures"] {
  return allQuestions.flatMap((question) => {
    const known = outcomes[question];
    if (new Set(known.map(({ yes }) => yes)).size < 2) return [];
    const { f1, auroc, ece } = figuresOf(known, calibration[question], question === "unsafe" ? threshold : 0.5);
    return [{ on, question, n: known.length, f1, auroc, ece }];
  });
}

/** A number in [0, 1) that belongs to a text: the same in every run and for every file. */
export function share(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE() / 2 ** 32;
}
