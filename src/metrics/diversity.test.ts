/** Diversity: figures worked out by hand, and sets whose order is plain to see. */
import { describe, expect, it } from "vitest";
import { cellCoverage } from "./coverage.ts";
import { distinct, nearestSimilarities, selfBleu, textDiversity } from "./diversity.ts";

const seed = 5;
const set = (texts: readonly string[]) => texts.map((text, i) => ({ clusterId: `c${i}`, text }));

describe("distinct", () => {
  it("is different n-grams over n-grams", () => {
    expect(distinct(["a b a", "b c"], 1)).toBe(3 / 5);
    expect(distinct(["a b a", "a b"], 2)).toBe(2 / 3);
    expect(distinct(["a"], 2)).toBeNull();
    expect(distinct([], 1)).toBeNull();
  });
});

describe("selfBleu", () => {
  it("is 1 for copies and small for strangers", () => {
    expect(selfBleu(["one two three four five", "one two three four five"])).toBeCloseTo(1, 12);
    expect(selfBleu(["one two three four five", "six seven eight nine ten"])!).toBeLessThan(0.05);
  });

  it("follows the formula", () => {
    // Precisions of "a b c d e" in "a b c d f": 4/5, 3/4, 2/3, 1/2; equal lengths; the other way round alike.
    const expected = ((4 / 5) * (3 / 4) * (2 / 3) * (1 / 2)) ** 0.25;
    expect(selfBleu(["a b c d e", "a b c d f"])).toBeCloseTo(expected, 12);
    // "a b" is shorter than "a b c": full precisions, penalty e^(1 − 3/2); the other: 2/3, 1/2, 0.1.
    const short = Math.exp(1 - 3 / 2);
    const long = ((2 / 3) * (1 / 2) * 0.1) ** (1 / 3);
    expect(selfBleu(["a b", "a b c"])).toBeCloseTo((short + long) / 2, 12);
  });

  it("clips a repeated word by the other texts", () => {
    expect(selfBleu(["a a a a", "a b c d"])!).toBeLessThan(0.4);
    expect(selfBleu(["alone"])).toBeNull();
    expect(selfBleu(["", "alone"])).toBeNull();
  });
});

describe("nearestSimilarities", () => {
  it("finds the nearest other text, never the text itself", () => {
    const [a, b, c] = nearestSimilarities(["how to open a door", "how to open a dose", "wxyz 12345 qqqq"]);
    expect(a).toBeGreaterThan(0.7);
    expect(a).toBe(b);
    expect(c).toBe(0);
    expect(nearestSimilarities(["same text", "same text"])[0]).toBeCloseTo(1, 12);
  });
});

describe("textDiversity", () => {
  it("orders copies, near-twins and strangers", () => {
    const value = (texts: readonly string[]) => textDiversity(set(texts), { seed }).diversity.value!;
    const copies = value(["tell me a story", "tell me a story", "tell me a story"]);
    const twins = value(["tell me a story about tea", "tell me a story about sea", "tell me a story about pea"]);
    const strangers = value(["tell me a story", "what is two and two", "draw blue hills"]);
    expect(copies).toBeCloseTo(0, 12);
    expect(twins).toBeGreaterThan(0.1);
    expect(strangers).toBeGreaterThan(twins + 0.3);
  });

  it("says nothing of one text or none", () => {
    expect(textDiversity(set(["alone"]), { seed }).diversity.value).toBeNull();
    expect(textDiversity([], { seed })).toEqual({
      diversity: { value: null, low: null, high: null, n: 0 },
      distinct1: null,
      distinct2: null,
      selfBleu: null,
    });
  });

  it("samples large sets by the seed", () => {
    const many = set(Array.from({ length: 300 }, (_, i) => `prompt ${i} of ${(i * 7919) % 1000} words ${i % 13}`));
    const one = textDiversity(many, { seed, samples: 100 });
    expect(textDiversity(many, { seed, samples: 100 })).toEqual(one);
    expect(textDiversity(many, { seed: 6, samples: 100 }).selfBleu).not.toBe(one.selfBleu);
    expect(one.diversity.n).toBe(300);
  });
});

describe("cellCoverage", () => {
  it("counts cells, evenness and what stands outside", () => {
    const rows = [
      { category: "a", style: "x" },
      { category: "a", style: "x" },
      { category: "b", style: "y" },
      { category: "b", style: "y" },
      { category: "a" },
      { category: "z", style: "x" },
    ];
    const grid = cellCoverage(rows, ["a", "b"], ["x", "y"]);
    expect(grid).toMatchObject({
      covered: 2,
      total: 4,
      share: 0.5,
      outside: 2,
      counts: [
        [2, 0],
        [0, 2],
      ],
    });
    expect(grid.evenness).toBeCloseTo(0.5, 12);
    expect(cellCoverage([], ["a"], ["x", "y"])).toMatchObject({ covered: 0, share: 0, evenness: null });
    expect(cellCoverage([], [], [])).toMatchObject({ share: null, evenness: null });
  });
});
