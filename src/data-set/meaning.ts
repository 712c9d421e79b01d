/**
 * Rows of two splits that say nearly the same, whatever their words: what a comparison of letters cannot see. Who embeds
 * comes in as an argument. Figures and places only, as in check.ts.
 */
import { setImmediate } from "node:timers/promises";
import { visibleText } from "../data/similarity.ts";
import { groupBy } from "../group-by.ts";
import { nearestVectors } from "../metrics/nearest.ts";
import type { ReadRow } from "./read.ts";

/** Two splits, and rows that are near each other in meaning. */
export interface MeaningLeak {
  readonly splits: readonly [string, string];
  /** Rows of the larger split with a row of the smaller as near as {@link alike}. */
  readonly near: number;
  /** The nearest pairs, nearest first, five at most, however near they are. */
  readonly pairs: readonly { readonly similarity: number; readonly places: readonly [string, string] }[];
  /** Rows of each split that were compared. */
  readonly compared: readonly [number, number];
}

/**
 * Cosine from which two prompts are taken to say the same. Of our own prompts two in one wrapper about different things have
 * more in one case of a hundred, and free rewordings have 0.6 to 0.8 (dev/LOG.md): what is found is near, much is not found.
 */
export const alike = 0.8;

/** Rows of a split that are compared: beyond, the time grows with the square. */
const mostCompared = 20_000;
/** Pairs that are named. */
const named = 5;
/** Characters of a text that are embedded; the model reads 256 tokens. */
const looked = 10_000;
/** Rows searched between two looks at the signal. */
const rowsAtOnce = 256;

/**
 * Each pair of splits.
 *
 * @param embed a vector of length 1 for each text
 * @throws the signal's reason
 */
export async function meaningLeaks(
  rows: readonly ReadRow[],
  embed: (texts: readonly string[]) => Promise<readonly Float32Array[]>,
  signal: AbortSignal,
): Promise<MeaningLeak[]> {
  const texts = rows.flatMap(({ prompt, split, at }) =>
    prompt === undefined ? [] : [{ split, at, text: visibleText(prompt.slice(0, looked)) }],
  );
  const splits = [...groupBy(texts, ({ split }) => split)].map(
    ([name, all]) => [name, all.slice(0, mostCompared)] as const,
  );
  if (splits.length < 2) return [];
  const compared = splits.flatMap(([, of]) => of);
  const unique = [...new Set(compared.map(({ text }) => text))];
  const vectors = await embed(unique);
  const byText = new Map(unique.map((text, i) => [text, vectors[i]!]));
  const embedded = splits.map(([name, of]) => ({
    name,
    rows: of.map(({ at, text }) => ({ at, vector: byText.get(text)! })),
  }));
  const leaks: MeaningLeak[] = [];
  for (const [i, a] of embedded.entries()) {
    for (const b of embedded.slice(i + 1)) leaks.push(await leakBetween(a, b, signal));
  }
  return leaks;
}

interface Split {
  readonly name: string;
  readonly rows: readonly { readonly at: string; readonly vector: Float32Array }[];
}

async function leakBetween(a: Split, b: Split, signal: AbortSignal): Promise<MeaningLeak> {
  const [small, large] = a.rows.length <= b.rows.length ? [a, b] : [b, a];
  const searched = small.rows.map(({ vector }) => vector);
  const all: { similarity: number; places: [string, string] }[] = [];
  for (let first = 0; first < large.rows.length; first += rowsAtOnce) {
    await setImmediate(); // so that an interrupt is heard
    signal.throwIfAborted();
    const part = large.rows.slice(first, first + rowsAtOnce);
    const near = nearestVectors(
      part.map(({ vector }) => vector),
      searched,
    );
    for (const [i, found] of near.entries())
      all.push({ similarity: found!.similarity, places: [part[i]!.at, small.rows[found!.index]!.at] });
  }
  all.sort((x, y) => y.similarity - x.similarity);
  return {
    splits: [a.name, b.name],
    near: all.filter(({ similarity }) => similarity >= alike).length,
    pairs: all.slice(0, named),
    compared: [a.rows.length, b.rows.length],
  };
}
