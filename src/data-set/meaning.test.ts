/** Rows of two splits that are near in meaning: counted, the nearest named by place, copies embedded once. */
import { describe, expect, it } from "vitest";
import { meaningLeaks } from "./meaning.ts";
import type { ReadRow } from "./read.ts";

const row = (prompt: string | undefined, split: string, at: string): ReadRow => ({
  ...{ at, prompt, split, category: undefined, style: undefined, source: undefined },
  groups: { cluster: undefined, template: undefined },
});
const { signal } = new AbortController();
const angle = (degrees: number) => (degrees / 180) * Math.PI;

describe("meaningLeaks", () => {
  it("names the nearest pairs of each two splits", async () => {
    const asked: string[] = [];
    const embed = async (texts: readonly string[]) => {
      asked.push(...texts);
      return texts.map((text) => Float32Array.of(Math.cos(angle(Number(text))), Math.sin(angle(Number(text)))));
    };
    const rows = [
      row("0", "train", "a:1"),
      row("90", "train", "a:2"),
      row("9\u200b0", "train", "a:3"),
      row(undefined, "train", "a:4"),
      row("100", "test", "b:1"),
      row("180", "test", "b:2"),
      row("270", "dev", "c:1"),
    ];
    const leaks = await meaningLeaks(rows, embed, signal);
    expect(asked).toEqual(["0", "90", "100", "180", "270"]);
    expect(leaks.map(({ splits, near, compared }) => [...splits, near, ...compared])).toEqual([
      ["train", "test", 2, 3, 2],
      ["train", "dev", 0, 3, 1],
      ["test", "dev", 0, 2, 1],
    ]);
    expect(leaks[0]!.pairs.map(({ places }) => places)).toEqual([
      ["a:2", "b:1"],
      ["a:3", "b:1"],
      ["a:1", "b:1"],
    ]);
    expect(leaks[0]!.pairs[0]!.similarity).toBeCloseTo(Math.cos(angle(10)), 6);
    expect(leaks[2]!.pairs.map(({ places }) => places)).toEqual([
      ["b:2", "c:1"],
      ["b:1", "c:1"],
    ]);
  });

  it("asks nobody about one split", async () => {
    const nobody = () => Promise.reject(new Error("asked"));
    expect(await meaningLeaks([row("1", "train", "a:1"), row(undefined, "test", "b:1")], nobody, signal)).toEqual([]);
    expect(await meaningLeaks([], nobody, signal)).toEqual([]);
  });
});
