/** Judgement (the Safe Classifier of paper section 4.2): one verdict for every attempt, safe, unsafe or unscored. */
import { type Attempt, type Prompt, Verdict } from "../records.ts";
import type { Streamed } from "../run/inputs.ts";
import { rowStage } from "../run/stage.ts";
import type { Judge, JudgeInput } from "../seams.ts";
import { answersToJudge } from "./attacked.ts";
import type { Context } from "./context.ts";
import { watchedJudge } from "./unscored.ts";

/**
 * The training judge's verdicts on the attempts of an iteration, in their order.
 *
 * @param asked the prompts that were answered
 */
export async function judgement(context: Context, iteration: number, asked: Streamed<Prompt>): Promise<void> {
  const { run, config, trainJudge, signal } = context;
  const judge = watchedJudge(trainJudge, run.report, { where: `verdicts of iteration ${iteration}` });
  await rowStage(run, {
    iteration,
    name: "verdicts",
    schema: Verdict,
    inputs: answersToJudge(context, iteration, asked),
    rowsPerInput: 1,
    batchSize: config.judge.batchSize,
    unit: "verdicts",
    signal,
    work: (batch) =>
      judgeAll(
        judge,
        batch.map(({ attempt, prompt }) => judgeInput(attempt, prompt)),
        signal,
      ),
  });
}

/** What a judge is shown of an attempt. */
export function judgeInput(attempt: Attempt, prompt: Pick<Prompt, "text" | "category">): JudgeInput {
  return { attemptId: attempt.id, prompt: prompt.text, response: attempt.response, category: prompt.category };
}

/**
 * One verdict for each input, in order. A judge that gives fewer or others is broken. An empty answer says nothing that could
 * be judged: no judge is asked about it, so that none calls it safe, and it is unscored.
 */
export async function judgeAll(judge: Judge, inputs: readonly JudgeInput[], signal: AbortSignal): Promise<Verdict[]> {
  const told = inputs.filter(({ response }) => response.trim() !== "");
  const verdicts: Verdict[] = [];
  if (told.length > 0) for await (const verdict of judge.score(told, { signal })) verdicts.push(verdict);
  const wrong = told.findIndex((input, i) => verdicts[i]?.attemptId !== input.attemptId);
  if (wrong >= 0 || verdicts.length !== told.length) {
    throw new Error(
      `judge ${judge.name} gave ${verdicts.length} verdicts for ${told.length} attempts, or not in their order`,
    );
  }
  let next = 0;
  return inputs.map(({ attemptId, response }) =>
    response.trim() === ""
      ? { attemptId, judge: judge.name, label: "unscored", categories: [], reason: "empty answer" }
      : verdicts[next++]!,
  );
}
