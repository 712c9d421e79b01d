/** Refusal rates add up, and what nobody scored is outside. */
import { describe, expect, it } from "vitest";
import { type RefusalClass, refusalDifference, refusalRates } from "./over-refusal.ts";

const rows = (classes: readonly RefusalClass[]) =>
  classes.map((refusal, i) => ({ clusterId: `c${i >> 1}`, promptId: `p${i}`, refusal }));

describe("refusalRates", () => {
  it("gives each class its share of the scored answers", () => {
    const rates = refusalRates(rows(["full", "none", "none", "partial", "unscored", "none"]), { seed: 1 });
    expect(rates.full).toMatchObject({ value: 0.2, n: 5 });
    expect(rates.partial.value).toBe(0.2);
    expect(rates.none.value).toBe(0.6);
    expect(rates.any.value).toBe(0.4);
    expect(rates.unscored).toBe(1);
  });

  it("does not call 0 refusals in 20 certain, nor 0 of 0 a rate", () => {
    const rates = refusalRates(rows(new Array<RefusalClass>(20).fill("none")), { seed: 1 });
    expect(rates.any.value).toBe(0);
    expect(rates.any.high).toBeGreaterThan(0.2);
    expect(refusalRates(rows(["unscored"]), { seed: 1 }).any.value).toBeNull();
  });
});

describe("refusalDifference", () => {
  it("compares prompts scored on both sides, answers to one prompt averaged", () => {
    const row = (promptId: string, refusal: RefusalClass) => ({ clusterId: `c${promptId}`, promptId, refusal });
    const before = [row("1", "none"), row("2", "none"), row("3", "unscored"), row("4", "full")];
    const after = [row("1", "full"), row("1", "none"), row("2", "partial"), row("3", "full")];
    const refused = refusalDifference(before, after, ["full", "partial"], { seed: 1 });
    expect(refused).toMatchObject({ value: 0.75, n: 2 });
    expect(refusalDifference(before, after, ["full"], { seed: 1 }).value).toBe(0.25);
    expect(refusalDifference([], after, ["full"], { seed: 1 })).toEqual({ value: null, low: null, high: null, n: 0 });
  });

  it("is sure of a change that every cluster shows, and not of one that few do", () => {
    const rows = (refusal: (i: number) => RefusalClass) =>
      Array.from({ length: 40 }, (_, i) => ({ clusterId: `c${i}`, promptId: `p${i}`, refusal: refusal(i) }));
    const before = rows(() => "none");
    const most = refusalDifference(
      before,
      rows((i) => (i < 30 ? "full" : "none")),
      ["full"],
      { seed: 1 },
    );
    expect(most.low).toBeGreaterThan(0.5);
    const same = refusalDifference(
      rows((i) => (i % 2 ? "full" : "none")),
      rows((i) => (i % 4 > 1 ? "full" : "none")),
      ["full"],
      { seed: 1 },
    );
    expect(same.value).toBe(0);
    expect(same.low).toBeLessThan(-0.1);
    expect(same.high).toBeGreaterThan(0.1);
  });
});
