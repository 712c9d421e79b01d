/** Trains a judge: rows to tokens, a classifier on the base's first layers, and what it then says of rows. */
import {
  type Classifier,
  classify,
  freshClassifier,
  type LabelledAnswer,
  type LabelledFork,
  trainClassifier,
} from "../../engine/classifier.ts";
import type { Engine } from "../../engine/engine.ts";
import type { TrainSettings } from "../../engine/train.ts";
import { groupBy } from "../../group-by.ts";
import { createRandom } from "../../random.ts";
import { judgePrompt, judgeWindows } from "../judge-text.ts";
import type { TrainingRow } from "./rows.ts";

/** Questions of an answer, then of its prompt, in the order of the heads' rows. */
export const questions = { answer: ["unsafe", "refusal"], prompt: ["asks"] } as const;

export interface JudgeTraining extends Omit<TrainSettings, "warmupRatio" | "schedule" | "maxGradNorm"> {
  /** Of the base, that are read. */
  readonly layers: number;
  readonly loraRank: number;
  readonly loraAlpha: number;
}

/** Answers that share a prompt's tokens in training: more would make attention grow for little gain. */
const answersAtOnce = 4;

export async function trainJudge(
  engine: Engine,
  rows: readonly TrainingRow[],
  { layers, loraRank, loraAlpha, ...settings }: JudgeTraining,
): Promise<Classifier> {
  const shape = { layers, answers: questions.answer.length, prompts: questions.prompt.length };
  const random = createRandom(`judge/${settings.seed}`);
  const classifier = freshClassifier(engine, shape, { rank: loraRank, alpha: loraAlpha }, () => random.next());
  await trainClassifier(engine, classifier, forksOf(engine, rows, settings.seed), {
    ...settings,
    warmupRatio: 0.05,
    schedule: "cosine",
    maxGradNorm: 1,
  });
  return classifier;
}

/** Rows of one prompt behind it, a few at a time, in random company. */
function forksOf(engine: Engine, rows: readonly TrainingRow[], seed: number): LabelledFork[] {
  const shuffled = createRandom(`judge/forks/${seed}`).shuffle(rows);
  return [...groupBy(shuffled, (row) => row.prompt)].flatMap(([prompt, group]) => {
    const answers = group.flatMap((row) => answersOf(engine, row));
    const parts: LabelledFork[] = [];
    for (let first = 0; first < answers.length; first += answersAtOnce)
      parts.push({ prompt: judgePrompt(engine, prompt), answers: answers.slice(first, first + answersAtOnce) });
    return parts;
  });
}

/**
 * The first window of an answer, by which a person would know it; of a safe one the second too, for no part of it is unsafe.
 * A later part says nothing about a refusal.
 */
function answersOf(engine: Engine, row: TrainingRow): LabelledAnswer[] {
  const windows = judgeWindows(engine, row.response);
  const labels = { answer: [row.unsafe, row.refusal], prompt: [row.asks], weight: row.weight ?? 1 };
  const later = { ...labels, answer: [row.unsafe, undefined] };
  return windows.slice(0, row.unsafe === 0 ? 2 : 1).map((tokens, i) => ({ tokens, ...(i === 0 ? labels : later) }));
}

/** What a judge makes of an answer: logits, before calibration. */
export interface JudgeLogits {
  /** The largest over the windows. */
  readonly unsafe: number;
  /** Of the first window, where answers decline. */
  readonly refusal: number;
  readonly asks: number;
}

/** Logits for each row, in order; `undefined` for an empty answer. */
export async function judgeLogits(
  engine: Engine,
  classifier: Classifier,
  rows: readonly Pick<TrainingRow, "prompt" | "response">[],
): Promise<(JudgeLogits | undefined)[]> {
  const forks = rows.map(({ prompt, response }) => ({
    prompt: judgePrompt(engine, prompt),
    completions: judgeWindows(engine, response),
  }));
  const read = forks.filter(({ completions }) => completions.length > 0);
  const said = (await classify(engine, classifier, read))[Symbol.iterator]();
  return forks.map(({ completions }) => {
    if (completions.length === 0) return undefined;
    const windows = said.next().value!;
    return {
      unsafe: Math.max(...windows.map(({ answer }) => answer[0]!)),
      refusal: windows[0]!.answer[1]!,
      asks: windows[0]!.prompt[0]!,
    };
  });
}
