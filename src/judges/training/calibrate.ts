/** From signals to verdicts: stacks for every question and a threshold, fitted on rows that did not train the classifier. */
import type { Classifier } from "../../engine/classifier.ts";
import type { Engine } from "../../engine/engine.ts";
import { SeasError } from "../../errors.ts";
import { groupBy } from "../../group-by.ts";
import { judgeSignals } from "../classifier-judge.ts";
import { type Calibration, probabilities, type Question, type Signals, signalValues } from "../signals.ts";
import { bestThreshold, fitStack, type Stack } from "../stacking.ts";
import type { TrainingRow } from "./rows.ts";
import { sourceOf } from "./training-rows.ts";

/** A row with what a classifier and its words say of it. */
export interface ReadRow extends TrainingRow {
  readonly signals: Signals;
}

/** Rows as a classifier reads them; empty answers are passed over. */
export async function readRows(
  engine: Engine,
  classifier: Classifier,
  rows: readonly TrainingRow[],
  signal?: AbortSignal,
): Promise<ReadRow[]> {
  const signals = await judgeSignals(engine, classifier, rows, signal);
  return rows.flatMap((row, i) => (signals[i] === undefined ? [] : [{ ...row, signals: signals[i] }]));
}

/**
 * How a judge weighs its signals, and from which probability an answer is unsafe. A source with many rows counts little more than
 * one with few: what is judged later comes from none of them.
 *
 * @throws SeasError E_DATA when answers of one kind are missing
 */
export function calibrate(rows: readonly ReadRow[]): { readonly calibration: Calibration; readonly threshold: number } {
  const calibration: Calibration = {
    unsafe: stackOf("unsafe", rows),
    declines: stackOf("declines", rows),
    delivers: stackOf("delivers", rows),
    alternative: stackOf("alternative", rows),
    asks: stackOf("asks", rows),
  };
  const known = weighted(rows.filter(({ unsafe }) => unsafe !== undefined));
  const threshold = bestThreshold(
    known.map(({ row, weight }) => ({
      p: probabilities(calibration, row.signals).unsafe,
      yes: row.unsafe === 1,
      weight,
    })),
  );
  return { calibration, threshold };
}

/** A question's stack; where only one answer to it is known, the signals' own say: it was not learned. */
function stackOf(question: Question, rows: readonly ReadRow[]): Stack {
  const known = rows.filter((row) => row[question] !== undefined);
  if (new Set(known.map((row) => row[question])).size === 2)
    return fitStack(
      weighted(known).map(({ row, weight }) => ({
        signals: signalValues(question, row.signals),
        yes: row[question] === 1,
        weight,
      })),
    );
  if (question === "unsafe")
    throw new SeasError("E_DATA", "the rows that calibrate are all safe or all unsafe", { hint: "add labels" });
  const only = signalValues(question, known[0]?.signals ?? nothing);
  return { shift: 0, weights: only.map((_, i) => (i === 0 ? 1 : 0)) };
}

const nothing: Signals = {
  unsafe: 0,
  declines: 0,
  delivers: 0,
  alternative: 0,
  asks: 0,
  saysNo: 0,
  saysNoAndGoesOn: 0,
  offers: 0,
};

/** Rows of a source weigh together as much as the square root of their number, and all rows as much as they are. */
function weighted(rows: readonly ReadRow[]): { readonly row: ReadRow; readonly weight: number }[] {
  const sources = [...groupBy(rows, sourceOf).values()];
  const scale = rows.length / sources.reduce((sum, of) => sum + Math.sqrt(of.length), 0);
  return sources.flatMap((of) => of.map((row) => ({ row, weight: scale / Math.sqrt(of.length) })));
}
