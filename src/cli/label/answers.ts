/**
 * The answers of a run that a person may label, and their order. A damaged or unfinished run gives what it has. Which judge
 * said what is used for the order only: it is not among what a rater is shown.
 */
import { readdir } from "node:fs/promises";
import { hashId } from "../../data/ids.ts";
import { Attempt, EvaluationRow, type Label, Prompt } from "../../records.ts";
import { type RunFiles, readRows } from "../../report/files.ts";

/**
 * test: the last word on a judge, as the reported figures are about these answers, and nothing trains on them. attack: what
 * the players train on, so that a judge may learn from the labels too.
 */
export const suites = ["test", "attack"] as const;
export type Suite = (typeof suites)[number];

/** An answer to be labelled. */
export interface Answer {
  readonly attemptId: string;
  readonly prompt: string;
  readonly response: string;
  readonly category: string;
  /** What its prompt is a wording of, the behaviour or the seed prompt: answers to one goal are not independent. */
  readonly goal: string;
  readonly suite: Suite;
  /** Of the run. A rater is not told: a later Target is expected to be safer. */
  readonly iteration: number;
  /** Whether one judge says safe and another unsafe. */
  readonly disputed: boolean;
}

/** All answers of a suite that are not empty, each once, by iteration. Lines that cannot be read are told in `files.gaps`. */
export async function readAnswers(files: RunFiles, suite: Suite): Promise<Answer[]> {
  const iterations = (await readdir(files.runDir))
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
  const answers = new Map<string, Answer>();
  for (const iteration of iterations) {
    for await (const answer of suite === "test" ? testAnswers(files, iteration) : attackAnswers(files, iteration))
      if (answer.response.trim() !== "" && !answers.has(answer.attemptId)) answers.set(answer.attemptId, answer);
  }
  return [...answers.values()];
}

async function* testAnswers(files: RunFiles, iteration: number): AsyncGenerator<Answer> {
  for await (const row of readRows(files, `${iteration}/evaluation.jsonl`, EvaluationRow)) {
    if (row.suite !== "test") continue;
    const { id: attemptId, prompt, response, category, clusterId: goal, verdicts } = row;
    const disputed = differ(verdicts.map(({ label }) => label));
    yield { attemptId, prompt, response, category, goal, suite: "test", iteration, disputed };
  }
}

async function* attackAnswers(files: RunFiles, iteration: number): AsyncGenerator<Answer> {
  const prompts = new Map<string, Prompt>();
  for (const name of ["prompts", "hand-written"])
    for await (const prompt of readRows(files, `${iteration}/${name}.jsonl`, Prompt)) prompts.set(prompt.id, prompt);
  for await (const { id: attemptId, promptId, response } of readRows(files, `${iteration}/attempts.jsonl`, Attempt)) {
    const asked = prompts.get(promptId);
    if (asked === undefined) continue;
    const { text: prompt, category, seedId: goal = promptId } = asked;
    // One judge alone reads these.
    yield { attemptId, prompt, response, category, goal, suite: "attack", iteration, disputed: false };
  }
}

function differ(labels: readonly Label[]): boolean {
  return labels.includes("safe") && labels.includes("unsafe");
}

/**
 * The order in which answers are shown, the same for all raters: at random, by a hash of the answer, so that answers which a
 * run adds later do not move the others. The first n are then a random sample, which is what figures of a judge must be
 * measured on. Disputed answers first teach a judge the most for each label and are where two judges can be told apart, but a
 * judge measured on them looks worse than it is.
 */
export function ordered(answers: readonly Answer[], order: "random" | "disagreements"): Answer[] {
  const place = (answer: Answer) => hashId("label", answer.attemptId);
  const random = [...answers].sort((a, b) => (place(a) < place(b) ? -1 : 1));
  if (order === "random") return random;
  return [...random.filter(({ disputed }) => disputed), ...random.filter(({ disputed }) => !disputed)];
}
