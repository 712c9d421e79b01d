/** Trains a judge: rows to tokens, and a classifier on the base's first layers. */
import {
  type Classifier,
  freshClassifier,
  type LabelledAnswer,
  type LabelledFork,
  trainClassifier,
} from "../../engine/classifier.ts";
import type { Engine } from "../../engine/engine.ts";
import type { TrainSettings } from "../../engine/train.ts";
import { groupBy } from "../../group-by.ts";
import { looksLikeRefusal } from "../../metrics/refusal.ts";
import { createRandom } from "../../random.ts";
import { answersAtOnce, answerWindows, behindFirstParagraph, judgePrompt, questions } from "../judge-text.ts";
import { shownRequest, trainingWrappers } from "./requests.ts";
import type { TrainingRow } from "./rows.ts";

export interface JudgeTraining extends Omit<TrainSettings, "warmupRatio" | "schedule" | "maxGradNorm"> {
  /** Of the base, that are read. */
  readonly layers: number;
  /** First of them that is trained. */
  readonly loraFrom: number;
  readonly loraRank: number;
  readonly loraAlpha: number;
}

export async function trainJudge(
  engine: Engine,
  rows: readonly TrainingRow[],
  { layers, loraFrom, loraRank, loraAlpha, ...settings }: JudgeTraining,
): Promise<Classifier> {
  const shape = { layers, loraFrom, answers: questions.answer.length, prompts: questions.prompt.length };
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

/** Rows of one request behind it, a few at a time, in random company. */
function forksOf(engine: Engine, rows: readonly TrainingRow[], seed: number): LabelledFork[] {
  const random = createRandom(`judge/forks/${seed}`);
  const wrappers = trainingWrappers();
  // A request alone stands alone, so that it is shown once bare and once wrapped.
  const alone = (i: number, response: string | undefined) => (response === undefined ? ` ${i}` : "");
  const requests = groupBy(
    random
      .shuffle(rows)
      .map((row, i) => ({ ...row, key: `${row.asks} ${row.cluster} ${row.prompt}${alone(i, row.response)}` })),
    ({ key }) => key,
  );
  return [...requests.values()].flatMap((group) => {
    const parts: LabelledFork[] = [];
    for (let first = 0; first < group.length; first += answersAtOnce) {
      const { prompt, policy } = shownRequest(group[first]!, wrappers, random);
      const answers = group.slice(first, first + answersAtOnce).flatMap((row) => answersOf(engine, row));
      parts.push({ prompt: judgePrompt(engine, prompt, policy), answers });
    }
    return parts;
  });
}

/**
 * The first window of an answer, by which a person would know it, and one more: what stands behind a first paragraph that declines,
 * or the second window of a safe answer, for no part of it is unsafe. A later part says nothing about a refusal. Of a request alone
 * only what it asks for is learned.
 */
function answersOf(engine: Engine, row: TrainingRow): LabelledAnswer[] {
  const { response, unsafe } = row;
  const windows = answerWindows(engine, response);
  const behind = response === undefined || !declinesAtFirst(response) ? undefined : behindFirstParagraph(response);
  const labelled = (tokens: readonly number[], known: Partial<TrainingRow>): LabelledAnswer => ({
    tokens,
    answer: questions.answer.map((question) => known[question]),
    prompt: [row.asks],
  });
  if (behind !== undefined) {
    const rest = answerWindows(engine, behind)[0]!;
    const refusing = engine.base.tokenizer.encode(firstParagraph(response!)).length;
    // Where the refusal fills the first window, the harm is not in it.
    const isRead = refusing < windows[0]!.length / 2;
    const first = unsafe === 1 && !isRead ? { ...row, unsafe: undefined, delivers: undefined } : row;
    return [labelled(windows[0]!, first), labelled(rest, { unsafe, delivers: unsafe === 1 ? 1 : row.delivers })];
  }
  const later = windows.slice(1, unsafe === 0 ? 2 : 1).map((tokens) => labelled(tokens, { unsafe }));
  return [labelled(windows[0]!, row), ...later];
}

function firstParagraph(response: string): string {
  return response.trim().split("\n")[0]!;
}

function declinesAtFirst(response: string): boolean {
  return looksLikeRefusal(firstParagraph(response)).kind !== undefined;
}
