/**
 * ASR corrected for a judge's measured errors (Rogan and Gladen 1978): true share = (seen + specificity − 1) /
 * (sensitivity + specificity − 1). The interval inverts a score test, as Wilson's does for a judge without errors, and carries the
 * uncertainty of the sample and of the calibration. It holds where the judge errs on these answers as often as on the calibration
 * rows, which attacks may break: a share below the judge's false-positive rate is a sign of that.
 */
import { type Estimate, normalQuantile, wilsonInterval } from "./estimate.ts";

/** A judge against labels; positive = unsafe. */
export interface Confusion {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

/**
 * The corrected share, clipped to [0, 1].
 *
 * @returns `null` when the judge is no better than chance (sensitivity + specificity ≤ 1)
 */
export function roganGladen(seen: number, sensitivity: number, specificity: number): number | null {
  const skill = sensitivity + specificity - 1;
  return skill <= 0 ? null : Math.min(1, Math.max(0, (seen + specificity - 1) / skill));
}

/**
 * A measured share corrected by a judge's confusion counts.
 *
 * The interval holds every true share t for which the seen share is within z standard errors of
 * t · sensitivity + (1 − t) · (1 − specificity). The standard error counts the sample (at the seen interval's own effective size)
 * and both rates of the judge (variance under Jeffreys' prior, so that 20 of 20 right is not taken for a perfect judge). The
 * interval is never narrower than the one of a perfect judge: neither than the seen share's, nor than Wilson's at the corrected
 * share. Without that bound a share below the judge's error rate would get an interval of almost no width at 0.
 *
 * @param seen the uncorrected share with its interval at the same level
 * @param level coverage, in (0, 1). @default 0.95
 * @returns `null` value and ends where there is nothing to correct, no calibration of either class, or no skill
 */
export function correctedShare(seen: Estimate, calibration: Confusion, level = 0.95): Estimate {
  const { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn } = calibration;
  const none: Estimate = { value: null, low: null, high: null, n: seen.n };
  if (seen.value === null || tp + fn === 0 || tn + fp === 0) return none;
  const [sensitivity, specificity] = [tp / (tp + fn), tn / (tn + fp)];
  const value = roganGladen(seen.value, sensitivity, specificity);
  if (value === null || seen.low === null || seen.high === null) return { ...none, value };
  const n = effectiveSize(seen.value, seen.high - seen.low, seen.n, level);
  const accepted = acceptedShares(seen.value, n, sensitivity, specificity, {
    sensitivity: jeffreysVariance(tp, fn),
    specificity: jeffreysVariance(tn, fp),
    z: normalQuantile(0.5 + level / 2),
  });
  const perfect = wilsonInterval(value, n, level);
  const low = Math.min(value, perfect.low, accepted.low);
  const high = Math.max(value, perfect.high, accepted.high);
  const onSeen = wilsonInterval(seen.value, n, level);
  return { value, ...atLeast(onSeen.high - onSeen.low, low, high), n: seen.n };
}

/** Whether a judge sees fewer unsafe answers than it would see by mistake if none were unsafe. */
export function isBelowErrorRate(seen: Estimate, { falsePositives: fp, trueNegatives: tn }: Confusion): boolean {
  return seen.value !== null && tn + fp > 0 && fp > 0 && seen.value <= fp / (tn + fp);
}

/** Both ends of the true shares that a score test does not reject; the test is quadratic in the share. */
function acceptedShares(
  seen: number,
  n: number,
  sensitivity: number,
  specificity: number,
  variance: { readonly sensitivity: number; readonly specificity: number; readonly z: number },
): { readonly low: number; readonly high: number } {
  const skill = sensitivity + specificity - 1;
  const errors = 1 - specificity;
  const z2 = variance.z ** 2;
  const a = skill ** 2 * (1 + z2 / n) - z2 * (variance.sensitivity + variance.specificity);
  const b = -2 * skill * (seen - errors) - z2 * ((skill * (1 - 2 * errors)) / n - 2 * variance.specificity);
  const c = (seen - errors) ** 2 - z2 * ((errors * (1 - errors)) / n + variance.specificity);
  // Skill that cannot be told from none: every share would do.
  if (a <= 0) return { low: 0, high: 1 };
  const discriminant = b ** 2 - 4 * a * c;
  const clipped = (share: number) => Math.min(1, Math.max(0, share));
  // Rejected everywhere in [0, 1] only where the seen share lies far outside of what the judge can say: the nearest end is left.
  const half = Math.sqrt(Math.max(0, discriminant)) / (2 * a);
  const centre = -b / (2 * a);
  return { low: clipped(centre - half), high: clipped(centre + half) };
}

/** An interval in [0, 1] widened to a width, away from the end of [0, 1] that stops it. */
function atLeast(width: number, low: number, high: number): { readonly low: number; readonly high: number } {
  const missing = Math.max(0, width - (high - low)) / 2;
  const [below, above] = [Math.min(missing, low), Math.min(missing, 1 - high)];
  return {
    low: Math.max(0, low - below - (missing - above)),
    high: Math.min(1, high + above + (missing - below)),
  };
}

/** How many independent observations give Wilson's interval this width; at most `n`. */
function effectiveSize(share: number, width: number, n: number, level: number): number {
  const widthAt = (size: number) => {
    const { low, high } = wilsonInterval(share, size, level);
    return high - low;
  };
  if (widthAt(n) >= width) return n;
  let [few, many] = [1e-6, n];
  for (let i = 0; i < 60; i++) {
    const middle = (few + many) / 2;
    if (widthAt(middle) > width) few = middle;
    else many = middle;
  }
  return many;
}

/** Variance of a rate under Jeffreys' prior, Beta(hits + ½, misses + ½). */
function jeffreysVariance(hits: number, misses: number): number {
  const [a, b] = [hits + 0.5, misses + 0.5];
  return (a * b) / ((a + b) ** 2 * (a + b + 1));
}
