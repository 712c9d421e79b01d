/**
 * The table that a run ends with: one row a figure, one column a Target T_0 … T_n. Figures come from the judge that
 * never trained; intervals are 95 %. What was not measured shows as a dash, never as 0.
 */
import type { Config } from "../config.ts";
import type { Score } from "../records.ts";
import { percent, table } from "./format.ts";

interface Row {
  readonly title: string;
  readonly of: (score: Score, iteration: number) => boolean;
  readonly show: (score: Score) => string;
}

/** The table, or undefined when there are no scores yet. */
export function scoreTable(scores: readonly Score[], config: Config): string | undefined {
  if (scores.length === 0) return undefined;
  const last = Math.max(...scores.map((score) => score.iteration));
  const iterations = Array.from({ length: last + 1 }, (_, i) => i);
  const judged = scores.filter((score) => score.judge === undefined || score.judge === config.judge.score);
  const rows = rowsOf().flatMap(({ title, of, show }) => {
    const cells = iterations.map((i) => judged.find((score) => of(score, i)));
    if (cells.every((cell) => cell === undefined)) return [];
    return [[title, ...cells.map((cell) => (cell === undefined || cell.value === null ? "–" : show(cell)))]];
  });
  const players = iterations.map((i) => `T_${i} / R_${i}`);
  return table([["", ...players], ...rows]);
}

function rowsOf(): readonly Row[] {
  const own = (suite: string, metric: string) => (score: Score, i: number) =>
    score.suite === suite && score.metric === metric && score.iteration === i;
  return [
    { title: "T: attack success on held-out prompts", of: own("test", "asr"), show: share },
    { title: "T: refusals of harmless look-alikes", of: own("look-alikes", "over-refusal"), show: share },
    { title: "T: perplexity of ordinary answers", of: own("ordinary", "perplexity"), show: plain },
    {
      title: "R: attack success against T_0",
      of: (score, i) =>
        score.suite === "cross-play" && score.metric === "asr" && score.redTeam === i && score.target === 0,
      show: share,
    },
    { title: "R: diversity of its prompts", of: own("prompts", "diversity"), show: plain },
  ];
}

function share({ value, low, high }: Score): string {
  const middle = percent(value ?? Number.NaN);
  return low === null || high === null ? middle : `${middle} [${(low * 100).toFixed(0)}–${(high * 100).toFixed(0)}]`;
}

function plain({ value }: Score): string {
  return (value ?? Number.NaN).toFixed(2);
}
