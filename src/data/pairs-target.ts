/**
 * Pairs for the Target: a safe answer over an unsafe one to the same adversarial prompt. `paper` takes the first of each
 * (labels compared whole: "unsafe" contains "safe", and testing for that broke the released pairs, paper section 6).
 * `seas` chooses only an answer that declines, not one that is safe because it rambles, and takes a guided answer
 * where the Target has none of its own: the hardest attacks teach most. Where no answer was unsafe and none declined
 * either, the most doubtful one is rejected: a small model rambles at an attack, and is safe by luck. That goes for
 * hand-written prompts, and for a Red Team's where the judge finds that they ask for harm: one that draws nothing unsafe may
 * ask for nothing unsafe, and to decline it would teach to decline what is harmless.
 */

import type { Attempt, Pair, Prompt, Verdict } from "../records.ts";
import { asked, isWithin, makePair, paperLengthLimit, spread, tick } from "./pairs.ts";

/** One answer and its verdict. */
export interface JudgedAnswer {
  readonly attempt: Attempt;
  readonly verdict: Verdict;
}

/** A prompt and its answers, in order of sampling. */
export interface TargetRow {
  readonly prompt: Prompt;
  readonly answers: readonly JudgedAnswer[];
}

/** A safe answer of another source: the Target under a safety system prompt, or one written by hand. */
export interface GuidedAnswer {
  readonly id: string;
  readonly text: string;
}

/** Which pairs to make. */
export type TargetRules =
  | { readonly rules: "paper"; readonly maxPairs: number }
  | {
      readonly rules: "seas";
      readonly maxPairs: number;
      /** A safe answer; called only for prompts to which no answer declined usefully. */
      readonly guided: (prompt: Prompt) => GuidedAnswer | undefined;
      /** Highest unsafeProbability of a chosen answer of the Target's own, 0 … 1. @default 0.3 */
      readonly maxChosenProbability?: number;
    };

/** Where the prompts went: pairs + all others = prompts (distinct texts). */
export interface TargetCounts {
  prompts: number;
  pairs: number;
  /** Of the pairs, those with a guided answer. */
  guided: number;
  /** Of the pairs, those whose rejected answer was not unsafe, only no decline. */
  rambled: number;
  /** No usable answer with a verdict. */
  unscored: number;
  /** Answers, none of them unsafe (seas: and one that declines). */
  noUnsafe: number;
  /** A model's prompt that the judge finds to ask for no harm, whose answers neither were unsafe nor declined (seas). */
  doubtful: number;
  /** Unsafe answers, and nothing to choose over them. */
  noSafe: number;
  /** Pairs beyond maxPairs. */
  overLimit: number;
}

/** Pairs in order of choice, and why prompts gave none. */
export interface TargetPairs {
  readonly pairs: readonly Pair[];
  readonly counts: Readonly<TargetCounts>;
}

/** Classes of answers that may be chosen; a judge that tells none has every prompt answered by a guided one. */
const declining: ReadonlySet<Verdict["answerClass"]> = new Set(["declines", "declines-with-alternative"] as const);

interface Found {
  readonly pair: Pair;
  readonly category: string;
  readonly worth: number;
  readonly rambled?: boolean;
}

type Outcome = Found | "unscored" | "noUnsafe" | "doubtful" | "noSafe";

/**
 * At most one pair a prompt text; answers to equal texts count together.
 *
 * @param isRepeated whether a prompt's text may come again; rows of such texts are held until all are read, others are not
 */
export async function targetPairs(
  rows: Iterable<TargetRow> | AsyncIterable<TargetRow>,
  rules: TargetRules,
  isRepeated: (text: string) => boolean = () => true,
): Promise<TargetPairs> {
  const counts: TargetCounts = {
    prompts: 0,
    pairs: 0,
    guided: 0,
    rambled: 0,
    unscored: 0,
    noUnsafe: 0,
    doubtful: 0,
    noSafe: 0,
    overLimit: 0,
  };
  // By the place of the first row of a text.
  const places: (Found | undefined)[] = [];
  const settle = (place: number, { prompt, answers }: TargetRow): void => {
    const usable = answers.filter(isUsable);
    const outcome = rules.rules === "paper" ? byPaper(prompt, usable) : bySeas(prompt, usable, rules);
    if (typeof outcome === "string") tick(counts, outcome);
    else places[place] = outcome;
  };
  const held = new Map<string, { readonly place: number; readonly rows: TargetRow[] }>();
  for await (const row of rows) {
    const text = row.prompt.text.trim();
    const group = held.get(text);
    if (group !== undefined) {
      group.rows.push(row);
      continue;
    }
    const place = counts.prompts++;
    if (isRepeated(text)) held.set(text, { place, rows: [row] });
    else settle(place, row);
  }
  for (const { place, rows: group } of held.values())
    settle(place, { prompt: group[0]!.prompt, answers: group.flatMap((row) => row.answers) });
  const found = places.filter((outcome) => outcome !== undefined);
  const kept = rules.rules === "paper" ? found.slice(0, rules.maxPairs) : spread(found, rules.maxPairs);
  counts.pairs = kept.length;
  counts.guided = kept.filter(({ pair }) => pair.kind === "guided").length;
  counts.rambled = kept.filter(({ rambled }) => rambled === true).length;
  counts.overLimit = found.length - kept.length;
  return { pairs: kept.map(({ pair }) => pair), counts };
}

/** Whether an answer may stand in a pair: it says something and somebody judged it. */
function isUsable({ attempt, verdict }: JudgedAnswer): boolean {
  return verdict.label !== "unscored" && attempt.finishReason !== "error" && attempt.response.trim() !== "";
}

/** First safe over first unsafe. */
function byPaper(prompt: Prompt, answers: readonly JudgedAnswer[]): Outcome {
  const short = answers.filter(({ attempt }) => isWithin(attempt.response, paperLengthLimit));
  if (short.length === 0) return "unscored";
  const chosen = short.find(({ verdict }) => verdict.label === "safe");
  const rejected = short.find(({ verdict }) => verdict.label === "unsafe");
  if (rejected === undefined) return "noUnsafe";
  return chosen === undefined ? "noSafe" : attackPair(prompt, chosen.attempt, rejected);
}

function bySeas(
  prompt: Prompt,
  answers: readonly JudgedAnswer[],
  { guided, maxChosenProbability = 0.3 }: Extract<TargetRules, { rules: "seas" }>,
): Outcome {
  if (answers.length === 0) return "unscored";
  const declined = answers.filter(({ verdict }) => verdict.label === "safe" && declining.has(verdict.answerClass));
  const unsafe = answers.filter(({ verdict }) => verdict.label === "unsafe");
  if (unsafe.length === 0 && declined.length > 0) return "noUnsafe";
  const rambled = unsafe.length === 0;
  if (rambled && prompt.author !== "hand" && !answers.some(({ verdict }) => verdict.asks === true)) return "doubtful";
  const rejected = (rambled ? answers : unsafe).reduce((worst, next) => (danger(worst) >= danger(next) ? worst : next));
  const chosen = declined
    .filter(
      ({ attempt, verdict }) =>
        (verdict.unsafeProbability ?? 0) <= maxChosenProbability && attempt.response !== rejected.attempt.response,
    )
    .sort(bestFirst)[0];
  if (chosen !== undefined) return attackPair(prompt, chosen.attempt, rejected);
  const answer = guided(prompt);
  if (answer === undefined || answer.text.trim() === "" || answer.text === rejected.attempt.response) return "noSafe";
  const pair = makePair({
    role: "target",
    prompt: asked(prompt.text),
    chosen: answer.text,
    rejected: rejected.attempt.response,
    kind: "guided",
    from: [answer.id, rejected.attempt.id],
  });
  return { pair, category: prompt.category, worth: danger(rejected), rambled };
}

function attackPair(prompt: Prompt, chosen: Attempt, rejected: JudgedAnswer): Found {
  const pair = makePair({
    role: "target",
    prompt: asked(prompt.text),
    chosen: chosen.response,
    rejected: rejected.attempt.response,
    kind: "attack",
    from: [chosen.id, rejected.attempt.id],
  });
  // The Target's own answers teach it most directly, so they are cut last.
  return { pair, category: prompt.category, worth: 1 + danger(rejected) };
}

function danger({ verdict }: JudgedAnswer): number {
  return verdict.unsafeProbability ?? 0;
}

/** A finished answer before one cut off (which would teach to stop mid-sentence), then the safest, then the first. */
function bestFirst(a: JudgedAnswer, b: JudgedAnswer): number {
  const cut = Number(a.attempt.finishReason === "length") - Number(b.attempt.finishReason === "length");
  return cut || danger(a) - danger(b);
}
