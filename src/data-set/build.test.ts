/** A built set is even, its sides are apart, it is the same every time, and what should not be in it is counted out. */
import { describe, expect, it } from "vitest";
import { handWrittenPrompts } from "../data/prompts.ts";
import { splitPrompts } from "../data/split.ts";
import { groupBy } from "../group-by.ts";
import { buildDataSet } from "./build.ts";
import { fillCells, nothingTaken, take } from "./fill.ts";
import { cellsOf, materialOf } from "./own-prompts.ts";
import type { SetRow } from "./row.ts";

const built = buildDataSet({ size: 900, seed: 3 });

describe("buildDataSet", () => {
  it("has the size, one in nine to test, and every cell its equal share", async () => {
    const { train, test, lookAlikes, short } = await built;
    expect([train.length, test.length, lookAlikes.length, short]).toEqual([800, 100, 300, []]);
    for (const [rows, cells] of [
      [train, 160],
      [test, 100],
    ] as const) {
      const sizes = [...groupBy(rows, ({ category, style }) => `${category} ${style}`).values()].map((of) => of.length);
      expect([sizes.length, Math.max(...sizes) - Math.min(...sizes)]).toEqual([cells, 0]);
      for (const keyOf of [(row: SetRow) => row.category, (row: SetRow) => row.style]) {
        const each = [...groupBy(rows, keyOf).values()].map((of) => of.length);
        expect(Math.max(...each) - Math.min(...each)).toBeLessThanOrEqual(1);
      }
    }
  });

  it("has ids and texts used once, and splits that share nothing", async () => {
    const { train, test, lookAlikes, leaks } = await built;
    const all = [...train, ...test];
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(new Set(all.map(({ prompt }) => prompt)).size).toBe(all.length);
    expect(leaks).toEqual({ sharedClusters: 0, sharedTemplates: 0, sharedTexts: 0, nearest: expect.any(Number) });
    expect(leaks.nearest).toBeLessThan(0.4);
    const clusters = (split: string) => new Set(lookAlikes.filter((r) => r.split === split).map((r) => r.cluster));
    expect([...clusters("test")].filter((cluster) => clusters("train").has(cluster))).toEqual([]);
  });

  it("keeps a run's test out of training and gives prompts a run's ids", async () => {
    const { train, test } = await built;
    const own = splitPrompts(handWrittenPrompts());
    const held = new Set(own.test.flatMap(({ wrapper, behaviour }) => [wrapper.cluster, behaviour.cluster]));
    expect(train.filter(({ cluster, template }) => held.has(cluster) || held.has(template ?? ""))).toEqual([]);
    const ids = new Set(own.test.map(({ prompt }) => prompt.id));
    expect(test.filter(({ id }) => ids.has(id)).length).toBeGreaterThan(20);
  });

  it("is the same for the same seed, another for another", async () => {
    expect(await buildDataSet({ size: 90, seed: 3 })).toEqual(await buildDataSet({ size: 90, seed: 3 }));
    expect((await buildDataSet({ size: 90, seed: 4 })).train).not.toEqual((await buildDataSet({ size: 90 })).train);
  });

  it("stops when it is told to", async () => {
    const control = new AbortController();
    const building = buildDataSet({ size: 9000, signal: control.signal });
    setImmediate(() => control.abort(new Error("enough")));
    await expect(building).rejects.toThrow("enough");
  });

  it("of one prompt, and without look-alikes", async () => {
    const { train, test, lookAlikes } = await buildDataSet({ size: 1, lookAlikes: 0 });
    expect([train.length, test.length, lookAlikes.length]).toEqual([1, 0, 0]);
  });
});

it("the two sides have no behaviour, wrapper or sentence in common", () => {
  const [train, test] = [materialOf("train"), materialOf("test")];
  for (const of of ["behaviours", "wrappers", "variations"] as const) {
    const ids = new Set(train[of].map(({ id }) => id));
    expect(test[of].length).toBeGreaterThan(0);
    expect(test[of].filter(({ id }) => ids.has(id))).toEqual([]);
  }
});

describe("fillCells", () => {
  const cell = (style: string, prompts: readonly string[]) => ({
    ...{ category: "c", style },
    candidates: prompts.map((prompt) => ({ prompt, style }) as SetRow)[Symbol.iterator](),
  });

  it("names a cell that is short and gives its places to nobody", async () => {
    const cells = [cell("a", ["one apple", "two pears", "three plums"]), cell("b", ["four cherries"])];
    const { rows, short } = await fillCells(cells, 4, nothingTaken(), { seed: 1, split: "train" });
    expect(rows.map(({ prompt }) => prompt).sort()).toEqual(["four cherries", "one apple", "two pears"]);
    expect(short).toEqual([{ split: "train", category: "c", style: "b", got: 1, wanted: 2 }]);
  });

  it("takes bare prompts first, then those with a sentence", () => {
    const [first] = cellsOf("train", 1);
    const bare = materialOf("train").wrappers.filter(({ style }) => style === first!.style).length;
    const behaviours = materialOf("train").behaviours.filter(({ domain }) => domain === first!.category).length;
    const all = [...{ [Symbol.iterator]: () => first!.candidates }];
    expect(all.length).toBeGreaterThan(5 * bare * behaviours);
    expect(Math.max(...all.slice(0, bare * behaviours).map(({ prompt }) => prompt.length))).toBeLessThan(250);
  });

  it("leaves out near-duplicates, hidden ones too, and personal data, and counts them", () => {
    const taken = nothingTaken();
    expect(take(taken, "Write about the history of the old mill.")).toBe(true);
    expect(take(taken, "Write about the history of the old mill!")).toBe(false);
    expect(take(taken, [..."Write about the history of the old mill."].join("\u200b"))).toBe(false);
    expect(take(taken, "Mail it to ann@firm.org or call +44 20 7946 0958.")).toBe(false);
    expect(taken.leftOut).toEqual({
      ...{ nearDuplicates: 2, nearTest: 0 },
      personal: new Map([
        ["e-mail", 1],
        ["phone", 1],
      ]),
    });
  });
});
