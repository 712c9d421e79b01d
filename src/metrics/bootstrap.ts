/**
 * Percentile bootstrap over clusters (answers to one seed prompt are not independent, so seeds are drawn, not answers).
 * Where the bootstrap has no width (no unsafe answer in 20, or one cluster only) it would claim certainty; a share then
 * gets Wilson's interval with the number of clusters as n, which is the cautious reading of clustered answers.
 */
import { groupBy } from "../group-by.ts";
import { createRandom } from "../random.ts";
import { type Estimate, type Interval, type IntervalOptions, nothing, unknown, wilsonInterval } from "./estimate.ts";

/** Differences below this are rounding, not spread. */
const negligible = 1e-12;
const defaultSamples = 2000;

/**
 * Interval of any statistic of clustered rows.
 *
 * @param clusters how many clusters there are
 * @param statistic from how often each cluster was drawn, shape (clusters); `null` where that draw defines none
 * @returns `null` ends when fewer than two clusters exist or most draws define nothing
 */
export function bootstrapInterval(
  clusters: number,
  statistic: (weights: Int32Array) => number | null,
  options: IntervalOptions,
): Interval {
  const { samples = defaultSamples, level = 0.95 } = options;
  if (clusters < 2) return unknown;
  const drawn: number[] = [];
  drawClusters(clusters, options, (weights) => {
    const value = statistic(weights);
    if (value !== null && Number.isFinite(value)) drawn.push(value);
  });
  if (drawn.length * 2 < samples || drawn.length === 0) return unknown;
  return percentiles(drawn, level);
}

/**
 * The draws of a bootstrap, for a statistic that has several values.
 *
 * @param visit is told how often each cluster was drawn, shape (clusters); the array is used again for the next draw
 */
export function drawClusters(
  clusters: number,
  { seed, samples = defaultSamples }: IntervalOptions,
  visit: (weights: Int32Array) => void,
): void {
  const random = createRandom(seed);
  const weights = new Int32Array(clusters);
  for (let draw = 0; draw < samples; draw++) {
    weights.fill(0);
    for (let i = 0; i < clusters; i++) weights[random.int(clusters)]!++;
    visit(weights);
  }
}

/**
 * The middle `level` of values, ends interpolated.
 *
 * @param values at least one; sorted in place
 */
export function percentiles(values: number[], level: number): { readonly low: number; readonly high: number } {
  values.sort((a, b) => a - b);
  const at = (share: number): number => {
    const place = share * (values.length - 1);
    const below = values[Math.floor(place)]!;
    return below + (values[Math.ceil(place)]! - below) * (place - Math.floor(place));
  };
  return { low: at((1 - level) / 2), high: at((1 + level) / 2) };
}

/**
 * An interval without width replaced by Wilson's for a share in [0, 1]; anything else without width has no known interval.
 *
 * @param clusters independent observations behind the value
 */
export function widened(value: number, interval: Interval, clusters: number, level = 0.95): Interval {
  const { low, high } = interval;
  if (low !== null && high !== null && high - low > negligible) return interval;
  return value >= 0 && value <= 1 && clusters > 0 ? wilsonInterval(value, clusters, level) : unknown;
}

/**
 * The mean of all values, with an interval over clusters.
 *
 * @param clusters the values of each cluster; empty ones are left out. Without width (see above) the interval is
 *   Wilson's, which needs values in [0, 1]; other values then get `null` ends.
 */
export function clusteredInterval(clusters: readonly (readonly number[])[], options: IntervalOptions): Estimate {
  const filled = clusters.filter((values) => values.length > 0);
  if (filled.length === 0) return nothing;
  const sums = filled.map((values) => values.reduce((sum, value) => sum + value, 0));
  const sizes = filled.map((values) => values.length);
  const n = sizes.reduce((sum, size) => sum + size, 0);
  const value = sums.reduce((sum, part) => sum + part, 0) / n;
  const drawn = bootstrapInterval(filled.length, (weights) => ratio(weights, sums, sizes), options);
  return { value, ...widened(value, drawn, filled.length, options.level), n };
}

/** Σ w·numerator / Σ w·denominator, or `null` over 0. */
export function ratio(
  weights: Int32Array,
  numerators: readonly number[],
  denominators: readonly number[],
): number | null {
  let above = 0;
  let below = 0;
  for (let i = 0; i < weights.length; i++) {
    above += weights[i]! * numerators[i]!;
    below += weights[i]! * denominators[i]!;
  }
  return below === 0 ? null : above / below;
}

/** One prompt, measured twice. */
export interface PairedRow {
  readonly clusterId: string;
  readonly before: number;
  readonly after: number;
}

/**
 * Mean of `after` − `before` over the same prompts, with an interval over clusters; n = prompts.
 * Without width, the interval of shares is Newcombe's from the two Wilson intervals (which ignores the pairing and so
 * is wide rather than narrow), with the number of clusters as n.
 */
export function pairedDifference(rows: readonly PairedRow[], options: IntervalOptions): Estimate {
  if (rows.length === 0) return nothing;
  const groups = [...groupBy(rows, (row) => row.clusterId).values()];
  const sums = groups.map((group) => group.reduce((sum, row) => sum + row.after - row.before, 0));
  const sizes = groups.map((group) => group.length);
  const n = rows.length;
  const value = sums.reduce((sum, part) => sum + part, 0) / n;
  const drawn = bootstrapInterval(groups.length, (weights) => ratio(weights, sums, sizes), options);
  if (drawn.low !== null && drawn.high !== null && drawn.high - drawn.low > negligible) return { value, ...drawn, n };
  const before = rows.reduce((sum, row) => sum + row.before, 0) / n;
  const after = rows.reduce((sum, row) => sum + row.after, 0) / n;
  return { value, ...newcombe(before, after, groups.length, options.level), n };
}

function newcombe(before: number, after: number, n: number, level = 0.95): Interval {
  if (Math.min(before, after) < 0 || Math.max(before, after) > 1) return unknown;
  const b = wilsonInterval(before, n, level);
  const a = wilsonInterval(after, n, level);
  return {
    low: after - before - Math.hypot(after - a.low, b.high - before),
    high: after - before + Math.hypot(a.high - after, before - b.low),
  };
}
