/** Figures of sets of prompts with vectors that are known: what is counted, on how many, and that the seed decides the draw. */
import { describe, expect, it } from "vitest";
import { diversityFigures, type PromptSet } from "./diversity.ts";

/** Texts are angles in degrees; their vectors lie on a circle. */
const embed = async (texts: readonly string[]) =>
  texts.map((text) => {
    const angle = (Number(text) / 180) * Math.PI;
    return Float32Array.of(Math.cos(angle), Math.sin(angle));
  });
const set = (name: string, angles: readonly number[], clusters: readonly string[] = []): PromptSet => ({
  name,
  rows: angles.map((angle, i) => ({ prompt: `${angle}`, clusterId: clusters[i] ?? `${i}` })),
});
const { signal } = new AbortController();
const cosine = (degrees: number) => Math.cos((degrees / 180) * Math.PI);
const figures = (sets: readonly PromptSet[], more: { most?: number; seed?: number } = {}) =>
  diversityFigures(sets, { most: 1000, seed: 1, embed, signal, ...more });

describe("diversityFigures", () => {
  it("holds each set against itself and against the others", async () => {
    const { size, measured, scores } = await figures([set("near", [0, 10, 20]), set("far", [100, 160, 230])]);
    expect([size, measured]).toEqual([3, [3, 3]]);
    const near = scores.filter(({ metric }) => metric === "nearest-minilm");
    expect(near.map(({ suite, against, n }) => [suite, against, n])).toEqual([
      ["near", undefined, 3],
      ["near", "far", 3],
      ["far", "near", 3],
      ["far", undefined, 3],
    ]);
    const expected = [
      cosine(10),
      (cosine(100) + cosine(90) + cosine(80)) / 3,
      (cosine(80) + cosine(140) + cosine(130)) / 3,
      (cosine(60) + cosine(60) + cosine(70)) / 3,
    ];
    for (const [i, { value, low, high }] of near.entries()) {
      expect(value).toBeCloseTo(expected[i]!, 6);
      if (i > 0) expect(low! < value! && value! < high!).toBe(true);
    }
    const metrics = scores.filter(({ suite }) => suite === "far").map(({ metric }) => metric);
    expect(metrics.slice(2)).toEqual(["diversity", "distinct-1", "distinct-2", "self-bleu"]);
  });

  it("tells what a set is in itself as of the smallest, and holds it against all of another", async () => {
    const circle = Array.from({ length: 100 }, (_, i) => 3.6 * i);
    const [large, small] = [set("large", circle), set("small", [0, 90, 180, 270])];
    const first = await figures([large, small]);
    const value = ({ scores }: typeof first, suite: string, against?: string) =>
      scores.find((s) => s.suite === suite && s.metric === "nearest-minilm" && s.against === against)!;
    expect([first.size, first.measured]).toEqual([4, [100, 4]]);
    // Three others at random on a circle are on average 45° away; in the whole set the nearest is 3.6° away.
    expect(value(first, "large").value).toBeGreaterThan(0.5);
    expect(value(first, "large").value).toBeLessThan(0.85);
    expect(value(await figures([large]), "large").value).toBeCloseTo(cosine(3.6), 6);
    expect(value(first, "small", "large").value).toBeCloseTo(1, 6);
    expect(value(first, "large").n).toBe(100);
    expect(first.scores.filter(({ metric }) => metric === "diversity").map(({ n }) => n)).toEqual([4, 4]);

    expect(await figures([large, small])).toEqual(first);
    expect(await figures([large, small], { seed: 2 })).not.toEqual(first);
    const limited = await figures([large, small], { most: 3 });
    expect([limited.size, limited.measured]).toEqual([3, [3, 3]]);
  });

  it("draws clusters for intervals, and tells nothing of a single prompt's neighbours", async () => {
    const [alone] = (await figures([set("one", [5])])).scores;
    expect(alone).toMatchObject({ metric: "nearest-minilm", value: null, low: null, high: null, n: 0 });
    const width = async (clusters: readonly string[]) => {
      const [score] = (await figures([set("s", [0, 1, 30, 60, 61, 120], clusters)])).scores;
      return score!.high! - score!.low!;
    };
    expect(await width(["a", "a", "b", "c", "c", "d"])).not.toBe(await width([]));
  });

  it("stops where it is told to", async () => {
    const stopped = { most: 10, seed: 1, embed, signal: AbortSignal.abort(new Error("enough")) };
    await expect(diversityFigures([set("s", [1, 2])], stopped)).rejects.toThrow("enough");
  });
});
