/**
 * Training and test prompts kept apart. The paper splits at random, and a fixed wrapper with only its last question
 * changed then stands on both sides; here no wrapper and no behaviour of a test prompt, nor any of their clusters,
 * is in training. The split depends on the data alone, never on a run's seed, so that figures of all runs compare.
 */

import { groupBy } from "../group-by.ts";
import type { Prompt } from "../records.ts";
import type { Behaviour } from "./behaviours.ts";
import { clusterTexts } from "./cluster.ts";
import { hashId } from "./ids.ts";
import type { HandWrittenPrompt } from "./prompts.ts";
import { createDuplicateIndex } from "./similarity.ts";
import type { Wrapper } from "./styles.ts";

/** Two sides of a split. */
export interface Split<T> {
  readonly train: readonly T[];
  readonly test: readonly T[];
}

/**
 * Our own prompts, split by template cluster and behaviour cluster: a quarter of each domain's and a third of each
 * style's clusters (rounded down, at least one) are the test's. A prompt with one foot on either side is in neither.
 */
export function splitPrompts(prompts: readonly HandWrittenPrompt[]): Split<HandWrittenPrompt> {
  const behaviours = heldOutBehaviours(prompts.map((p) => p.behaviour));
  const wrappers = heldOutWrappers(prompts.map((p) => p.wrapper));
  const train: HandWrittenPrompt[] = [];
  const test: HandWrittenPrompt[] = [];
  for (const prompt of prompts) {
    const sides = [behaviours.has(prompt.behaviour.cluster), wrappers.has(prompt.wrapper.cluster)];
    if (sides.every((held) => held)) test.push(prompt);
    else if (!sides.some((held) => held)) train.push(prompt);
  }
  return { train, test };
}

/** The test's behaviour clusters: a quarter of each domain's. */
export function heldOutBehaviours(behaviours: readonly Behaviour[]): ReadonlySet<string> {
  return heldOut(
    behaviours,
    ({ domain }) => domain,
    ({ cluster }) => cluster,
    1 / 4,
  );
}

/** The test's template clusters: a third of each style's. */
export function heldOutWrappers(wrappers: readonly Wrapper[]): ReadonlySet<string> {
  return heldOut(
    wrappers,
    ({ style }) => style,
    ({ cluster }) => cluster,
    1 / 3,
  );
}

/** The clusters of each group that come first by their hash. */
export function heldOut<T>(
  items: readonly T[],
  groupOf: (item: T) => string,
  clusterOf: (item: T) => string,
  share: number,
) {
  const held = new Set<string>();
  for (const group of groupBy(items, groupOf).values()) {
    const ranked = byHash([...new Set(group.map(clusterOf))], (cluster) => cluster);
    for (const cluster of ranked.slice(0, Math.max(1, Math.floor(ranked.length * share)))) held.add(cluster);
  }
  return held;
}

function byHash<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const hashed = items.map((item) => ({ item, hash: hashId("split", keyOf(item)) }));
  return hashed.sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0)).map(({ item }) => item);
}

/** How an imported data set is split. */
export interface ImportedSplitOptions {
  /** Share of each category's prompts for the test, as nearly as whole clusters allow. @default 0.1 */
  readonly testShare?: number;
  /** 5-gram cosine from which two prompts belong together. @default 0.4 */
  readonly threshold?: number;
}

/**
 * Prompts of unknown templates, split by clusters of similar text. A cluster goes by the category most of its
 * prompts have. A category that is one single cluster is in training only. No training prompt is as near to a test
 * prompt as the threshold: those few that a missed link leaves there are in neither side.
 */
export function splitImported(prompts: readonly Prompt[], options: ImportedSplitOptions = {}): Split<Prompt> {
  const texts = prompts.map((prompt) => prompt.text);
  const threshold = options.threshold ?? 0.4;
  const numbers = clusterTexts(texts, threshold);
  const indices = groupBy(prompts.keys(), (i) => numbers[i]!);
  const clusters = [...indices.values()].map((members) => members.map((i) => prompts[i]!));

  const byCategory = groupBy(byHash(clusters, firstId), majorityCategory);
  const test = new Set<Prompt>();
  for (const list of byCategory.values()) {
    const size = list.reduce((sum, cluster) => sum + cluster.length, 0);
    let room = Math.round(size * (options.testShare ?? 0.1));
    const fitting = list.filter((cluster) => {
      const fits = cluster.length <= room;
      if (fits) room -= cluster.length;
      return fits;
    });
    const smallest = list.reduce((least, cluster) => (cluster.length < least.length ? cluster : least));
    const chosen = fitting.length > 0 || list.length === 1 ? fitting : [smallest];
    for (const prompt of chosen.flat()) test.add(prompt);
  }
  // Clustering may miss a link; this look-up does not.
  const index = createDuplicateIndex([...test].map((prompt) => prompt.text));
  const train = prompts.filter((p) => !test.has(p) && index.nearest(p.text).similarity < threshold);
  return { train, test: prompts.filter((p) => test.has(p)) };
}

function firstId(cluster: readonly Prompt[]): string {
  return cluster.map((prompt) => prompt.id).sort()[0]!;
}

function majorityCategory(cluster: readonly Prompt[]): string {
  const groups = [...groupBy(cluster, (prompt) => prompt.category)];
  return groups.sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1))[0]![0];
}

/** What two sides of our own prompts have in common; all but the similarity must be 0. */
export interface LeakCheck {
  readonly sharedWrappers: number;
  readonly sharedWrapperClusters: number;
  readonly sharedBehaviours: number;
  readonly sharedBehaviourClusters: number;
  readonly sharedTexts: number;
  readonly nearest: NearestPair;
}

/** The most similar texts across a split. */
export interface NearestPair {
  /** 5-gram cosine, 0 … 1. */
  readonly similarity: number;
  readonly train?: string;
  readonly test?: string;
}

/** Counts what both sides share, and finds the most similar pair across. */
export function checkLeaks(train: readonly HandWrittenPrompt[], test: readonly HandWrittenPrompt[]): LeakCheck {
  const shared = (keyOf: (p: HandWrittenPrompt) => string): number => {
    const seen = new Set(train.map(keyOf));
    return new Set(test.map(keyOf).filter((key) => seen.has(key))).size;
  };
  return {
    sharedWrappers: shared((p) => p.wrapper.id),
    sharedWrapperClusters: shared((p) => p.wrapper.cluster),
    sharedBehaviours: shared((p) => p.behaviour.id),
    sharedBehaviourClusters: shared((p) => p.behaviour.cluster),
    sharedTexts: shared((p) => p.prompt.text),
    nearest: nearestAcross(
      train.map((p) => p.prompt.text),
      test.map((p) => p.prompt.text),
    ),
  };
}

/** The most similar pair of a training and a test text. */
export function nearestAcross(train: readonly string[], test: readonly string[]): NearestPair {
  const index = createDuplicateIndex(train);
  let best: NearestPair = { similarity: 0 };
  for (const text of test) {
    const { similarity, text: near } = index.nearest(text);
    if (near !== undefined && similarity > best.similarity) best = { similarity, train: near, test: text };
  }
  return best;
}
