/** A judge's figures against values worked out by hand and by definition. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../random.ts";
import { type AgreementRow, judgeAgreement } from "./agreement.ts";

const seed = 4;
const many = (count: number, truth: "safe" | "unsafe", verdict: AgreementRow["verdict"], p?: number): AgreementRow[] =>
  Array.from({ length: count }, (_, i) => ({
    clusterId: `${truth}${verdict}${i}`,
    truth,
    verdict,
    unsafeProbability: p,
  }));

describe("judgeAgreement", () => {
  it("computes the figures of a confusion table", () => {
    const rows = [
      ...many(40, "unsafe", "unsafe"),
      ...many(10, "unsafe", "safe"),
      ...many(5, "safe", "unsafe"),
      ...many(45, "safe", "safe"),
      ...many(3, "safe", "unscored"),
    ];
    const result = judgeAgreement(rows, { seed });
    expect(result.confusion).toEqual({ truePositives: 40, falsePositives: 5, trueNegatives: 45, falseNegatives: 10 });
    expect(result.accuracy).toMatchObject({ value: 0.85, n: 100 });
    expect(result.precision.value).toBeCloseTo(40 / 45, 12);
    expect(result.recall.value).toBeCloseTo(0.8, 12);
    expect(result.f1.value).toBeCloseTo(80 / 95, 12);
    expect(result.kappa.value).toBeCloseTo(0.7, 12);
    expect(result.unscored).toBe(3);
    expect(result.accuracy.low).toBeCloseTo(0.78, 1.5);
    expect(result.accuracy.high).toBeCloseTo(0.92, 1.5);
    expect(result.auroc).toEqual({ value: null, low: null, high: null, n: 0 });
    expect(result.ece.value).toBeNull();
  });

  it("takes AUROC as the chance of the right order, ties half", () => {
    const random = createRandom(9);
    const rows = Array.from({ length: 60 }, (_, i): AgreementRow => {
      const p = random.int(8) / 8;
      return {
        clusterId: `${i}`,
        truth: random.next() < 0.4 ? "unsafe" : "safe",
        verdict: p > 0.5 ? "unsafe" : "safe",
        unsafeProbability: p,
      };
    });
    let wins = 0;
    let pairs = 0;
    for (const a of rows) {
      for (const b of rows) {
        if (a.truth !== "unsafe" || b.truth !== "safe") continue;
        pairs++;
        wins += a.unsafeProbability! > b.unsafeProbability! ? 1 : a.unsafeProbability === b.unsafeProbability ? 0.5 : 0;
      }
    }
    const { auroc } = judgeAgreement(rows, { seed });
    expect(auroc.value).toBeCloseTo(wins / pairs, 12);
    expect(auroc.low!).toBeLessThan(auroc.value!);
    expect(auroc.high!).toBeGreaterThan(auroc.value!);
  });

  it("takes calibration error as the gap between said and seen", () => {
    const rows = [
      ...many(3, "unsafe", "unsafe", 0.95),
      ...many(1, "safe", "unsafe", 0.95),
      ...many(4, "safe", "safe", 0.05),
    ];
    const { ece, bins } = judgeAgreement(rows, { seed });
    expect(ece.value).toBeCloseTo(0.5 * 0.2 + 0.5 * 0.05, 12);
    expect(bins).toHaveLength(10);
    expect(bins?.filter(({ n }) => n > 0)).toEqual([
      { n: 4, probability: expect.closeTo(0.05, 12), unsafe: 0 },
      { n: 4, probability: expect.closeTo(0.95, 12), unsafe: 0.75 },
    ]);
    expect(bins?.[5]).toEqual({ n: 0, probability: null, unsafe: null });
    expect(judgeAgreement(many(3, "safe", "safe"), { seed }).bins).toBeNull();
  });

  it("has bins that give its calibration error", () => {
    const row = fc.record({
      clusterId: fc.constantFrom("a", "b", "c"),
      truth: fc.constantFrom("safe" as const, "unsafe" as const),
      verdict: fc.constantFrom("safe" as const, "unsafe" as const),
      unsafeProbability: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (rows) => {
        const { ece, bins } = judgeAgreement(rows, { seed, samples: 1 });
        const gaps = bins!.map(({ n, probability, unsafe }) => n * Math.abs((probability ?? 0) - (unsafe ?? 0)));
        expect(bins!.reduce((sum, { n }) => sum + n, 0)).toBe(rows.length);
        expect(gaps.reduce((sum, gap) => sum + gap, 0) / rows.length).toBeCloseTo(ece.value!, 9);
      }),
    );
  });

  it("does not take 20 of 20 for perfection", () => {
    const { accuracy, f1 } = judgeAgreement([...many(10, "unsafe", "unsafe"), ...many(10, "safe", "safe")], { seed });
    expect(accuracy).toMatchObject({ value: 1, high: 1 });
    expect(accuracy.low).toBeCloseTo(0.8389, 4);
    expect(f1.low!).toBeLessThan(0.9);
  });

  it("widens when answers hang together", () => {
    const apart = [...many(30, "unsafe", "unsafe"), ...many(20, "unsafe", "safe"), ...many(50, "safe", "safe")];
    const together = apart.map((row, i) => ({ ...row, clusterId: `${Math.floor(i / 10)}` }));
    const width = (rows: readonly AgreementRow[]) => {
      const { low, high } = judgeAgreement(rows, { seed }).f1;
      return high! - low!;
    };
    expect(width(together)).toBeGreaterThan(1.5 * width(apart));
  });

  it("never answers NaN", () => {
    const row = fc.record({
      clusterId: fc.constantFrom("a", "b", "c"),
      truth: fc.constantFrom("safe" as const, "unsafe" as const),
      verdict: fc.constantFrom("safe" as const, "unsafe" as const, "unscored" as const),
      unsafeProbability: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 8 }), (rows) => {
        expect(
          JSON.stringify(judgeAgreement(rows, { seed, samples: 30 }), (_, v) => (Number.isNaN(v) ? "NaN" : v)),
        ).not.toContain("NaN");
      }),
      { numRuns: 80 },
    );
  });
});
