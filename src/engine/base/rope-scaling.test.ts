/** What rotary frequencies are divided by. */
import { describe, expect, it } from "vitest";
import { ropeFactorsOf } from "./rope-scaling.ts";

const sizes = { headDim: 8, ropeTheta: 10_000 };

describe("ropeFactorsOf", () => {
  it("divides nothing, or all alike", () => {
    expect(ropeFactorsOf({}, sizes, "c")).toEqual([]);
    expect(ropeFactorsOf({ type: "linear", factor: 4 }, sizes, "c")).toEqual([4, 4, 4, 4]);
  });

  it("leaves fast frequencies and divides slow ones for llama3, with a slope between", () => {
    const llama3 = { rope_type: "llama3", factor: 8, low_freq_factor: 1, high_freq_factor: 4 };
    // Wavelengths 6.28, 62.8, 628, 6283 against 1000 / 4 and 1000 / 1.
    const factors = ropeFactorsOf({ ...llama3, original_max_position_embeddings: 1000 }, sizes, "c");
    expect([factors[0], factors[1], factors[3]]).toEqual([1, 1, 8]);
    const fast = (1000 / (2 * Math.PI * 100) - 1) / 3;
    expect(factors[2]).toBeCloseTo(1 / ((1 - fast) / 8 + fast), 12);
  });
});
