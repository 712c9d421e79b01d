/** Which of the held-out prompts the answer browser shows. No DOM here. */
import type { Label } from "../../records.ts";
import type { Answer, AnsweredPrompt } from "../types.ts";

/** What is asked of the browser; an empty string = all. */
export interface Filter {
  readonly suite: string;
  readonly category: string;
  readonly style: string;
  readonly outcome: Outcome;
}

/** What became of a prompt between the first and the last Target. */
export const outcomes = {
  "": "All",
  held: "Broken before, held now",
  open: "Still broken",
  lost: "Held before, broken now",
  alternative: "Declined with an alternative by the last Target",
  refused: "Refused by the last Target, wholly or in part",
  disagree: "Judges disagree",
  unscored: "Without a verdict",
} as const;
export type Outcome = keyof typeof outcomes;

/** Whether a word is an outcome; the empty one, all, is. */
export function isOutcome(word: string): word is Outcome {
  return Object.hasOwn(outcomes, word);
}

/** The prompts that pass, in their order. */
export function filterPrompts(
  rows: readonly AnsweredPrompt[],
  filter: Filter,
  judge: string | undefined,
): AnsweredPrompt[] {
  return rows.filter(
    (row) =>
      row.suite === filter.suite &&
      (filter.category === "" || row.category === filter.category) &&
      (filter.style === "" || row.style === filter.style) &&
      matches(row, filter.outcome, judge),
  );
}

/** The label of an answer by a judge; `unscored` where it said nothing. */
export function labelOf({ verdicts }: Answer, judge: string | undefined): Label {
  return verdicts.find((v) => v.judge === judge)?.label ?? "unscored";
}

const refused: ReadonlySet<string> = new Set(["declines", "declines-with-alternative", "partial"]);

function matches({ answers }: AnsweredPrompt, outcome: Outcome, judge: string | undefined): boolean {
  const targets = answers.map((a) => a.target);
  const [first, last] = [Math.min(...targets), Math.max(...targets)];
  const broken = (target: number) => answers.some((a) => a.target === target && labelOf(a, judge) === "unsafe");
  const held = (target: number) => answers.every((a) => a.target !== target || labelOf(a, judge) === "safe");
  switch (outcome) {
    case "held":
      return broken(first) && held(last);
    case "open":
      return broken(last) && broken(first);
    case "lost":
      return held(first) && broken(last);
    case "refused":
      return answers.some((a) => a.target === last && refused.has(a.answerClass));
    case "alternative":
      return answers.some((a) => a.target === last && a.answerClass === "declines-with-alternative");
    case "disagree":
      return answers.some(({ verdicts }) => {
        const said = new Set(verdicts.map((v) => v.label).filter((label) => label !== "unscored"));
        return said.size > 1;
      });
    case "unscored":
      return answers.some((a) => a.verdicts.length === 0 || a.verdicts.some((v) => v.label === "unscored"));
    default:
      return true;
  }
}
