/**
 * How varied the prompts of suites are, and how far from each other's: the paper's Table 5, for any sets of prompts. Needs no
 * model that answers and no judge; who embeds comes in as an argument.
 *
 * All figures fall or rise with the size of a set, so each is measured on as many prompts as the smallest has, drawn from a
 * seed. Departs from the paper in that, in intervals, and in that a set is also held against itself.
 */
import { setImmediate } from "node:timers/promises";
import { groupBy } from "../group-by.ts";
import { clusteredInterval } from "../metrics/bootstrap.ts";
import { textDiversity } from "../metrics/diversity.ts";
import type { Estimate } from "../metrics/estimate.ts";
import { nearestVectors } from "../metrics/nearest.ts";
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
  /** Prompts of each set at most. */
  readonly most: number;
  /** Of the draw. */
  readonly seed: number;
  /** A vector of length 1 for each text, by all-MiniLM-L6-v2, which the figures are named after. */
  readonly embed: (texts: readonly string[]) => Promise<readonly Float32Array[]>;
  readonly signal: AbortSignal;
}

/** What came out. */
export interface DiversityFigures {
  /** Prompts of each set that were measured. */
  readonly size: number;
  /**
   * By set, in order: `nearest-minilm`, the mean cosine of a prompt to the nearest other of its set, and `against` each other set
   * to the nearest of that; `diversity`, `distinct-1`, `distinct-2`, `self-bleu` as in metrics/diversity.ts.
   */
  readonly scores: Score[];
}

const interval = { seed: "scores" };

/** All figures. Throws the signal's reason between two pairs of sets. */
export async function diversityFigures(
  sets: readonly PromptSet[],
  { most, seed, embed, signal }: DiversityOptions,
): Promise<DiversityFigures> {
  const size = Math.min(most, ...sets.map(({ rows }) => rows.length));
  const drawn = sets.map(({ name, rows }) => ({ name, rows: createRandom(`diversity/${seed}`).sample(rows, size) }));
  const vectors = await embed(drawn.flatMap(({ rows }) => rows.map(({ prompt }) => prompt)));
  const own = drawn.map((set, i) => ({ ...set, vectors: vectors.slice(i * size, (i + 1) * size) }));
  const scores: Score[] = [];
  for (const set of own) {
    const add = (metric: string, { value, low, high, n }: Estimate, more: Partial<Score> = {}) =>
      scores.push({ iteration: 0, suite: set.name, metric, value, low, high, n, ...more });
    for (const other of own) {
      await setImmediate(); // so that an interrupt is heard between two searches
      signal.throwIfAborted();
      const near = set === other ? nearestVectors(set.vectors) : nearestVectors(set.vectors, other.vectors);
      const each = set.rows.flatMap(({ clusterId }, i) =>
        near[i] === undefined ? [] : [{ clusterId, value: near[i].similarity }],
      );
      const clusters = [...groupBy(each, ({ clusterId }) => clusterId).values()];
      const values = clusters.map((rows) => rows.map(({ value }) => value));
      add("nearest-minilm", clusteredInterval(values, interval), set === other ? {} : { against: other.name });
    }
    const texts = set.rows.map(({ clusterId, prompt }) => ({ clusterId, text: prompt }));
    const { diversity, distinct1, distinct2, selfBleu } = textDiversity(texts, interval);
    const plain = (value: number | null): Estimate => ({ value, low: null, high: null, n: size });
    add("diversity", diversity);
    add("distinct-1", plain(distinct1));
    add("distinct-2", plain(distinct2));
    add("self-bleu", plain(selfBleu));
  }
  return { size, scores };
}
