/** The nearest of a set against sorting by the plain cosine; the expectation over draws against all draws. */
import { describe, expect, it } from "vitest";
import { createRandom } from "../random.ts";
import { expectedNearest, nearestVectors } from "./nearest.ts";

const unit = (values: readonly number[]) => Float32Array.from(values, (value) => value / Math.hypot(...values));
const plain = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const drawn = (n: number, size: number) => {
  const random = createRandom(`nearest ${size}`);
  return Array.from({ length: n }, () => unit(Array.from({ length: size }, () => random.next() - 0.5)));
};

describe("nearestVectors", () => {
  it("finds the nearest, of equals the first, and none where there is none", () => {
    const [a, b, c] = [unit([1, 0]), unit([1, 1]), unit([0, 1])];
    expect(nearestVectors([a, c], [c, a, a])).toEqual([
      { similarity: 1, index: 1 },
      { similarity: 1, index: 0 },
    ]);
    expect(nearestVectors([b], [a, c])[0]!.similarity).toBeCloseTo(Math.SQRT1_2, 6);
    expect(nearestVectors([a], [])).toEqual([undefined]);
    expect(nearestVectors([], [a])).toEqual([]);
  });

  it.each([1, 3, 4, 7, 384])("agrees with a search by sorting in %d dimensions", (size) => {
    const [vectors, others] = [drawn(20, size), drawn(50, size).slice(20)];
    for (const [i, near] of nearestVectors(vectors, others).entries()) {
      const cosines = others.map((other) => plain(vectors[i]!, other));
      expect(near!.similarity).toBeCloseTo(Math.max(...cosines), 6);
      expect(near!.similarity).toBeLessThanOrEqual(1);
      expect(cosines[near!.index]).toBeCloseTo(near!.similarity, 6);
    }
  });
});

describe("expectedNearest", () => {
  it("is the greatest cosine to any other where the set is as large as asked", () => {
    const vectors = drawn(9, 5);
    const expected = vectors.map((a, i) => Math.max(...vectors.filter((_, j) => j !== i).map((b) => plain(a, b))));
    for (const [i, value] of expectedNearest(vectors, 9)!.entries()) expect(value).toBeCloseTo(expected[i]!, 6);
  });

  it.each([2, 3, 4, 6])("is the mean over all draws of a set of %d", (size) => {
    const vectors = drawn(7, 3);
    const means = vectors.map((a, i) => {
      const cosines = vectors.filter((_, j) => j !== i).map((b) => plain(a, b));
      const greatest = subsets(cosines, size - 1).map((some) => Math.max(...some));
      return greatest.reduce((sum, value) => sum + value, 0) / greatest.length;
    });
    for (const [i, value] of expectedNearest(vectors, size)!.entries()) expect(value).toBeCloseTo(means[i]!, 6);
  });

  it("falls with the size, stays at 1 for copies, and knows nothing of one text", () => {
    const vectors = drawn(300, 8);
    const mean = (size: number) => expectedNearest(vectors, size)!.reduce((sum, value) => sum + value, 0) / 300;
    expect([300, 100, 30, 10, 2].map(mean)).toEqual([300, 100, 30, 10, 2].map(mean).sort((a, b) => b - a));
    expect(expectedNearest([vectors[0]!, vectors[0]!, vectors[0]!], 2)!.every((value) => value > 0.999999)).toBe(true);
    expect(expectedNearest(vectors, 1)).toBeUndefined();
  });
});

function subsets(values: readonly number[], size: number): number[][] {
  if (size === 0) return [[]];
  return values.flatMap((value, i) => subsets(values.slice(i + 1), size - 1).map((rest) => [value, ...rest]));
}
