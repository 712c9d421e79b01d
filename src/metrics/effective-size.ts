/**
 * How many independent observations a share of clustered ones is worth (Kish's effective sample size): 77 answers to one question
 * tell more than one answer and less than answers to 77 questions; how much more is told by how far the questions differ.
 */

/** Observations that hang together. */
export interface ClusterCount {
  readonly hits: number;
  /** > 0 */
  readonly n: number;
}

/**
 * The effective size, from the variance between clusters. It is never more than the observations and never less than the
 * clusters; where the share is 0 or 1 or there is one cluster nothing shows how far clusters differ, and it is their number.
 *
 * @returns 0 for no clusters
 */
export function effectiveSize(clusters: readonly ClusterCount[]): number {
  const k = clusters.length;
  const n = clusters.reduce((sum, cluster) => sum + cluster.n, 0);
  if (k === 0) return 0;
  const share = clusters.reduce((sum, { hits }) => sum + hits, 0) / n;
  const squares = clusters.reduce((sum, cluster) => sum + (cluster.hits - share * cluster.n) ** 2, 0);
  // Of the ratio Σ hits / Σ n, linearised.
  const variance = k < 2 ? 0 : ((k / (k - 1)) * squares) / n ** 2;
  if (share === 0 || share === 1 || k < 2) return k;
  return variance === 0 ? n : Math.min(n, Math.max(k, (share * (1 - share)) / variance));
}
