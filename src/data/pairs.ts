/**
 * What all pair rules share: making a pair with its id, the length limit of the released code, and a fair cut when
 * there are more pairs than wanted. Pure functions; the rules themselves are in pairs-red-team and pairs-target.
 */

import { groupBy } from "../group-by.ts";
import type { Message, Pair } from "../records.ts";
import { hashId } from "./ids.ts";

/** Longest prompt or answer in a pair of the paper's rules, in characters (code points). */
export const paperLengthLimit = 3000;

/** A pair with the id that its role, prompt, chosen and rejected text give it. */
export function makePair(pair: Omit<Pair, "id">): Pair {
  const prompt = pair.prompt.flatMap(({ role, content }) => [role, content]);
  return { id: hashId("pair", pair.role, pair.prompt.length, ...prompt, pair.chosen, pair.rejected), ...pair };
}

/** A conversation of one user message. */
export function asked(text: string): Message[] {
  return [{ role: "user", content: text }];
}

/** Whether a text has at most `limit` code points. */
export function isWithin(text: string, limit: number): boolean {
  return text.length <= limit || (text.length <= 2 * limit && [...text].length <= limit);
}

/** Something that may be cut. */
export interface Ranked {
  readonly category: string;
  /** The higher the more wanted. */
  readonly worth: number;
}

/**
 * At most `limit` items: the worthiest of each category by turns, so that one loud category does not take every place.
 * Of equal worth the earlier one; the result is in order of choice.
 */
export function spread<T extends Ranked>(items: readonly T[], limit: number): T[] {
  const queues = [...groupBy(items, (item) => item.category).values()].map((queue) =>
    queue.toSorted((a, b) => b.worth - a.worth),
  );
  queues.sort((a, b) => b[0]!.worth - a[0]!.worth);
  const chosen: T[] = [];
  for (let turn = 0; chosen.length < Math.min(limit, items.length); turn++) {
    for (const queue of queues) {
      const item = queue[turn];
      if (item !== undefined && chosen.length < limit) chosen.push(item);
    }
  }
  return chosen;
}

/** Adds one to a named count. */
export function tick<K extends string>(counts: Record<K, number>, key: K): void {
  counts[key]++;
}
