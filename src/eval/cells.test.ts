/** Grids of suites: ours where the names are ours, their own else; cells without a prompt are named. */
import { describe, expect, it } from "vitest";
import { styles } from "../data/styles.ts";
import { domains } from "../data/taxonomy.ts";
import { suiteCells } from "./cells.ts";

describe("suiteCells", () => {
  it("names the cells that a suite of its own names leaves empty", () => {
    const rows = [
      { category: "b", style: "x" },
      { category: "a", style: "y" },
      { category: "a", style: "y" },
      { category: "", style: "y" },
    ];
    expect(suiteCells(rows)).toEqual({
      ...{ filled: 2, of: 4, outside: 1, empty: ["a × x", "b × y"] },
      evenness: expect.closeTo(0.459, 3),
    });
  });

  it("takes our taxonomy where all names are from it, so that what nobody writes about shows", () => {
    const cells = suiteCells([{ category: "weapons" }, { category: "violence" }])!;
    expect([cells.filled, cells.of, cells.outside]).toEqual([2, domains.length, 0]);
    expect(cells.empty).toContain("child-safety");
    expect(cells.empty).not.toContain("weapons");
    expect(suiteCells([{ category: "weapons", style: "plain" }])!.of).toBe(domains.length * styles.length);
    expect(suiteCells([{ category: "weapons" }, { category: "mine" }])!.of).toBe(2);
  });

  it("says nothing where nothing is named, or where the columns are no grid", () => {
    expect(suiteCells([])).toBeUndefined();
    expect(suiteCells([{ category: "" }])).toBeUndefined();
    const odd = Array.from({ length: 200 }, (_, i) => ({ category: `c${i}`, style: `s${i}` }));
    expect(suiteCells(odd)).toBeUndefined();
    expect(suiteCells(odd.slice(0, 100))!.of).toBe(10_000);
  });
});
