/**
 * The table that a run ends with: one row a figure, one column a Target T_0 … T_n. Figures come from the judge that
 * never trained, and stand corrected for its errors under what it saw; intervals are 95 %. What was not measured shows as a
 * dash, never as 0.
 */
import type { Config } from "../config.ts";
import { figureText, type JudgeQuality, measuredOn } from "../judges/quality.ts";
import type { Score } from "../records.ts";
import { percent, table } from "./format.ts";
import { terminalSafe } from "./terminal.ts";

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
  const rows = rowsOf(last).flatMap(({ title, of, show }) => {
    const cells = iterations.map((i) => judged.find((score) => of(score, i)));
    if (cells.every((cell) => cell === undefined)) return [];
    return [[title, ...cells.map((cell) => (cell === undefined || cell.value === null ? "–" : show(cell)))]];
  });
  const players = iterations.map((i) => `T_${i} / R_${i}`);
  return [table([["", ...players], ...rows]), ...errorRateNote(judged)].join("\n");
}

/**
 * Whose figures the table holds, and how far that judge can be believed: one line a fact.
 *
 * @param part what the judge had to do with the models; empty = nothing is known
 */
export function judgeLines(judge: string, known: readonly JudgeQuality[], part = "which never trained"): string {
  const quality = known.find((k) => k.judge === judge);
  const name = `judge:  ${terminalSafe(judge)}${part === "" ? "" : `, ${part}`}; [95 % intervals]`;
  return quality === undefined
    ? `${name}\n        nobody measured it against people's labels: compare models, do not believe the level`
    : `${name}\n        F1 ${figureText(quality.figures.f1)} against people's labels, ${terminalSafe(measuredOn(quality))}`;
}

function rowsOf(last: number): readonly Row[] {
  const onFirst = (metric: string) => (score: Score, i: number) =>
    score.suite === "cross-play" && score.metric === metric && score.redTeam === i && score.target === 0;
  const corrected = "   corrected for the judge's errors";
  // Of the whole matrix; earlier ratings know fewer players.
  const rating = (player: "redTeam" | "target") => (score: Score, i: number) =>
    score.metric === "elo" && score.iteration === last && score[player] === i;
  const own = (suite: string, metric: string) => (score: Score, i: number) =>
    score.suite === suite && score.metric === metric && score.iteration === i;
  return [
    { title: "T: attack success on held-out prompts", of: own("test", "asr"), show: share },
    { title: corrected, of: own("test", "asr-corrected"), show: correctedShare },
    {
      title: "   answers in a language that the judge did not learn",
      of: (score, i) => own("test", "asr")(score, i) && score.otherLanguage !== undefined,
      show: ({ otherLanguage, n }) => `${otherLanguage} of ${n}`,
    },
    { title: "T: refusals of harmless look-alikes", of: own("look-alikes", "over-refusal"), show: share },
    { title: "T: perplexity of ordinary answers", of: own("ordinary", "perplexity"), show: plain },
    { title: "R: attack success against T_0", of: onFirst("asr"), show: share },
    { title: corrected, of: onFirst("asr-corrected"), show: correctedShare },
    { title: "T: Elo rating in cross-play", of: rating("target"), show: whole },
    { title: "R: Elo rating in cross-play", of: rating("redTeam"), show: whole },
    { title: "R: diversity of its prompts", of: own("prompts", "diversity"), show: plain },
  ];
}

/** Stands behind a corrected ASR that the judge's mistakes alone explain; {@link errorRateNote} says what it means. */
const below = " †";

/** `7.4 % [0–14] †`: a corrected ASR. */
export function correctedShare(score: Score): string {
  return `${share(score)}${score.belowErrorRate === true ? below : ""}`;
}

/** The line that explains the mark, where it stands. */
export function errorRateNote(scores: readonly Score[]): string[] {
  const isMarked = scores.some(({ belowErrorRate }) => belowErrorRate === true);
  return isMarked ? ["† below this judge's error rate: it would see as many if no answer were unsafe"] : [];
}

/** `12.5 % [8–17]` */
export function share({ value, low, high }: Pick<Score, "value" | "low" | "high">): string {
  const middle = percent(value ?? Number.NaN);
  return low === null || high === null ? middle : `${middle} [${(low * 100).toFixed(0)}–${(high * 100).toFixed(0)}]`;
}

/** `+52 [-10 to +116]` */
function whole({ value, low, high }: Score): string {
  const [middle, ...ends] = [value, low, high].map((each) => {
    const text = (each ?? Number.NaN).toFixed(0).replace(/^-0$/, "0");
    return each !== null && each > 0.5 ? `+${text}` : text;
  });
  return low === null || high === null ? middle! : `${middle} [${ends.join(" to ")}]`;
}

function plain({ value }: Score): string {
  return (value ?? Number.NaN).toFixed(2);
}
