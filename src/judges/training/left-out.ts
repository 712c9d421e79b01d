/**
 * How a recipe does on what it has not seen: trained again without one source of labels, or without the answers to one attack method,
 * and measured on those. What a judge reaches on rows like its own says little.
 */
import type { Engine } from "../../engine/engine.ts";
import type { JudgeCard } from "../judge-file.ts";
import { type About, type FitProgress, figures, fitJudge, type JudgeRows, type Recipe } from "./fit-judge.ts";
import { outcomesOf } from "./measure.ts";
import type { TrainingRow } from "./rows.ts";
import { methodOf, sourceOf } from "./training-rows.ts";

/** One training without some rows. */
export interface LeftOut {
  readonly what: string;
  readonly rows: readonly TrainingRow[];
  readonly rest: readonly TrainingRow[];
}

/** Every source, if there are several, and every attack method. */
export function leftOuts(labelled: readonly TrainingRow[]): LeftOut[] {
  const of = (kind: string, keyOf: (row: TrainingRow) => string) =>
    [...new Set(labelled.map(keyOf))]
      .filter((key) => key !== "")
      .map((key) => ({
        what: `${kind} ${key}`,
        rows: labelled.filter((row) => keyOf(row) === key),
        rest: labelled.filter((row) => keyOf(row) !== key),
      }))
      .filter(({ rest }) => rest.length > 0);
  return [...of("source", sourceOf), ...of("attack", methodOf)];
}

/** Figures on the rows left out, by a judge that was trained on the rest. */
export async function measureLeftOut(
  engine: Engine,
  { what, rows, rest }: LeftOut,
  others: Omit<JudgeRows, "labelled">,
  recipe: Recipe,
  about: About,
  progress: FitProgress,
): Promise<JudgeCard["figures"]> {
  const { classifier, card } = await fitJudge(engine, { ...others, labelled: rest }, recipe, about, progress);
  return figures(`${what}, left out`, await outcomesOf(engine, classifier, rows, progress.signal), card);
}
