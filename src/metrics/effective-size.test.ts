/** The two ends, and what lies between them. */
import { describe, expect, it } from "vitest";
import { createRandom } from "../random.ts";
import { effectiveSize } from "./effective-size.ts";

const random = createRandom("effective size");
/** Clusters of ten that share their mean with the chance `together`, and else are ten throws of one coin. */
const clusters = (count: number, together: number) =>
  Array.from({ length: count }, () => {
    const all = Number(random.next() < 0.4);
    let hits = 0;
    for (let i = 0; i < 10; i++) hits += random.next() < together ? all : Number(random.next() < 0.4);
    return { hits, n: 10 };
  });

describe("effectiveSize", () => {
  it("is the clusters where all in one are alike, nearly the observations where they are not, and between them between", () => {
    expect(effectiveSize(clusters(200, 1))).toBeCloseTo(200, -1);
    expect(effectiveSize(clusters(200, 0))).toBeGreaterThan(1500);
    // Each pair in a cluster correlates by 0.5² = 0.25: 2000 / (1 + 9 · 0.25) = 615.
    const between = effectiveSize(clusters(200, 0.5));
    expect(between).toBeGreaterThan(450);
    expect(between).toBeLessThan(850);
  });

  it("is the number of clusters where nothing shows how far they differ", () => {
    expect(effectiveSize([])).toBe(0);
    expect(effectiveSize([{ hits: 5, n: 9 }])).toBe(1);
    for (const hits of [0, 7]) expect(effectiveSize(Array.from({ length: 3 }, () => ({ hits, n: 7 })))).toBe(3);
  });
});
