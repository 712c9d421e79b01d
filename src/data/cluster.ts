/**
 * Clusters of near-twins among many texts: single link at a 5-gram cosine, for data whose templates nobody wrote
 * down. All pairs of 18,000 texts are too many, so MinHash bands propose pairs and the exact cosine decides; a pair
 * of equal lengths at exactly the threshold is proposed with 98 % probability, a clearer one almost surely.
 */

import { groupBy } from "../group-by.ts";
import { createRandom } from "../random.ts";
import { fiveGrams } from "./similarity.ts";

const BANDS = 64;
const ROWS = 2;
const HASHES = BANDS * ROWS;
/** Members of a cluster that are compared with another cluster's within a bucket. */
const MOST_COMPARED = 64;

/**
 * A cluster number for each text: texts linked by a chain of pairs with cosine ≥ threshold share one. Numbers count
 * up in the order of the clusters' first texts. Deterministic.
 *
 * @param threshold cosine, 0 … 1. @default 0.4
 */
export function clusterTexts(texts: readonly string[], threshold = 0.4): number[] {
  const grams = internGrams(texts);
  const signatures = grams.map(signatureOf);
  const parent = Int32Array.from(texts, (_, i) => i);
  const root = (i: number): number => {
    let at = i;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  };

  const near = (a: number, b: number): boolean =>
    plausible(signatures[a]!, signatures[b]!, grams[a]!.length, grams[b]!.length, threshold) &&
    sortedCosine(grams[a]!, grams[b]!) >= threshold;

  for (let band = 0; band < BANDS; band++) {
    for (const bucket of bucketsOf(signatures, band)) {
      // Only across clusters, so that a wrapper's thousand prompts cost a walk once they are linked.
      const groups: number[][] = [];
      for (const [, group] of groupBy(bucket, root)) {
        for (const [g, other] of groups.entries()) {
          if (linked(group, other, near)) {
            parent[root(other[0]!)] = root(group[0]!);
            group.push(...other);
            groups[g] = [];
          }
        }
        groups.push(group);
      }
    }
  }
  const numbers = new Map<number, number>();
  return texts.map((_, i) => {
    const r = root(i);
    if (!numbers.has(r)) numbers.set(r, numbers.size);
    return numbers.get(r)!;
  });
}

/** Whether a pair across two groups is near: all pairs of small groups, an even choice of large ones. */
function linked(a: readonly number[], b: readonly number[], near: (x: number, y: number) => boolean): boolean {
  const strideA = Math.ceil(a.length / MOST_COMPARED);
  const strideB = Math.ceil(b.length / MOST_COMPARED);
  for (let i = 0; i < a.length; i += strideA) {
    for (let j = 0; j < b.length; j += strideB) if (near(a[i]!, b[j]!)) return true;
  }
  return false;
}

/** Each text's grams as sorted numbers; equal grams have equal numbers. */
function internGrams(texts: readonly string[]): Uint32Array[] {
  const numbers = new Map<string, number>();
  return texts.map((text) => {
    const own = [...fiveGrams(text)].map((gram) => {
      const number = numbers.get(gram) ?? numbers.size;
      numbers.set(gram, number);
      return number;
    });
    return Uint32Array.from(own).sort();
  });
}

/** Odd multipliers and offsets of the hash family. */
const family = ((): { readonly a: Int32Array; readonly b: Int32Array } => {
  const random = createRandom("minhash");
  const draw = (): number => random.int(2 ** 32) | 0;
  return { a: Int32Array.from({ length: HASHES }, () => draw() | 1), b: Int32Array.from({ length: HASHES }, draw) };
})();

function signatureOf(grams: Uint32Array): Uint32Array {
  const least = new Uint32Array(HASHES).fill(0xffffffff);
  for (const gram of grams) {
    // Mixed once, so that consecutive numbers do not stay neighbours under a multiplication.
    let x = Math.imul(gram ^ (gram >>> 16), 0x45d9f3b);
    x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
    x ^= x >>> 13;
    for (let h = 0; h < HASHES; h++) {
      const y = Math.imul(x ^ family.b[h]!, family.a[h]!);
      const value = (y ^ (y >>> 15)) >>> 0;
      if (value < least[h]!) least[h] = value;
    }
  }
  return least;
}

/** Texts that agree in all rows of a band; only buckets of two and more. Texts without grams are left alone. */
function bucketsOf(signatures: readonly Uint32Array[], band: number): number[][] {
  const full = [...signatures.keys()].filter((i) => signatures[i]![0] !== 0xffffffff);
  const key = (i: number): string => signatures[i]!.subarray(band * ROWS, (band + 1) * ROWS).join();
  return [...groupBy(full, key).values()].filter((bucket) => bucket.length > 1);
}

/** Whether the signatures' agreement is within three standard deviations of what the threshold needs. */
function plausible(a: Uint32Array, b: Uint32Array, sizeA: number, sizeB: number, threshold: number): boolean {
  const overlap = threshold * Math.sqrt(sizeA * sizeB);
  if (overlap > Math.min(sizeA, sizeB)) return false;
  const jaccard = overlap / (sizeA + sizeB - overlap);
  let equal = 0;
  for (let h = 0; h < HASHES; h++) if (a[h] === b[h]) equal++;
  return equal / HASHES >= jaccard - 3 * Math.sqrt((jaccard * (1 - jaccard)) / HASHES);
}

function sortedCosine(a: Uint32Array, b: Uint32Array): number {
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [x, y] = [a[i]!, b[j]!];
    if (x === y) shared++;
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return shared / Math.sqrt(a.length * b.length);
}
