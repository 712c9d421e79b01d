/**
 * A figure with its interval, and the Wilson interval for shares. `null` stands for "cannot be told", never NaN,
 * so that 0 of 0 is not shown as a figure.
 */

/** A figure: the numeric part of a `Score`. */
export interface Estimate {
  /** `null` when there is nothing to average. */
  readonly value: number | null;
  /** Lower end of the interval; `null` when it cannot be told. */
  readonly low: number | null;
  /** Upper end of the interval. */
  readonly high: number | null;
  /** How many values stand behind the figure. */
  readonly n: number;
}

/** Chance and width of an interval. */
export interface IntervalOptions {
  /** The same seed and values give the same interval. */
  readonly seed: number | string;
  /** Bootstrap draws. @default 2000 */
  readonly samples?: number;
  /** Coverage, in (0, 1). @default 0.95 */
  readonly level?: number;
}

/** Both ends of an interval. */
export interface Interval {
  readonly low: number | null;
  readonly high: number | null;
}

/** The estimate of nothing. */
export const nothing: Estimate = { value: null, low: null, high: null, n: 0 };

/** The interval of what cannot be told. */
export const unknown: Interval = { low: null, high: null };

/**
 * Wilson's interval for a share: unlike the bootstrap it has a width at 0 and at 1.
 *
 * @param share observed, 0 … 1
 * @param n independent observations behind it, > 0
 * @param level coverage @default 0.95
 */
export function wilsonInterval(
  share: number,
  n: number,
  level = 0.95,
): { readonly low: number; readonly high: number } {
  const z = normalQuantile(0.5 + level / 2);
  const spread = 1 + z ** 2 / n;
  const centre = (share + z ** 2 / (2 * n)) / spread;
  const half = (z / spread) * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2));
  return { low: Math.min(share, Math.max(0, centre - half)), high: Math.max(share, Math.min(1, centre + half)) };
}

/**
 * Quantile of the standard normal distribution, found by bisection, to about 1e-12 for p in [1e-6, 1 − 1e-6].
 *
 * @param p in (0, 1)
 */
export function normalQuantile(p: number): number {
  let low = -9;
  let high = 9;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalCumulative(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Φ(x): the series around 0 where it converges fast, 0 or 1 beyond 8. */
function normalCumulative(x: number): number {
  if (x < -8) return 0;
  if (x > 8) return 1;
  let term = x;
  let sum = x;
  for (let k = 1; Math.abs(term) > 1e-17 && k < 400; k++) {
    term *= (x * x) / (2 * k + 1);
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}
