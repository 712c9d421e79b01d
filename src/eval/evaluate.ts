/**
 * Every model on every prompt, then the judge on every answer: the attempts that an evaluation counts. Each batch is on file before
 * the next begins, so that a killed evaluation goes on where it stopped. All models are asked the same prompts with the same seeds.
 */
import { asked } from "../data/pairs.ts";
import { classOf } from "../metrics/answer-class.ts";
import type { Judge, Model, Reporter } from "../seams.ts";
import { collect } from "../stages/attack.ts";
import { judgeAll } from "../stages/judgement.ts";
import { watchedJudge } from "../stages/unscored.ts";
import { type Answer, answerId, EvalAttempt, type Question } from "./attempt.ts";
import type { EvalFolder } from "./folder.ts";
import { stageOf } from "./stage.ts";

/** What is asked of whom, and how. */
export interface Evaluation {
  readonly models: readonly { readonly name: string; readonly model: Model }[];
  readonly questions: readonly Question[];
  readonly judge: Judge;
  readonly settings: EvalSettings;
  /** Answers sampled, and verdicts asked for, at once; also what a kill costs at the most. */
  readonly batchSize: { readonly answers: number; readonly verdicts: number };
}

/** How answers are sampled. */
export interface EvalSettings {
  /** Answers to each prompt. */
  readonly samples: number;
  readonly maxTokens: number;
  /** 0 = greedy. */
  readonly temperature: number;
  readonly topP: number;
  readonly seed: number;
}

/** Where progress goes, and what ends the work early. */
interface Watch {
  readonly report: Reporter;
  readonly signal: AbortSignal;
}

/**
 * All attempts, models in their order, then questions; those on file are neither sampled nor judged again.
 *
 * @throws SeasError E_JUDGE when too many verdicts are missing; all answers and the verdicts before that batch are kept then
 */
export async function evaluate(
  evaluation: Evaluation,
  folder: EvalFolder,
  report: Reporter,
  signal: AbortSignal,
): Promise<EvalAttempt[]> {
  const watch = { report, signal };
  await answerAll(evaluation, folder, watch);
  const samples = samplesOf(evaluation);
  const answers = evaluation.models.flatMap(({ name }) =>
    evaluation.questions.flatMap((question) =>
      samples.map((sample) => folder.answers.get(answerId(name, question, sample))!),
    ),
  );
  const verdicts = await verdictsOn(evaluation, answers, folder, watch);
  return answers.map((each, i) => {
    const { attemptId: _, ...verdict } = verdicts[i]!;
    // Where there is no answer, the verdict says why there is none.
    const reason = verdict.label === "unscored" ? each.error : undefined;
    // Parsed, so that what was on file and what is new have their keys in the same order.
    const answerClass = classOf(each.response, verdict);
    return EvalAttempt.parse({
      ...each,
      answerClass,
      verdict: { ...verdict, ...(reason !== undefined && { reason }) },
    });
  });
}

/** Has the models answer what is not on file yet. */
async function answerAll(evaluation: Evaluation, folder: EvalFolder, { report, signal }: Watch): Promise<void> {
  const { models, questions, settings, batchSize } = evaluation;
  const samples = samplesOf(evaluation);
  const stage = stageOf("answers", models.length * questions.length * settings.samples, report, folder.answers.size);
  const prompts = Math.max(1, Math.floor(batchSize.answers / settings.samples));
  for (const { name, model } of models) {
    // Batches lie where they always do, so that an answer has the same neighbours in a second session.
    for (let first = 0; first < questions.length; first += prompts) {
      const batch = questions.slice(first, first + prompts);
      const missing = (question: Question, sample: number) => !folder.answers.has(answerId(name, question, sample));
      if (!batch.some((question) => samples.some((sample) => missing(question, sample)))) continue;
      signal.throwIfAborted();
      const completions = await collect(
        model.generate(
          batch.map(({ promptId, prompt }) => ({ id: promptId, messages: asked(prompt) })),
          { ...sampling(settings), signal, onTokens: stage.tokens },
        ),
      );
      if (completions.length !== batch.length * settings.samples)
        throw new Error(`model ${name} gave ${completions.length} answers to ${batch.length} prompts`);
      const given = completions.map((completion, i): Answer => {
        const question = batch[Math.floor(i / settings.samples)]!;
        const { text, finishReason, error, sample } = completion;
        return {
          id: answerId(name, question, sample),
          model: name,
          ...question,
          sample,
          response: text,
          finishReason,
          ...(error !== undefined && { error }),
        };
      });
      const fresh = given.filter(({ id }) => !folder.answers.has(id));
      await folder.keep(fresh);
      stage.done(fresh.length);
    }
  }
  stage.end();
}

function sampling({ samples, maxTokens, temperature, topP, seed }: EvalSettings) {
  return { n: samples, maxTokens, temperature, topP, seed };
}

/** One verdict for each answer, in order. */
async function verdictsOn(
  { judge, batchSize }: Evaluation,
  answers: readonly Answer[],
  folder: EvalFolder,
  { report, signal }: Watch,
) {
  const watched = watchedJudge(judge, report, {
    where: "verdicts",
    hint: "see to the judge, then give the same command again: answers and verdicts so far are kept",
  });
  const known = new Map(folder.verdicts);
  const stage = stageOf("verdicts", answers.length, report, known.size);
  const todo = answers.filter(({ id }) => !known.has(id));
  for (let first = 0; first < todo.length; first += batchSize.verdicts) {
    signal.throwIfAborted();
    const batch = todo.slice(first, first + batchSize.verdicts);
    const inputs = batch.map(({ id, prompt, response, category }) => ({ attemptId: id, prompt, response, category }));
    const verdicts = await judgeAll(watched, inputs, signal);
    await folder.keep(verdicts);
    for (const verdict of verdicts) known.set(verdict.attemptId, verdict);
    stage.done(batch.length);
  }
  stage.end();
  return answers.map(({ id }) => known.get(id)!);
}

function samplesOf({ settings }: Evaluation): readonly number[] {
  return Array.from({ length: settings.samples }, (_, sample) => sample);
}
