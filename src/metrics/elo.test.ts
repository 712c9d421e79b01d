/** Ratings: the scale, order and size found again on games that were drawn from known ratings, intervals that hold them, and limits. */
import { describe, expect, it } from "vitest";
import { createRandom } from "../random.ts";
import type { Label } from "../records.ts";
import type { CrossPlayRow } from "./cross-play.ts";
import { eloRatings } from "./elo.ts";

const few = { seed: 1, samples: 50 };

/** Answers in a cell: `unsafe` of `of`, each of its own cluster. */
const cell = (redTeam: number, target: number, unsafe: number, of: number): CrossPlayRow[] =>
  Array.from({ length: of }, (_, i) => ({
    redTeam,
    target,
    clusterId: `c${i}`,
    promptId: `p${i}`,
    label: (i < unsafe ? "unsafe" : "safe") satisfies Label,
  }));

/** Games of players with these ratings; every answer is there twice, so that clusters are half as much as they seem. */
function drawn(redTeams: readonly number[], targets: readonly number[], clusters: number, seed: number) {
  const random = createRandom(`elo/${seed}`);
  return redTeams.flatMap((r, redTeam) =>
    targets.flatMap((t, target) =>
      Array.from({ length: clusters }, (_, i) => {
        const label: Label = random.next() < 1 / (1 + 10 ** ((t - r) / 400)) ? "unsafe" : "safe";
        const row = { redTeam, target, clusterId: `c${i}`, promptId: `p${i}`, label };
        return [row, row];
      }).flat(),
    ),
  );
}

const named = (rows: readonly CrossPlayRow[], options = few) =>
  Object.fromEntries(
    eloRatings(rows, options).map(({ role, index, ...rating }) => [
      `${role === "target" ? "T" : "R"}_${index}`,
      rating,
    ]),
  );

describe("eloRatings", () => {
  it("are 400 apart where the Red Team wins ten times of eleven, and 0 in the mean", () => {
    const { R_0: red, T_0: target } = named(cell(0, 0, 10_000, 11_000));
    expect(red!.value! - target!.value!).toBeCloseTo(400, 0);
    expect(red!.value! + target!.value!).toBeCloseTo(0);
    expect(red!.n).toBe(11_000);
  });

  it("find order and distance again", () => {
    const [redTeams, targets] = [
      [-60, 20, 120],
      [-160, -20, 100],
    ];
    const found = eloRatings(drawn(redTeams!, targets!, 4000, 1), few);
    expect(found.map(({ role, index }) => `${role} ${index}`)).toEqual([
      ...[0, 1, 2].map((i) => `red-team ${i}`),
      ...[0, 1, 2].map((i) => `target ${i}`),
    ]);
    for (const [i, rating] of [...redTeams!, ...targets!].entries())
      expect(Math.abs(found[i]!.value! - rating)).toBeLessThan(15);
  });

  it("have intervals that hold the truth about as often as they say", () => {
    const [redTeams, targets] = [
      [-100, 100],
      [-50, 50],
    ];
    const truth = [...redTeams!, ...targets!];
    let [held, asked] = [0, 0];
    for (let seed = 0; seed < 60; seed++) {
      const ratings = eloRatings(drawn(redTeams!, targets!, 40, seed), { seed, samples: 200 });
      for (const [i, { low, high }] of ratings.entries()) {
        asked++;
        if (low! <= truth[i]! && truth[i]! <= high!) held++;
      }
    }
    expect(held / asked).toBeGreaterThan(0.89);
    expect(held / asked).toBeLessThan(0.995);
  });

  it("stay finite where one side always wins, and nearer where there is less to go by", () => {
    const wide = named([...cell(0, 0, 100, 100), ...cell(0, 1, 0, 100)]);
    const narrow = named([...cell(0, 0, 5, 5), ...cell(0, 1, 0, 5)]);
    for (const { value } of [...Object.values(wide), ...Object.values(narrow)])
      expect(value).toSatisfy(Number.isFinite);
    // All draws are the same there, which is no certainty.
    expect(wide.R_0).toMatchObject({ low: null, high: null });
    const mixed = named([...cell(0, 0, 20, 20), ...cell(0, 1, 7, 20)]);
    for (const name of ["R_0", "T_1"]) expect([mixed[name]!.low, mixed[name]!.high].every(Number.isFinite)).toBe(true);
    // T_0 never held: how weak it is, nothing says.
    expect(mixed.T_0).toMatchObject({ low: null, high: null });
    const apart = ({ T_0: weak, T_1: strong }: typeof wide) => strong!.value! - weak!.value!;
    expect(apart(wide)).toBeGreaterThan(apart(narrow));
    // Half an answer against five and a half, on each side: 400 · log10(11), twice.
    expect(apart(narrow)).toBeCloseTo(800 * Math.log10(11), 3);
  });

  it("take no answer without a verdict for a game", () => {
    const rows = cell(0, 0, 5, 10);
    const without = rows.map((row) => ({ ...row, clusterId: "x", label: "unscored" as const, target: 9 }));
    expect(named([...rows, ...without])).toEqual(named(rows));
  });

  it("are not there for players that never met, or for nobody", () => {
    expect(eloRatings([...cell(0, 0, 1, 2), ...cell(1, 1, 1, 2)], few)).toEqual([]);
    expect(eloRatings([], few)).toEqual([]);
  });

  it("have no interval from one cluster", () => {
    expect(named(cell(0, 0, 1, 1)).R_0).toMatchObject({ low: null, high: null, n: 1 });
  });
});
