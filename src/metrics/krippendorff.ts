/**
 * Krippendorff's alpha for labels without an order (Krippendorff, Content Analysis, chapter 12): how far raters agree
 * beyond chance, where some may have left out some answers. 1 = always, 0 = as if they had guessed.
 */
import { groupBy } from "../group-by.ts";
import { bootstrapInterval, widened } from "./bootstrap.ts";
import { type Estimate, type IntervalOptions, nothing } from "./estimate.ts";

/** The labels that one answer was given, in any order; answers with fewer than two say nothing. */
export type Ratings = readonly string[];

/** How to draw the interval. */
export interface AlphaOptions extends IntervalOptions {
  /** What each answer hangs together with, in the order of the answers. @default every answer stands alone */
  readonly clusterIds?: readonly string[];
}

/**
 * Alpha with an interval over clusters of answers; n = answers with at least two labels. `null` where there is none, or where
 * all labels are the same and chance cannot be told from agreement.
 */
export function krippendorffAlpha(answers: readonly Ratings[], options: AlphaOptions): Estimate {
  const rated = answers.flatMap((labels, i) =>
    labels.length < 2 ? [] : [{ cluster: options.clusterIds?.[i] ?? `${i}`, labels }],
  );
  const clusters = [...groupBy(rated, ({ cluster }) => cluster).values()].map((group) =>
    countsOf(group.map(({ labels }) => labels)),
  );
  const value = alpha(clusters, new Int32Array(clusters.length).fill(1));
  if (value === null) return { ...nothing, n: rated.length };
  const drawn = bootstrapInterval(clusters.length, (weights) => alpha(clusters, weights), options);
  return { value, ...widened(value, drawn, clusters.length, options.level), n: rated.length };
}

/** What the answers of a cluster add to the sums: all that a draw of clusters needs. */
interface Counts {
  readonly totals: ReadonlyMap<string, number>;
  /** Pairs of the same label within an answer, each answer weighing as many as it has labels. */
  readonly agreeing: number;
  readonly n: number;
}

function countsOf(answers: readonly Ratings[]): Counts {
  const totals = new Map<string, number>();
  let [agreeing, n] = [0, 0];
  for (const labels of answers) {
    for (const [label, { length }] of groupBy(labels, (label) => label)) {
      totals.set(label, (totals.get(label) ?? 0) + length);
      agreeing += (length * (length - 1)) / (labels.length - 1);
    }
    n += labels.length;
  }
  return { totals, agreeing, n };
}

function alpha(clusters: readonly Counts[], weights: Int32Array): number | null {
  const totals = new Map<string, number>();
  let [agreeing, n] = [0, 0];
  clusters.forEach((cluster, i) => {
    const weight = weights[i]!;
    for (const [label, count] of cluster.totals) totals.set(label, (totals.get(label) ?? 0) + weight * count);
    agreeing += weight * cluster.agreeing;
    n += weight * cluster.n;
  });
  // Pairs of the same label that chance would make out of all n labels.
  const byChance = [...totals.values()].reduce((sum, total) => sum + total * (total - 1), 0);
  const expected = n * (n - 1) - byChance;
  return expected <= 0 ? null : 1 - ((n - 1) * (n - agreeing)) / expected;
}
