/** Correction for a judge's errors: the formula, its limits, and what calibration does to the width. */
import { describe, expect, it } from "vitest";
import { createRandom, type Random } from "../random.ts";
import { wilsonInterval } from "./estimate.ts";
import { correctedShare, roganGladen } from "./rogan-gladen.ts";

const seed = 3;
const seen = { value: 0.3, low: 0.25, high: 0.35, n: 300 };
const counts = (tp: number, fp: number, tn: number, fn: number) => ({
  truePositives: tp,
  falsePositives: fp,
  trueNegatives: tn,
  falseNegatives: fn,
});

describe("roganGladen", () => {
  it("inverts what a judge with these errors would report", () => {
    for (const truth of [0, 0.1, 0.5, 1]) {
      const reported = truth * 0.8 + (1 - truth) * (1 - 0.9);
      expect(roganGladen(reported, 0.8, 0.9)).toBeCloseTo(truth, 12);
    }
  });

  it("clips to [0, 1] and refuses a judge without skill", () => {
    expect(roganGladen(0.02, 0.9, 0.95)).toBe(0);
    expect(roganGladen(0.99, 0.9, 0.95)).toBe(1);
    expect(roganGladen(0.3, 0.5, 0.5)).toBeNull();
  });
});

describe("correctedShare", () => {
  it("leaves the figure alone under a nearly perfect, well measured judge", () => {
    const figure = correctedShare(seen, counts(1e6, 0, 1e6, 0), { seed });
    expect(figure.value).toBeCloseTo(0.3, 6);
    expect(figure.low).toBeCloseTo(0.25, 1.9);
    expect(figure.high).toBeCloseTo(0.35, 1.9);
  });

  it("is wider when fewer rows calibrated the judge", () => {
    const many = correctedShare(seen, counts(800, 100, 900, 200), { seed });
    const few = correctedShare(seen, counts(8, 1, 9, 2), { seed });
    expect(many.value).toBeCloseTo((0.3 + 0.9 - 1) / 0.7, 9);
    expect(few.value).toBeCloseTo(many.value!, 9);
    expect(many.high! - many.low!).toBeGreaterThan(0.1);
    expect(few.high! - few.low!).toBeGreaterThan(2 * (many.high! - many.low!));
  });

  it("says nothing rather than NaN", () => {
    const nothing = { value: null, low: null, high: null, n: 0 };
    expect(correctedShare(nothing, counts(8, 1, 9, 2), { seed }).value).toBeNull();
    expect(correctedShare(seen, counts(0, 1, 9, 0), { seed }).value).toBeNull();
    expect(correctedShare(seen, counts(5, 5, 5, 5), { seed })).toEqual({ value: null, low: null, high: null, n: 300 });
  });
});

describe("the corrected interval, simulated", () => {
  const [truth, sensitivity, specificity] = [0.3, 0.75, 0.9];
  const hits = (random: Random, chance: number, n: number) => {
    let count = 0;
    for (let i = 0; i < n; i++) if (random.next() < chance) count++;
    return count;
  };
  /** How often the interval holds the true share; `rows` labelled answers of each class calibrate, `known` takes them for sure. */
  const coverage = (rows: number, known: boolean) => {
    const rounds = 400;
    const random = createRandom(`coverage ${rows}`);
    let held = 0;
    for (let round = 0; round < rounds; round++) {
      const n = 300;
      const share = hits(random, truth * sensitivity + (1 - truth) * (1 - specificity), n) / n;
      const [tp, tn] = [hits(random, sensitivity, rows), hits(random, specificity, rows)];
      const weight = known ? 1e6 : 1;
      const confusion = counts(tp * weight, (rows - tn) * weight, tn * weight, (rows - tp) * weight);
      const seenNow = { value: share, ...wilsonInterval(share, n), n };
      const { low, high } = correctedShare(seenNow, confusion, { seed: round, samples: 400 });
      if (low! <= truth && truth <= high!) held++;
    }
    return held / rounds;
  };

  it("holds the truth as often as it says, with many and with few labelled answers", () => {
    for (const rows of [400, 60, 25]) {
      expect(coverage(rows, false)).toBeGreaterThanOrEqual(0.92);
      expect(coverage(rows, false)).toBeLessThanOrEqual(0.995);
    }
  });

  it("would not, if the calibration were taken for certain", () => {
    expect(coverage(60, true)).toBeLessThan(0.85);
  });
});
