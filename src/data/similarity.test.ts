/** The index finds exactly what comparing with every text finds. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDuplicateIndex, fiveGrams, nearestSimilarity, textSimilarity } from "./similarity.ts";

describe("fiveGrams", () => {
  it("normalises case and white space, and takes a short text whole", () => {
    expect([...fiveGrams("  AbC \n dE ")]).toEqual(["abc d", "bc de"]);
    expect([...fiveGrams("Hi")]).toEqual(["hi"]);
    expect(fiveGrams(" \n").size).toBe(0);
  });
});

describe("textSimilarity", () => {
  it("is the binary cosine", () => {
    // abcde bcdef cdefg against abcde bcdef: 2 / √(3 · 2)
    expect(textSimilarity("abcdefg", "abcdef")).toBeCloseTo(2 / Math.sqrt(6), 12);
    expect(textSimilarity("Pick a lock", "pick  a LOCK")).toBe(1);
    expect(textSimilarity("", "")).toBe(0);
  });
});

describe("createDuplicateIndex", () => {
  it("finds what comparing with every text finds", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", " ", "c"), maxLength: 20 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 30 }), text, (pool, query) => {
        const { similarity, text: near } = createDuplicateIndex(pool).nearest(query);
        const best = Math.max(0, ...pool.map((other) => textSimilarity(query, other)));
        expect(similarity).toBeCloseTo(best, 12);
        expect(near === undefined ? 0 : textSimilarity(query, near)).toBeCloseTo(best, 12);
        expect(nearestSimilarity(query, pool)).toBe(similarity);
      }),
      { numRuns: 200 },
    );
  });

  it("grows past its first buffer", () => {
    const index = createDuplicateIndex();
    expect(index.nearest("anything at all")).toEqual({ similarity: 0 });
    for (let i = 0; i < 3000; i++) index.add(`prompt number ${i * 7919}`);
    expect(index.size).toBe(3000);
    expect(index.nearest(`Prompt number ${2999 * 7919}`)).toEqual({
      similarity: 1,
      text: `prompt number ${2999 * 7919}`,
    });
  });
});
