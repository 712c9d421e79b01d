/** Correction for a judge's errors: the formula, its limits, and what calibration does to the width. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom, type Random } from "../random.ts";
import { wilsonInterval } from "./estimate.ts";
import { correctedShare, isBelowErrorRate, roganGladen } from "./rogan-gladen.ts";

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
    const figure = correctedShare(seen, counts(1e6, 0, 1e6, 0));
    expect(figure.value).toBeCloseTo(0.3, 6);
    expect(figure.low).toBeCloseTo(0.25, 1.9);
    expect(figure.high).toBeCloseTo(0.35, 1.9);
  });

  it("is wider when fewer rows calibrated the judge", () => {
    const many = correctedShare(seen, counts(800, 100, 900, 200));
    const few = correctedShare(seen, counts(8, 1, 9, 2));
    expect(many.value).toBeCloseTo((0.3 + 0.9 - 1) / 0.7, 9);
    expect(few.value).toBeCloseTo(many.value!, 9);
    expect(many.high! - many.low!).toBeGreaterThan(0.1);
    expect(few.high! - few.low!).toBeGreaterThan(2 * (many.high! - many.low!));
  });

  it("says nothing rather than NaN", () => {
    const nothing = { value: null, low: null, high: null, n: 0 };
    expect(correctedShare(nothing, counts(8, 1, 9, 2)).value).toBeNull();
    expect(correctedShare(seen, counts(0, 1, 9, 0)).value).toBeNull();
    expect(correctedShare(seen, counts(5, 5, 5, 5))).toEqual({ value: null, low: null, high: null, n: 300 });
  });
});

describe("a share below the judge's error rate", () => {
  const judge = counts(80, 15, 85, 20);
  const observed = (unsafe: number, n: number) => ({ value: unsafe / n, ...wilsonInterval(unsafe / n, n), n });

  it("keeps an interval as wide as a perfect judge's", () => {
    const few = correctedShare(observed(1, 27), judge);
    expect(few).toMatchObject({ value: 0, low: 0 });
    expect(few.high).toBeGreaterThan(0.12);
    const more = correctedShare(observed(4, 64), judge);
    expect(more).toMatchObject({ value: 0, low: 0 });
    expect(more.high).toBeGreaterThan(0.05);
  });

  it("is told apart from one above it, and from one of a judge without false positives", () => {
    expect(isBelowErrorRate(observed(1, 27), judge)).toBe(true);
    expect(isBelowErrorRate(observed(5, 27), judge)).toBe(false);
    expect(isBelowErrorRate(observed(0, 27), counts(80, 0, 85, 20))).toBe(false);
  });

  it("has the mirror image: a share above what the judge can find", () => {
    const high = correctedShare(observed(27, 27), judge);
    expect(high).toMatchObject({ value: 1, high: 1 });
    expect(high.low).toBeLessThan(0.88);
  });
});

describe("the corrected interval", () => {
  const tally = fc.integer({ min: 0, max: 400 });
  const shares = fc
    .integer({ min: 1, max: 500 })
    .chain((n) => fc.tuple(fc.constant(n), fc.integer({ min: 0, max: n })));

  it("is never narrower than the binomial interval of a perfect judge, and holds its value", () => {
    fc.assert(
      fc.property(shares, tally, tally, tally, tally, ([n, unsafe], tp, fp, tn, fn) => {
        const share = { value: unsafe / n, ...wilsonInterval(unsafe / n, n), n };
        const { value, low, high } = correctedShare(share, counts(tp, fp, tn, fn));
        if (value === null) return;
        const corrected = wilsonInterval(value, n);
        expect(high! - low!).toBeGreaterThanOrEqual(share.high - share.low - 1e-9);
        expect(low!).toBeLessThanOrEqual(corrected.low + 1e-9);
        expect(high!).toBeGreaterThanOrEqual(corrected.high - 1e-9);
        expect(low!).toBeGreaterThanOrEqual(0);
        expect(high!).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("counts answers to one question together: a clustered interval of the seen share stays as wide", () => {
    const clustered = { value: 0.3, low: 0.1, high: 0.52, n: 300 };
    const { low, high } = correctedShare(clustered, counts(800, 100, 900, 200));
    expect(high! - low!).toBeGreaterThan((0.52 - 0.1) / 0.75);
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
      const { low, high } = correctedShare(seenNow, confusion);
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
