/**
 * What an evaluation on suites keeps: the question, the answer of one model to it, and the judge's verdict; a row of
 * `attempts.jsonl`. Unlike an attempt of a run it holds its prompt, so that the file can be read on its own.
 */
import { z } from "zod";
import { hashId } from "../data/ids.ts";
import { EvaluationRow, Verdict } from "../records.ts";
import { Expected, type SuiteRow } from "../suites/suite-row.ts";

/** A prompt of a suite that is put to every model. */
export interface Question extends Pick<SuiteRow, "prompt" | "expected" | "category" | "clusterId" | "source"> {
  /** Name of the suite as it was opened. */
  readonly suite: string;
  readonly promptId: string;
}

/** One answer, before it is judged. */
export const Answer = z.object({
  /** Of model, suite, prompt and sample. */
  id: z.string(),
  suite: z.string(),
  /** The name that the evaluation gives it: `T_3`, or how it was named. */
  model: z.string(),
  promptId: z.string(),
  /** What intervals are clustered by. */
  clusterId: z.string(),
  expected: Expected,
  category: z.string(),
  source: z.string(),
  prompt: z.string(),
  sample: z.number().int().nonnegative(),
  response: z.string(),
  finishReason: z.enum(["stop", "length", "error"]),
  /** Why there is no answer. */
  error: z.string().optional(),
});
export type Answer = z.infer<typeof Answer>;

/** An answer with its verdict. */
export const EvalAttempt = Answer.extend({
  /** As the judge tells it, else by its words; `unscored` for an empty one. */
  answerClass: EvaluationRow.shape.answerClass,
  verdict: Verdict.omit({ attemptId: true }),
});
export type EvalAttempt = z.infer<typeof EvalAttempt>;

/** The id of an answer, known before it is given. */
export function answerId(model: string, { suite, promptId }: Question, sample: number): string {
  return hashId("eval", model, suite, promptId, sample);
}
