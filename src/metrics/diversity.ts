/**
 * How different a set of prompts is from itself. `diversity` is 1 − the mean similarity to the nearest other prompt
 * (character 5-grams); distinct-n and self-BLEU-4 are the usual companions. All fall with the size of a set, so compare
 * sets of one size; large sets are sampled with a seed. The paper's own figure (Table 5) needs a sentence embedding.
 */

import { fiveGrams } from "../data/similarity.ts";
import { groupBy } from "../group-by.ts";
import { createRandom } from "../random.ts";
import { clusteredInterval } from "./bootstrap.ts";
import type { Estimate, IntervalOptions } from "./estimate.ts";

/** Most texts of one self-BLEU. */
const bleuLimit = 200;
/** Most texts among which neighbours are sought. */
const neighbourLimit = 2000;

/** A text and the cluster (seed prompt) it came from. */
export interface DiversityRow {
  readonly clusterId: string;
  readonly text: string;
}

/** Diversity of a set of texts; `null` where there is too little text. */
export interface Diversity {
  /** 1 − mean nearest-neighbour similarity, 0 (copies) … 1; n = texts looked at, at most 2000. */
  readonly diversity: Estimate;
  /** Different words / words, over all texts. */
  readonly distinct1: number | null;
  /** Different word pairs / word pairs. */
  readonly distinct2: number | null;
  /** Mean BLEU-4 of each text against all others, 0 … 1, lower is more diverse; at most 200 texts. */
  readonly selfBleu: number | null;
}

/** All figures of one set, by the same seed. Fewer than two texts have no neighbours: `null`. */
export function textDiversity(rows: readonly DiversityRow[], options: IntervalOptions): Diversity {
  const texts = rows.map((row) => row.text);
  const random = createRandom(`${options.seed}/diversity`);
  const looked = rows.length > neighbourLimit ? random.sample(rows, neighbourLimit) : rows;
  const nearest = nearestSimilarities(looked.map((row) => row.text));
  const novelty = looked.map((row, i) => ({ clusterId: row.clusterId, value: 1 - nearest[i]! }));
  const clusters = [...groupBy(nearest.length < 2 ? [] : novelty, (row) => row.clusterId).values()];
  return {
    diversity: clusteredInterval(
      clusters.map((cluster) => cluster.map((row) => row.value)),
      options,
    ),
    distinct1: distinct(texts, 1),
    distinct2: distinct(texts, 2),
    selfBleu: selfBleu(texts.length > bleuLimit ? random.sample(texts, bleuLimit) : texts),
  };
}

/**
 * For every text the greatest cosine of 5-gram sets to any other text of the list, 0 … 1; an equal text gives 1.
 * Memory grows with the grams, time with how often they are shared.
 */
export function nearestSimilarities(texts: readonly string[]): number[] {
  const grams = texts.map(fiveGrams);
  const holders = new Map<string, number[]>();
  grams.forEach((set, i) => {
    for (const gram of set) {
      const list = holders.get(gram);
      if (list) list.push(i);
      else holders.set(gram, [i]);
    }
  });
  const shared = new Uint32Array(texts.length);
  return grams.map((set, i) => {
    shared.fill(0);
    for (const gram of set) for (const j of holders.get(gram)!) shared[j]!++;
    let best = 0;
    for (let j = 0; j < texts.length; j++) {
      if (j !== i && shared[j]! > 0) best = Math.max(best, shared[j]! / Math.sqrt(set.size * grams[j]!.size));
    }
    return Math.min(1, best);
  });
}

/** Different n-grams of words over all n-grams of a set; `null` when there is none. */
export function distinct(texts: readonly string[], n: number): number | null {
  const seen = new Set<string>();
  let total = 0;
  for (const text of texts) {
    for (const gram of wordGrams(words(text), n)) {
      seen.add(gram);
      total++;
    }
  }
  return total === 0 ? null : seen.size / total;
}

/**
 * Mean BLEU-4 of each text against all the others: clipped precisions of 1- to 4-grams, geometric mean, brevity penalty
 * by the nearest length, a count of 0.1 where nothing matches (so that short texts are not all 0). Texts of fewer than
 * four words use the n-grams they have; empty ones are left out.
 *
 * @returns 0 … 1, or `null` for fewer than two texts
 */
export function selfBleu(texts: readonly string[]): number | null {
  const tokens = texts.map(words).filter((list) => list.length > 0);
  if (tokens.length < 2) return null;
  const lengths = tokens.map((list) => list.length);
  const logs = tokens.map(() => ({ sum: 0, orders: 0 }));
  for (let n = 1; n <= 4; n++) {
    const counts = tokens.map((list) => tally(wordGrams(list, n)));
    const most = greatestCounts(counts);
    counts.forEach((own, i) => {
      let total = 0;
      let matched = 0;
      for (const [gram, count] of own) {
        total += count;
        matched += Math.min(count, most(gram, i));
      }
      if (total === 0) return;
      logs[i]!.sum += Math.log(Math.max(matched, 0.1) / total);
      logs[i]!.orders++;
    });
  }
  const scores = logs.map(({ sum, orders }, i) =>
    Math.exp(sum / orders + brevity(lengths[i]!, nearestLength(lengths, i))),
  );
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/** The greatest count of a gram in any list but one: the two greatest are kept, so that no list is searched again. */
function greatestCounts(counts: readonly ReadonlyMap<string, number>[]): (gram: string, without: number) => number {
  const top = new Map<string, { first: number; owner: number; second: number }>();
  counts.forEach((own, i) => {
    for (const [gram, count] of own) {
      const best = top.get(gram);
      if (!best) top.set(gram, { first: count, owner: i, second: 0 });
      else if (count > best.first) top.set(gram, { first: count, owner: i, second: best.first });
      else if (count > best.second) best.second = count;
    }
  });
  return (gram, without) => {
    const best = top.get(gram)!;
    return best.owner === without ? best.second : best.first;
  };
}

function brevity(length: number, reference: number): number {
  return length >= reference ? 0 : 1 - reference / length;
}

function nearestLength(lengths: readonly number[], own: number): number {
  let best = Number.POSITIVE_INFINITY;
  lengths.forEach((length, i) => {
    const distance = Math.abs(length - lengths[own]!) - Math.abs(best - lengths[own]!);
    if (i !== own && (distance < 0 || (distance === 0 && length < best))) best = length;
  });
  return best;
}

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function wordGrams(list: readonly string[], n: number): string[] {
  return Array.from({ length: Math.max(0, list.length - n + 1) }, (_, i) => list.slice(i, i + n).join(" "));
}

function tally(grams: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const gram of grams) counts.set(gram, (counts.get(gram) ?? 0) + 1);
  return counts;
}
