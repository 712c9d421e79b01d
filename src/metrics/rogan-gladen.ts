/**
 * ASR corrected for a judge's measured errors (Rogan and Gladen): true share = (seen + specificity − 1) /
 * (sensitivity + specificity − 1). The interval carries both the sample's and the calibration's uncertainty.
 * It holds where the judge errs on these answers as often as on the calibration rows, which attacks may break.
 */
import { createRandom, type Random } from "../random.ts";
import { percentiles } from "./bootstrap.ts";
import { type Estimate, type IntervalOptions, normalQuantile } from "./estimate.ts";

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
 * Each draw takes the share from its own interval (a normal on each side of the value), sensitivity and specificity
 * from Beta posteriors of the counts (Jeffreys prior), so that 20 of 20 right is not taken for a perfect judge. A draw
 * in which the judge has no skill could mean any share and counts as such.
 *
 * @param seen the uncorrected share with its interval at the same level
 * @returns `null` value and ends where there is nothing to correct, no calibration of either class, or no skill
 */
export function correctedShare(seen: Estimate, calibration: Confusion, options: IntervalOptions): Estimate {
  const { seed, samples = 2000, level = 0.95 } = options;
  const { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn } = calibration;
  const none: Estimate = { value: null, low: null, high: null, n: seen.n };
  if (seen.value === null || tp + fn === 0 || tn + fp === 0) return none;
  const value = roganGladen(seen.value, tp / (tp + fn), tn / (tn + fp));
  if (value === null || seen.low === null || seen.high === null) return { ...none, value };
  const random = createRandom(seed);
  const z = normalQuantile(0.5 + level / 2);
  const drawn = Array.from({ length: samples }, () => {
    const step = normal(random);
    const half = step < 0 ? seen.value! - seen.low! : seen.high! - seen.value!;
    const share = Math.min(1, Math.max(0, seen.value! + (step * half) / z));
    return roganGladen(share, beta(random, tp + 0.5, fn + 0.5), beta(random, tn + 0.5, fp + 0.5)) ?? random.next();
  });
  const { low, high } = percentiles(drawn, level);
  return { value, low: Math.min(low, value), high: Math.max(high, value), n: seen.n };
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

function beta(random: Random, a: number, b: number): number {
  const x = gamma(random, a);
  return x / (x + gamma(random, b));
}

/** Marsaglia and Tsang's rejection method; shapes below 1 are raised by one and scaled back. */
function gamma(random: Random, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * (1 - random.next()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.next()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}
