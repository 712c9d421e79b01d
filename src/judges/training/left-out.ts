/**
 * How a recipe does on sources that it has not seen: trained again without some of them, and measured on those. What a judge reaches
 * on rows like its own says little. Each source is left out of one training; several at once are harder than one at a time, and
 * take fewer trainings.
 */
import type { Engine } from "../../engine/engine.ts";
import { groupBy } from "../../group-by.ts";
import type { JudgeCard } from "../judge-file.ts";
import { readRows } from "./calibrate.ts";
import { type FitProgress, type JudgeRows, type Recipe, someOfEach, trainAndCalibrate } from "./fit-judge.ts";
import { figuresOf } from "./measure.ts";
import type { TrainingRow } from "./rows.ts";
import { sourceOf } from "./training-rows.ts";

/** One training without some rows. */
export interface LeftOut {
  readonly sources: readonly string[];
  readonly rows: readonly TrainingRow[];
  readonly rest: readonly TrainingRow[];
}

/** Sources in so many groups of about the same size, each left out once; none where there is only one source. */
export function leftOuts(labelled: readonly TrainingRow[], trainings: number): LeftOut[] {
  const sources = [...groupBy(labelled, sourceOf)]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([source]) => source);
  if (sources.length < 2) return [];
  const groups = Math.min(trainings, sources.length);
  return Array.from({ length: groups }, (_, g) => {
    const out = new Set(sources.filter((_, i) => i % groups === g));
    const isOut = (row: TrainingRow) => out.has(sourceOf(row));
    return {
      sources: [...out],
      rows: labelled.filter(isOut),
      rest: labelled.filter((row) => !isOut(row)),
    };
  });
}

/** Figures on the rows left out, by a judge that was trained on the rest. */
export async function measureLeftOut(
  engine: Engine,
  { rows, rest }: LeftOut,
  { own, calibrating }: Pick<JudgeRows, "own" | "calibrating">,
  recipe: Recipe,
  progress: FitProgress,
): Promise<JudgeCard["figures"]> {
  const out = new Set(rows.map(sourceOf));
  const isIn = (row: TrainingRow) => !out.has(sourceOf(row));
  const known = { labelled: rest, own: own.filter(isIn), calibrating: calibrating.filter(isIn) };
  const { classifier, calibration, threshold } = await trainAndCalibrate(engine, known, recipe, progress);
  const read = await readRows(engine, classifier, someOfEach(rows, recipe), progress.signal);
  return figuresOf(read, { calibration, threshold }, ", left out");
}
