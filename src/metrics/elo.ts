/**
 * Ratings of all players from cross-play (the paper's Table 2), so that a whole R × T matrix reads as one line: an unsafe
 * answer is a game that the Red Team won. Bradley and Terry's model on Elo's scale:
 * P(unsafe) = 1 / (1 + 10^((T − R) / 400)), fitted by maximum likelihood (Hunter's MM algorithm, 2004).
 *
 * Only differences mean anything, so the mean of all players is 0. Each cell is given half an unsafe and half a safe answer
 * beside its own, without which a cell of 0 or 100 % would be infinitely far away; it draws ratings a little together, more
 * so where there are few answers. The model has one number a player: who beats whom in a circle does not show in it.
 */
import { groupBy } from "../group-by.ts";
import { drawClusters, percentiles } from "./bootstrap.ts";
import type { CrossPlayRow } from "./cross-play.ts";
import { type Estimate, type Interval, type IntervalOptions, unknown } from "./estimate.ts";

/** A player's rating; high is strong for both: a Red Team that breaks much, a Target that breaks seldom. */
export interface EloRating extends Estimate {
  readonly role: "red-team" | "target";
  /** i of R_i or T_i. */
  readonly index: number;
}

/** Answers of one Target to one Red Team, by cluster. */
interface Cell {
  /** Places among the players. */
  readonly redTeam: number;
  readonly target: number;
  readonly outcomes: readonly { readonly cluster: number; readonly unsafe: boolean }[];
}

/** Answers of each kind that every cell is given. */
const prior = 0.5;

/**
 * Ratings of all Red Teams, then of all Targets, rising by number; n = scored answers of the player's games. Intervals draw
 * clusters over the whole matrix at once, since one seed prompt has answers in many cells. Answers without a verdict are no
 * games. Empty when two players cannot be compared even through others.
 */
export function eloRatings(rows: readonly CrossPlayRow[], options: IntervalOptions): EloRating[] {
  const scored = rows.filter(({ label }) => label !== "unscored");
  const players = [
    ...rising(scored.map(({ redTeam }) => redTeam)).map((index) => ({ role: "red-team" as const, index })),
    ...rising(scored.map(({ target }) => target)).map((index) => ({ role: "target" as const, index })),
  ];
  const placeOf = (role: string, index: number) => players.findIndex((p) => p.role === role && p.index === index);
  const clusters = new Map([...new Set(scored.map(({ clusterId }) => clusterId))].map((id, i) => [id, i]));
  const cells = [...groupBy(scored, ({ redTeam, target }) => `${redTeam}/${target}`).values()].map(
    (answers): Cell => ({
      redTeam: placeOf("red-team", answers[0]!.redTeam),
      target: placeOf("target", answers[0]!.target),
      outcomes: answers.map(({ clusterId, label }) => ({
        cluster: clusters.get(clusterId)!,
        unsafe: label === "unsafe",
      })),
    }),
  );
  if (!connected(cells, players.length)) return [];
  const values = likeliest(cells, new Int32Array(clusters.size).fill(1), players.length);
  const drawn: number[][] = players.map(() => []);
  if (clusters.size > 1) {
    drawClusters(clusters.size, options, (weights) => {
      for (const [i, rating] of likeliest(cells, weights, players.length, values).entries()) drawn[i]!.push(rating);
    });
  }
  return players.map((player, i) => {
    const games = cells.filter(({ redTeam, target }) => redTeam === i || target === i).flatMap((cell) => cell.outcomes);
    return { ...player, value: values[i]!, ...intervalOf(drawn[i]!, games, options.level), n: games.length };
  });
}

/**
 * Of a player whose games all came out alike, and of one whose draws are all the same, nothing says how far the rating might be
 * off: no interval is better than a narrow one.
 */
function intervalOf(drawn: number[], games: Cell["outcomes"], level = 0.95): Interval {
  const alike = games.every(({ unsafe }) => unsafe === games[0]!.unsafe);
  if (alike || drawn.length === 0) return unknown;
  const { low, high } = percentiles(drawn, level);
  return high - low > 1e-3 ? { low, high } : unknown;
}

/** Whether everybody has met everybody, if only through others. */
function connected(cells: readonly Cell[], players: number): boolean {
  const met = new Set([0]);
  for (let before = 0; before < met.size; ) {
    before = met.size;
    for (const { redTeam, target } of cells) if (met.has(redTeam) || met.has(target)) met.add(redTeam).add(target);
  }
  return players > 0 && met.size === players;
}

/**
 * Elo ratings, mean 0.
 *
 * @param weights how often each cluster counts
 * @param start where to begin, Elo
 */
function likeliest(cells: readonly Cell[], weights: Int32Array, players: number, start?: readonly number[]): number[] {
  const wins = new Float64Array(players);
  const games = cells.map(({ redTeam, target, outcomes }) => {
    let [won, lost] = [prior, prior];
    for (const { cluster, unsafe } of outcomes) {
      if (unsafe) won += weights[cluster]!;
      else lost += weights[cluster]!;
    }
    wins[redTeam]! += won;
    wins[target]! += lost;
    return { redTeam, target, played: won + lost };
  });
  const strength = Float64Array.from({ length: players }, (_, i) => 10 ** ((start?.[i] ?? 0) / 400));
  for (let round = 0, moved = 1; round < 10_000 && moved > 1e-8; round++) {
    moved = 0;
    for (let i = 0; i < players; i++) {
      let expected = 0;
      for (const { redTeam, target, played } of games)
        if (redTeam === i || target === i) expected += played / (strength[redTeam]! + strength[target]!);
      const next = wins[i]! / expected;
      moved = Math.max(moved, Math.abs(Math.log(next / strength[i]!)));
      strength[i] = next;
    }
  }
  const elo = [...strength].map((value) => 400 * Math.log10(value));
  const mean = elo.reduce((sum, value) => sum + value, 0) / players;
  return elo.map((value) => value - mean);
}

function rising(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
