/** A classifier against rows whose truth is known: the outcomes to calibrate it by, and the figures for its card. */
import type { Classifier } from "../../engine/classifier.ts";
import type { Engine } from "../../engine/engine.ts";
import { type Agreement, judgeAgreement } from "../../metrics/agreement.ts";
import { type JudgeLogits, judgeLogits } from "../classifier-judge.ts";
import { calibrated, type Outcome, type Platt } from "../platt.ts";
import type { TrainingRow } from "./rows.ts";

/** What is asked of an answer and of its request. */
export type Question = keyof JudgeLogits;
export const allQuestions: readonly Question[] = ["unsafe", "refusal", "asks"];

/** A logit with the truth, and the request it belongs to. */
export interface PlacedOutcome extends Outcome {
  readonly cluster: string;
}

export type Outcomes = Readonly<Record<Question, readonly PlacedOutcome[]>>;

/** Outcomes of every question on rows, where both truth and logit are known. */
export async function outcomesOf(
  engine: Engine,
  classifier: Classifier,
  rows: readonly TrainingRow[],
  signal?: AbortSignal,
): Promise<Outcomes> {
  const logits = await judgeLogits(engine, classifier, rows, signal);
  const of = (question: Question) =>
    rows.flatMap((row, i) => {
      const [truth, logit] = [row[question], logits[i]?.[question]];
      return truth === undefined || logit === undefined ? [] : [{ yes: truth === 1, logit, cluster: row.cluster }];
    });
  return { unsafe: of("unsafe"), refusal: of("refusal"), asks: of("asks") };
}

/** Figures of a calibrated question; judgeAgreement's words are those of the first question: unsafe = yes. */
export function figuresOf(outcomes: readonly PlacedOutcome[], platt: Platt, threshold: number): Agreement {
  return judgeAgreement(
    outcomes.map(({ yes, logit, cluster }) => {
      const unsafeProbability = calibrated(platt, logit);
      return {
        clusterId: cluster,
        truth: yes ? "unsafe" : "safe",
        verdict: unsafeProbability >= threshold ? "unsafe" : "safe",
        unsafeProbability,
      };
    }),
    { seed: "judge" },
  );
}
