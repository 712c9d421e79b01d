/** Intervals: against closed forms, at their edges, and for what clustering must do to them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../random.ts";
import { bootstrapInterval, clusteredInterval, pairedDifference } from "./bootstrap.ts";
import { normalQuantile, wilsonInterval } from "./estimate.ts";

const seed = 7;

describe("wilsonInterval", () => {
  it("matches the published figures", () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959964, 6);
    expect(normalQuantile(0.025)).toBeCloseTo(-1.959964, 6);
    const none = wilsonInterval(0, 20);
    expect(none.low).toBe(0);
    expect(none.high).toBeCloseTo(0.1611, 4);
    const half = wilsonInterval(0.5, 10);
    expect(half.low).toBeCloseTo(0.2366, 4);
    expect(half.high).toBeCloseTo(0.7634, 4);
  });
});

describe("clusteredInterval", () => {
  it("of nothing is nothing", () => {
    expect(clusteredInterval([], { seed })).toEqual({ value: null, low: null, high: null, n: 0 });
    expect(clusteredInterval([[], []], { seed })).toEqual({ value: null, low: null, high: null, n: 0 });
  });

  it("is the mean over all values, not over clusters", () => {
    const figure = clusteredInterval([[1, 1, 1], [0]], { seed });
    expect(figure.value).toBe(0.75);
    expect(figure.n).toBe(4);
  });

  it("has a width at 0 of 20 and with one cluster", () => {
    const zeros = Array.from({ length: 20 }, () => [0]);
    expect(clusteredInterval(zeros, { seed })).toMatchObject({ value: 0, low: 0, n: 20 });
    expect(clusteredInterval(zeros, { seed }).high).toBeCloseTo(0.1611, 4);
    const one = clusteredInterval([[1, 0, 1, 0, 1, 0, 1, 0]], { seed });
    expect(one.low).toBeLessThan(0.1);
    expect(one.high).toBeGreaterThan(0.9);
  });

  it("takes clusters, not answers, as n when the clusters agree", () => {
    const same = Array.from({ length: 10 }, () => [1, 0]);
    const figure = clusteredInterval(same, { seed });
    const wilson = wilsonInterval(0.5, 10);
    expect(figure).toMatchObject({ value: 0.5, n: 20 });
    expect(figure.low).toBeCloseTo(wilson.low, 6);
    expect(figure.high).toBeCloseTo(wilson.high, 6);
  });

  it("comes near the normal interval on many independent values", () => {
    const random = createRandom("many");
    const values = Array.from({ length: 400 }, () => [random.next() < 0.3 ? 1 : 0]);
    const figure = clusteredInterval(values, { seed });
    const half = 1.96 * Math.sqrt((figure.value! * (1 - figure.value!)) / 400);
    expect(figure.high! - figure.value!).toBeCloseTo(half, 1.7);
    expect(figure.value! - figure.low!).toBeCloseTo(half, 1.7);
  });

  it("is wider when answers of a cluster agree", () => {
    const apart = Array.from({ length: 200 }, (_, i) => [i % 4 === 0 ? 1 : 0]);
    const together = Array.from({ length: 20 }, (_, i) => new Array<number>(10).fill(i % 4 === 0 ? 1 : 0));
    const narrow = clusteredInterval(apart, { seed });
    const wide = clusteredInterval(together, { seed });
    expect(narrow.value).toBe(wide.value);
    expect(wide.high! - wide.low!).toBeGreaterThan(2 * (narrow.high! - narrow.low!));
  });

  it("gives no interval to equal values outside [0, 1]", () => {
    expect(clusteredInterval([[5], [5]], { seed })).toEqual({ value: 5, low: null, high: null, n: 2 });
  });

  it("depends on the seed and on nothing else", () => {
    const clusters = Array.from({ length: 30 }, (_, i) => [(i * 37) % 11, (i * 13) % 7]);
    expect(clusteredInterval(clusters, { seed })).toEqual(clusteredInterval(clusters, { seed }));
    expect(clusteredInterval(clusters, { seed })).not.toEqual(clusteredInterval(clusters, { seed: 8 }));
  });

  it("always holds low ≤ value ≤ high for shares, without NaN", () => {
    const share = fc.array(fc.array(fc.constantFrom(0, 1), { maxLength: 4 }), { maxLength: 12 });
    fc.assert(
      fc.property(share, (clusters) => {
        const { value, low, high } = clusteredInterval(clusters, { seed, samples: 200 });
        if (value === null) return low === null && high === null;
        return low! <= value + 1e-9 && value <= high! + 1e-9 && low! >= 0 && high! <= 1;
      }),
      { numRuns: 60 },
    );
  });
});

describe("bootstrapInterval", () => {
  it("tells nothing when most draws define nothing", () => {
    expect(bootstrapInterval(5, () => null, { seed })).toEqual({ low: null, high: null });
    expect(bootstrapInterval(1, () => 1, { seed })).toEqual({ low: null, high: null });
  });

  it("draws as many clusters as there are", () => {
    bootstrapInterval(
      9,
      (weights) => {
        expect(weights.reduce((sum, w) => sum + w, 0)).toBe(9);
        return 0;
      },
      { seed, samples: 20 },
    );
  });
});

describe("pairedDifference", () => {
  const rows = (pairs: readonly (readonly [number, number])[]) =>
    pairs.map(([before, after], i) => ({ clusterId: `c${i}`, before, after }));

  it("is after − before on the same prompts, narrower than unpaired", () => {
    const pairs = Array.from({ length: 60 }, (_, i) => [i / 60, i / 60 - (i % 2 ? 0.1 : 0.2)] as const);
    const figure = pairedDifference(rows(pairs), { seed });
    expect(figure.value).toBeCloseTo(-0.15, 9);
    expect(figure.n).toBe(60);
    expect(figure.high! - figure.low!).toBeLessThan(0.04);
    expect(figure.high).toBeLessThan(0);
  });

  it("has a width when nothing changed", () => {
    const figure = pairedDifference(rows(Array.from({ length: 20 }, () => [0, 0] as const)), { seed });
    expect(figure.value).toBe(0);
    expect(figure.low).toBeCloseTo(-0.1611, 4);
    expect(figure.high).toBeCloseTo(0.1611, 4);
    expect(pairedDifference([], { seed }).value).toBeNull();
  });
});
