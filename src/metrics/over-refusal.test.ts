/** Refusal rates add up, and what nobody scored is outside. */
import { describe, expect, it } from "vitest";
import { type RefusalClass, refusalRates } from "./over-refusal.ts";

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
