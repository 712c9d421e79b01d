/** The nearest of a set, against sorting by the plain cosine, for vectors of any size. */
import { describe, expect, it } from "vitest";
import { createRandom } from "../random.ts";
import { nearestVectors } from "./nearest.ts";

const unit = (values: readonly number[]) => Float32Array.from(values, (value) => value / Math.hypot(...values));

describe("nearestVectors", () => {
  it("finds the nearest other of its own set, and the nearest of another", () => {
    const [a, b, c] = [unit([1, 0]), unit([1, 1]), unit([0, 1])];
    const near = nearestVectors([a, b, c, b]);
    expect(near.map((each) => each?.index)).toEqual([1, 3, 1, 1]);
    expect(near[0]!.similarity).toBeCloseTo(Math.SQRT1_2, 6);
    expect(near[1]!.similarity).toBeCloseTo(1, 6);
    expect(nearestVectors([a, c], [c, a])).toEqual([
      { similarity: 1, index: 1 },
      { similarity: 1, index: 0 },
    ]);
    // A set of equal content that is another array is another set.
    expect(nearestVectors([a], [a])).toEqual([{ similarity: 1, index: 0 }]);
  });

  it("has none where there is no other", () => {
    expect(nearestVectors([])).toEqual([]);
    expect(nearestVectors([unit([1, 2])])).toEqual([undefined]);
    expect(nearestVectors([unit([1, 2])], [])).toEqual([undefined]);
  });

  it.each([1, 3, 4, 7, 384])("agrees with a search by sorting in %d dimensions", (size) => {
    const random = createRandom(`nearest ${size}`);
    const draw = (n: number) =>
      Array.from({ length: n }, () => unit(Array.from({ length: size }, () => random.next() - 0.5)));
    const [vectors, others] = [draw(20), draw(30)];
    for (const [i, near] of nearestVectors(vectors, others).entries()) {
      const cosines = others.map((other) => other.reduce((sum, value, k) => sum + value * vectors[i]![k]!, 0));
      expect(near!.similarity).toBeCloseTo(Math.max(...cosines), 6);
      expect(near!.similarity).toBeLessThanOrEqual(1);
      expect(cosines[near!.index]).toBeCloseTo(near!.similarity, 6);
    }
  });
});
