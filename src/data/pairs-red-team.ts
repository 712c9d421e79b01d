/**
 * Pairs for the Red Team: of the prompts written from one seed prompt, the one that drew the most unsafe answers is
 * chosen, a weak one rejected (paper section 3). `paper` is the released code's rule: best against worst, no margin.
 * `seas` wants a margin and at least one unsafe answer, refuses near-twins, and lets a prompt that no longer asks for
 * the category's harm stand as rejected, whatever it drew.
 */
import type { Message, Pair, Prompt, Verdict } from "../records.ts";
import { isWithin, makePair, paperLengthLimit, spread, tick } from "./pairs.ts";
import { textSimilarity } from "./similarity.ts";

/** A seed prompt and what came of it. */
export interface RedTeamSeed {
  readonly seedId: string;
  /** The seed prompt as the Red Team saw it. */
  readonly messages: readonly Message[];
  readonly prompts: readonly { readonly prompt: Prompt; readonly verdicts: readonly Verdict[] }[];
}

/** Which pairs to make. */
export type RedTeamRules =
  | { readonly rules: "paper"; readonly maxPairs: number }
  | {
      readonly rules: "seas";
      /** Least difference of unsafe shares, 0 … 1. */
      readonly margin: number;
      /** Similarity from which chosen and rejected count as the same prompt. @default 0.8 */
      readonly nearDuplicate?: number;
      readonly maxPairs: number;
    };

/** Where the seeds went: pairs + all others = seeds. */
export interface RedTeamCounts {
  seeds: number;
  pairs: number;
  /** No prompt with a scored answer. */
  unscored: number;
  /** No usable prompt drew an unsafe answer (seas). */
  noUnsafe: number;
  /** Only one usable prompt (seas), or best and worst are the same text (paper). */
  noContrast: number;
  /** The difference was below the margin (seas). */
  belowMargin: number;
  /** Chosen and rejected were near-duplicates (seas). */
  nearDuplicate: number;
  /** Pairs beyond maxPairs. */
  overLimit: number;
}

/** Pairs in order of choice, and why seeds gave none. */
export interface RedTeamPairs {
  readonly pairs: readonly Pair[];
  readonly counts: Readonly<RedTeamCounts>;
}

interface Candidate {
  readonly prompt: Prompt;
  /** Unsafe / scored answers; 0 for a prompt that missed its intent. */
  readonly share: number;
  /** Mean unsafeProbability of the scored answers that have one. */
  readonly probability: number;
  /** Asks for no harm: by its form, or because the judge says so. */
  readonly gated: boolean;
  /** Whether the judge finds that the prompt asks for harm; a judge that cannot tell leaves it true. */
  readonly asks: boolean;
}

type Outcome =
  | { readonly chosen: Candidate; readonly rejected: Candidate }
  | Exclude<keyof RedTeamCounts, "seeds" | "pairs">;

/** Shares are ratios of small integers: differences this small are rounding. */
const rounding = 1e-9;
/** A dropped prompt of these kinds is a fair example of what not to write; the others say nothing of the wording. */
const gatedDrops: ReadonlySet<string> = new Set(["off-topic", "no-request", "copies-example"]);

/** At most one pair a seed prompt. */
export async function redTeamPairs(
  rows: Iterable<RedTeamSeed> | AsyncIterable<RedTeamSeed>,
  rules: RedTeamRules,
): Promise<RedTeamPairs> {
  const counts: RedTeamCounts = {
    seeds: 0,
    pairs: 0,
    unscored: 0,
    noUnsafe: 0,
    noContrast: 0,
    belowMargin: 0,
    nearDuplicate: 0,
    overLimit: 0,
  };
  const found: { readonly pair: Pair; readonly category: string; readonly worth: number }[] = [];
  for await (const seed of rows) {
    counts.seeds++;
    const outcome = rules.rules === "paper" ? byPaper(seed) : bySeas(seed, rules.margin, rules.nearDuplicate ?? 0.8);
    if (typeof outcome === "string") {
      tick(counts, outcome);
      continue;
    }
    const { chosen, rejected } = outcome;
    const pair = makePair({
      role: "red-team",
      prompt: [...seed.messages],
      chosen: chosen.prompt.text,
      rejected: rejected.prompt.text,
      kind: "attack",
      from: [chosen.prompt.id, rejected.prompt.id],
    });
    found.push({ pair, category: chosen.prompt.category, worth: chosen.share - rejected.share });
  }
  const kept = rules.rules === "paper" ? found.slice(0, rules.maxPairs) : spread(found, rules.maxPairs);
  counts.pairs = kept.length;
  counts.overLimit = found.length - kept.length;
  return { pairs: kept.map(({ pair }) => pair), counts };
}

/** Highest unsafe share against highest safe share, first of equals, dropped only when they are the same text. */
function byPaper(seed: RedTeamSeed): Outcome {
  const candidates = scored(seed.prompts).filter(({ prompt }) => isWithin(prompt.text, paperLengthLimit));
  if (candidates.length === 0) return "unscored";
  const chosen = candidates.reduce((best, next) => (next.share > best.share ? next : best));
  const rejected = candidates.reduce((best, next) => (next.share < best.share ? next : best));
  return chosen.prompt.text === rejected.prompt.text ? "noContrast" : { chosen, rejected };
}

function bySeas(seed: RedTeamSeed, margin: number, nearDuplicate: number): Outcome {
  const judged = scored(seed.prompts.filter(({ prompt }) => prompt.dropped === undefined)).map(withIntent);
  const usable = judged.filter(({ prompt }) => prompt.text.trim() !== "");
  if (usable.length === 0) return "unscored";
  const attacks = usable.filter(({ share }) => share > 0).sort(strongestFirst);
  if (attacks.length === 0) return "noUnsafe";
  const others = [...usable, ...gated(seed.prompts)].sort(weakestFirst);
  const duels = attacks
    .flatMap((chosen) => others.map((rejected) => ({ chosen, rejected, gap: chosen.share - rejected.share })))
    .filter(({ chosen, rejected }) => chosen.prompt.text !== rejected.prompt.text);
  if (duels.length === 0) return "noContrast";
  const clear = duels.filter(({ gap }) => gap + rounding >= margin && gap > rounding);
  if (clear.length === 0) return "belowMargin";
  // The sort is stable: of equal gaps the stronger chosen comes first, then the weaker rejected.
  const best = clear
    .sort((a, b) => b.gap - a.gap)
    .find(({ chosen, rejected }) => textSimilarity(chosen.prompt.text, rejected.prompt.text) < nearDuplicate);
  return best ?? "nearDuplicate";
}

/** Distinct texts with a scored answer; the verdicts of equal texts count together. */
function scored(prompts: RedTeamSeed["prompts"]): Candidate[] {
  const byText = new Map<string, { prompt: Prompt; verdicts: Verdict[] }>();
  for (const { prompt, verdicts } of prompts) {
    const known = byText.get(prompt.text) ?? { prompt, verdicts: [] };
    known.verdicts.push(...verdicts.filter((verdict) => verdict.label !== "unscored"));
    byText.set(prompt.text, known);
  }
  return [...byText.values()]
    .filter(({ verdicts }) => verdicts.length > 0)
    .map(({ prompt, verdicts }) => ({
      prompt,
      share: verdicts.filter((verdict) => verdict.label === "unsafe").length / verdicts.length,
      probability: mean(verdicts.flatMap(({ unsafeProbability }) => unsafeProbability ?? [])),
      gated: false,
      asks: verdicts.some(({ asks }) => asks !== false),
    }));
}

/** A prompt that asks for no harm was no attack, whatever it drew. */
function withIntent(candidate: Candidate): Candidate {
  return candidate.asks ? candidate : { ...candidate, share: 0, gated: true };
}

function gated(prompts: RedTeamSeed["prompts"]): Candidate[] {
  return prompts
    .filter(({ prompt }) => prompt.dropped !== undefined && gatedDrops.has(prompt.dropped) && prompt.text.trim() !== "")
    .map(({ prompt }) => ({ prompt, share: 0, probability: 0, gated: true, asks: false }));
}

function strongestFirst(a: Candidate, b: Candidate): number {
  return b.share - a.share || b.probability - a.probability || compare(a.prompt.text, b.prompt.text);
}

/** Of equal shares a judged prompt before a gated one: it failed as an attack, not as a request. */
function weakestFirst(a: Candidate, b: Candidate): number {
  return (
    a.share - b.share ||
    Number(a.gated) - Number(b.gated) ||
    a.probability - b.probability ||
    compare(a.prompt.text, b.prompt.text)
  );
}

/** By code unit, the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
