/**
 * The pairs that keep a Target useful and its memory long: harmless look-alikes (helping over refusing), general
 * instructions (the paper's general pairs), and safety pairs of earlier iterations, seen again. Every draw is seeded.
 */

import { createRandom } from "../random.ts";
import type { Message, Pair } from "../records.ts";
import { asked, makePair } from "./pairs.ts";

/** A text with where it comes from. */
export interface SourcedText {
  readonly id: string;
  readonly text: string;
}

/** A prompt with a good and a worse answer. */
export interface ContrastRow {
  /** What is asked: a text, or a whole conversation. */
  readonly prompt: string | readonly Message[];
  /** The helpful answer. */
  readonly better: SourcedText;
  /** A refusal, or any worse answer. */
  readonly worse: SourcedText;
}

/** How many to draw, and by which chance. */
export interface DrawOptions {
  readonly count: number;
  readonly seed: number | string;
}

/** At most `count` look-alike pairs: chosen = the helpful answer, rejected = the refusal. */
export function lookAlikePairs(rows: readonly ContrastRow[], options: DrawOptions): Pair[] {
  return contrastPairs(rows, "look-alike", options);
}

/** At most `count` general pairs: chosen = the authored answer, rejected = a refusal or a worse answer. */
export function generalPairs(rows: readonly ContrastRow[], options: DrawOptions): Pair[] {
  return contrastPairs(rows, "general", options);
}

/**
 * At most `count` safety pairs of earlier iterations, of kind `replay`; id and sources stay, so that a pair can be
 * followed through the run. Look-alike and general pairs are not replayed.
 */
export function replayPairs(earlier: readonly Pair[], { count, seed }: DrawOptions): Pair[] {
  const safety = new Map(earlier.filter(isReplayed).map((pair) => [pair.id, pair]));
  return draw([...safety.values()], count, seed).map((pair) => ({ ...pair, kind: "replay" as const }));
}

const replayed: ReadonlySet<Pair["kind"]> = new Set(["attack", "guided", "replay"]);

/** Whether a pair may be replayed. */
export function isReplayed({ role, kind }: Pair): boolean {
  return role === "target" && replayed.has(kind);
}

/** All groups in one list, shuffled by the seed; of pairs with the same id only the first group's stays. */
export function mixPairs(groups: readonly (readonly Pair[])[], seed: number | string): Pair[] {
  const seen = new Set<string>();
  const pairs = groups.flat().filter(({ id }) => {
    const isNew = !seen.has(id);
    seen.add(id);
    return isNew;
  });
  return createRandom(seed).shuffle(pairs);
}

function contrastPairs(
  rows: readonly ContrastRow[],
  kind: "look-alike" | "general",
  { count, seed }: DrawOptions,
): Pair[] {
  const pairs = rows
    .filter(({ better, worse }) => better.text.trim() !== "" && worse.text.trim() !== "" && better.text !== worse.text)
    .map(({ prompt, better, worse }) =>
      makePair({
        role: "target",
        prompt: typeof prompt === "string" ? asked(prompt) : [...prompt],
        chosen: better.text,
        rejected: worse.text,
        kind,
        from: [better.id, worse.id],
      }),
    );
  return draw(pairs, count, seed);
}

function draw<T>(list: readonly T[], count: number, seed: number | string): T[] {
  return createRandom(seed).sample(list, Math.min(count, list.length));
}
