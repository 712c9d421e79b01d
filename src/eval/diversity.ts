/**
 * How varied the prompts of suites are, and how far from each other's: the paper's Table 5, for any sets of prompts. Needs no
 * model that answers and no judge; who embeds comes in as an argument.
 *
 * What a set is in itself falls or rises with its size, so that is told as of as many prompts as the smallest set has. Departs
 * from the paper in that, in intervals, and in that a set is held against itself as well as against others.
 */
import { setImmediate } from "node:timers/promises";
import { groupBy } from "../group-by.ts";
import { clusteredInterval } from "../metrics/bootstrap.ts";
import { textDiversity } from "../metrics/diversity.ts";
import type { Estimate } from "../metrics/estimate.ts";
import { expectedNearest, nearestVectors } from "../metrics/nearest.ts";
import { createRandom } from "../random.ts";
import type { Score } from "../records.ts";
import type { SuiteRow } from "../suites/suite-row.ts";

/** A named set of prompts. */
export interface PromptSet {
  readonly name: string;
  readonly rows: readonly Pick<SuiteRow, "prompt" | "clusterId">[];
}

/** How to measure. */
export interface DiversityOptions {
  /** Prompts of each set at most; those of a larger one are drawn. */
  readonly most: number;
  /** Of the draws. */
  readonly seed: number;
  /** A vector of length 1 for each text, by all-MiniLM-L6-v2, which the figures are named after. */
  readonly embed: (texts: readonly string[]) => Promise<readonly Float32Array[]>;
  readonly signal: AbortSignal;
}

/** What came out. */
export interface DiversityFigures {
  /** Prompts of the smallest set: the size that what a set is in itself is told as of. */
  readonly size: number;
  /** By set, prompts that were measured, at most `most`. */
  readonly measured: readonly number[];
  /**
   * By set, in order: `nearest-minilm`, the mean cosine of a prompt to the nearest other of its set, as of `size` prompts; the same
   * `against` each other set, to the nearest of all that was measured of that; `diversity`, `distinct-1`, `distinct-2` and
   * `self-bleu` of `size` prompts, see metrics/diversity.ts.
   */
  readonly scores: Score[];
}

const interval = { seed: "scores" };

/** All figures. Throws the signal's reason between two pairs of sets. */
export async function diversityFigures(
  sets: readonly PromptSet[],
  { most, seed, embed, signal }: DiversityOptions,
): Promise<DiversityFigures> {
  const drawn = sets.map(({ name, rows }) => ({ name, rows: draw(rows, most, seed) }));
  const measured = drawn.map(({ rows }) => rows.length);
  const size = Math.min(...measured);
  const vectors = await embed(drawn.flatMap(({ rows }) => rows.map(({ prompt }) => prompt)));
  const ends = measured.map((_, i) => measured.slice(0, i + 1).reduce((sum, n) => sum + n, 0));
  const own = drawn.map((set, i) => ({ ...set, vectors: vectors.slice(ends[i]! - measured[i]!, ends[i]) }));
  const scores: Score[] = [];
  for (const set of own) {
    const add = (metric: string, { value, low, high, n }: Estimate, more: Partial<Score> = {}) =>
      scores.push({ iteration: 0, suite: set.name, metric, value, low, high, n, ...more });
    /** The mean, with an interval over the clusters of prompts. */
    const mean = (values: readonly number[] = []) => {
      const rows = values.map((value, i) => ({ value, clusterId: set.rows[i]!.clusterId }));
      const clusters = [...groupBy(rows, ({ clusterId }) => clusterId).values()];
      return clusteredInterval(
        clusters.map((cluster) => cluster.map(({ value }) => value)),
        interval,
      );
    };
    for (const other of own) {
      await setImmediate(); // so that an interrupt is heard between two searches
      signal.throwIfAborted();
      if (set === other) add("nearest-minilm", mean(expectedNearest(set.vectors, size)));
      else {
        const near = nearestVectors(set.vectors, other.vectors).flatMap((found) => found?.similarity ?? []);
        add("nearest-minilm", mean(near), { against: other.name });
      }
    }
    const texts = draw(set.rows, size, seed).map(({ clusterId, prompt }) => ({ clusterId, text: prompt }));
    const { diversity, distinct1, distinct2, selfBleu } = textDiversity(texts, interval);
    const plain = (value: number | null): Estimate => ({ value, low: null, high: null, n: size });
    add("diversity", diversity);
    add("distinct-1", plain(distinct1));
    add("distinct-2", plain(distinct2));
    add("self-bleu", plain(selfBleu));
  }
  return { size, measured, scores };
}

/** All rows, or so many of them at random. */
function draw<T>(rows: readonly T[], most: number, seed: number): readonly T[] {
  return rows.length <= most ? rows : createRandom(`diversity/${seed}`).sample(rows, most);
}
