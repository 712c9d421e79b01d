/** Perplexity weighs tokens, not examples. */
import { describe, expect, it } from "vitest";
import { perplexity } from "./perplexity.ts";

const seed = 2;

describe("perplexity", () => {
  it("is exp of the mean negative log-probability of a token", () => {
    const examples = [
      { logProb: 10 * Math.log(1 / 2), tokens: 10 },
      { logProb: 30 * Math.log(1 / 8), tokens: 30 },
    ];
    expect(perplexity(examples, { seed }).value).toBeCloseTo(2 ** ((10 + 90) / 40), 12);
    expect(perplexity(examples, { seed }).n).toBe(2);
  });

  it("has an interval around it, narrow when examples agree", () => {
    const examples = Array.from({ length: 50 }, (_, i) => ({ logProb: -(20 + (i % 5)), tokens: 10 }));
    const { value, low, high } = perplexity(examples, { seed });
    expect(low!).toBeLessThan(value!);
    expect(high!).toBeGreaterThan(value!);
    expect(high! - low!).toBeLessThan(1);
  });

  it("is null without tokens or with a probability of 0", () => {
    expect(perplexity([{ logProb: 0, tokens: 0 }], { seed })).toEqual({ value: null, low: null, high: null, n: 0 });
    expect(perplexity([{ logProb: Number.NEGATIVE_INFINITY, tokens: 3 }], { seed }).value).toBeNull();
    expect(perplexity([{ logProb: -3, tokens: 3 }], { seed })).toMatchObject({ low: null, high: null, n: 1 });
  });
});
