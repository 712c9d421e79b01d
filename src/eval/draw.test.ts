/** What --limit takes: the same rows for the same seed, spread over clusters, both sides in proportion. */
import { describe, expect, it } from "vitest";
import type { Expected, SuiteRow } from "../suites/suite-row.ts";
import { drawRows } from "./draw.ts";

const rows = (sizes: readonly number[], expected: (cluster: number) => Expected = () => "any"): SuiteRow[] =>
  sizes.flatMap((size, cluster) =>
    Array.from({ length: size }, (_, i) => ({
      id: `${cluster}.${i}`,
      prompt: "p",
      expected: expected(cluster),
      category: "",
      clusterId: `${cluster}`,
      source: "s",
    })),
  );
const ids = (drawn: readonly SuiteRow[]) => drawn.map(({ id }) => id);

describe("drawRows", () => {
  it("is the same for a seed, another for another, and in the order of the suite", () => {
    const all = rows(new Array(50).fill(2));
    const drawn = drawRows(all, 20, 1);
    expect(ids(drawRows(all, 20, 1))).toEqual(ids(drawn));
    expect(ids(drawRows(all, 20, 2))).not.toEqual(ids(drawn));
    expect(drawn.length).toBe(20);
    expect(ids(drawn)).toEqual(ids(all.filter((row) => drawn.includes(row))));
  });

  it("takes no cluster twice while others have none", () => {
    const drawn = drawRows(rows(new Array(20).fill(5)), 20, 3);
    expect(new Set(drawn.map(({ clusterId }) => clusterId)).size).toBe(20);
  });

  it("gives each side its share", () => {
    const all = rows([25, 25, 20, 20], (cluster) => (cluster < 2 ? "answer" : "refuse"));
    for (let seed = 0; seed < 10; seed++) {
      const drawn = drawRows(all, 9, seed);
      expect(drawn.filter(({ expected }) => expected === "answer").length).toBe(5);
    }
  });

  it("gives each row the same chance, in large clusters and small ones", () => {
    const all = rows([12, 1, 1, 1, 5]);
    const times = new Map<string, number>();
    for (let seed = 0; seed < 4000; seed++)
      for (const id of ids(drawRows(all, 5, seed))) times.set(id, (times.get(id) ?? 0) + 1);
    expect(times.size).toBe(20);
    for (const n of times.values()) expect(n / 4000).toBeCloseTo(0.25, 1);
  });

  it("takes any clusters together, not only such as lie apart in the suite", () => {
    const pairs = new Set<string>();
    for (let seed = 0; seed < 200; seed++)
      pairs.add(
        drawRows(rows([1, 1, 1, 1]), 2, seed)
          .map(({ clusterId }) => clusterId)
          .join(),
      );
    expect(pairs.size).toBe(6);
  });

  it("is the whole suite where that is smaller", () => {
    const all = rows([2, 1]);
    expect(drawRows(all, 3, 1)).toBe(all);
    expect(drawRows(all, 9, 1)).toBe(all);
  });
});
