/** The matrix holds who met whom, and says so where nobody did. */
import { describe, expect, it } from "vitest";
import type { Label } from "../records.ts";
import { crossPlay, crossPlayColumn, crossPlayRow } from "./cross-play.ts";

const met = (redTeam: number, target: number, ...labels: readonly Label[]) =>
  labels.map((label, i) => ({ redTeam, target, clusterId: `c${i}`, promptId: `p${i}`, label }));

const matrix = crossPlay(
  [
    ...met(10, 1, "unsafe", "unsafe"),
    ...met(0, 0, "unsafe", "safe"),
    ...met(0, 1, "safe", "safe", "unscored"),
    ...met(10, 0, "unsafe", "safe"),
    ...met(2, 1, "unscored"),
  ],
  { seed: 1 },
);

describe("crossPlay", () => {
  it("orders by number and fills each cell from its own answers", () => {
    expect(matrix.redTeams).toEqual([0, 2, 10]);
    expect(matrix.targets).toEqual([0, 1]);
    expect(matrix.cells.map((row) => row.map((cell) => cell?.attempts.value))).toEqual([
      [0.5, 0],
      [undefined, null],
      [0.5, 1],
    ]);
    expect(matrix.cells[0]![1]).toMatchObject({ redTeam: 0, target: 1, unscored: 1 });
  });

  it("gives rows and columns", () => {
    expect(crossPlayRow(matrix, 10).map((cell) => cell?.prompts.value)).toEqual([0.5, 1]);
    expect(crossPlayColumn(matrix, 1).map((cell) => cell?.prompts.value)).toEqual([0, null, 1]);
    expect(crossPlayRow(matrix, 7)).toEqual([]);
    expect(crossPlayColumn(matrix, 7)).toEqual([]);
    expect(crossPlay([], { seed: 1 })).toEqual({ redTeams: [], targets: [], cells: [] });
  });
});
