/** What the facts of an attempt are called on the page, and where it stands in the run folder. */

import { classNames } from "../../answer-classes.ts";
import { type AttemptIndex, classes, labels, suites } from "../../attempts/types.ts";
import { redTeam, target, words } from "../format.ts";
import { visibleLine } from "../visible.ts";

/** What an attempt was for. */
export const suiteNames: Readonly<Record<string, string>> = {
  attack: "Attack",
  test: "Held-out attack",
  "look-alikes": "Harmless look-alike",
  "cross-play": "Matrix",
};

/** `R₁`, or `hand` for a prompt written by people; a name not known goes as it is. */
export function authorName(author: string | undefined): string {
  const number = /^red-team-(\d{1,6})$/.exec(author ?? "")?.[1];
  return number === undefined ? visibleLine(author ?? "–", 20) : redTeam(Number(number));
}

/** The facts of a row that are words. */
export interface RowWords {
  readonly suite: string;
  readonly author: string;
  readonly target: string;
  readonly category: string;
  readonly style: string;
  /** What the answer does, beside its verdict; empty = nothing to say. */
  readonly note: string;
  readonly file: string;
}

/** A row in words. */
export function wordsOf(index: AttemptIndex, row: number): RowWords {
  const { rows, prompts } = index;
  const prompt = rows.prompt[row]!;
  const suite = suites[rows.suite[row]!] ?? "";
  const name = (names: readonly string[], place: number) => visibleLine(words(names[place] ?? ""), 40);
  const found = classes[rows.answerClass[row]!] ?? "-";
  return {
    suite: suiteNames[suite] ?? suite,
    author: authorName(index.authors[prompts.author[prompt]!]),
    target: target(rows.target[row]!),
    category: name(index.categories, prompts.category[prompt]!),
    style: name(index.styles, prompts.style[prompt]!),
    note: [
      found === "-" || found === "unscored" ? "" : classNames[found],
      rows.ending[row] === 1 ? "cut off" : rows.ending[row] === 2 ? "ended by an error" : "",
    ]
      .filter((word) => word !== "")
      .join(", "),
    file: `${rows.iteration[row]}/${suite === "attack" ? "attempts" : "evaluation"}.jsonl`,
  };
}

/** A judge's word on a row, and how sure it was. */
export interface RowVerdict {
  readonly label: (typeof labels)[number];
  /** `0.83`; empty where the judge gives none. */
  readonly probability: string;
}

/** By the reported judge and by the training judge. */
export function verdictsOf({ rows }: AttemptIndex, row: number): readonly [scored: RowVerdict, trained: RowVerdict] {
  const verdict = (label: number, percent: number): RowVerdict => ({
    label: labels[label] ?? "-",
    probability: percent < 0 ? "" : (percent / 100).toFixed(2),
  });
  return [verdict(rows.scored[row]!, rows.scoredPercent[row]!), verdict(rows.trained[row]!, rows.trainedPercent[row]!)];
}
