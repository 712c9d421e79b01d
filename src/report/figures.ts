/**
 * From Score rows to what the page shows: which judge is the reported one, series by Target, the R × T matrix.
 * A figure that was computed twice counts as it was computed last.
 */
import type { JudgeQuality } from "../judges/quality.ts";
import { unknown, wilsonInterval } from "../metrics/estimate.ts";
import type { AnswerClass, Score } from "../records.ts";
import { classNames } from "./answer-classes.ts";
import type {
  CalibrationPoint,
  Figure,
  Figures,
  JudgedSeries,
  JudgeFacts,
  LabelFacts,
  Point,
  Ratings,
} from "./types.ts";

/** Names of the judges as the configuration gives them. */
export interface JudgeNames {
  readonly train: string | undefined;
  readonly score: string | undefined;
}

/** The figures of a run. */
export function figuresOf(all: readonly Score[], names: JudgeNames, known: readonly JudgeQuality[]): Figures {
  const scores = withCorrections(latest(all));
  const judges = judgesOf(scores, names, known);
  const of = (suite: string, metric: string) => scores.filter((s) => s.suite === suite && s.metric === metric);
  const byTarget = (rows: readonly Corrected[]) => points(rows, (s) => s.target ?? s.iteration);
  const judged = (metric: string): JudgedSeries[] =>
    judges.flatMap(({ judge, scores: scoring }) => {
      const rows = of("test", metric).filter((s) => s.judge === judge && s.redTeam === undefined);
      return rows.length === 0 ? [] : [{ judge, scoring, points: byTarget(rows) }];
    });
  const asr = judged("asr");
  return {
    last: Math.max(0, ...asr.flatMap((series) => series.points.map((p) => p.index))),
    asr,
    asrAny: judged("asr-any"),
    matrix: judges.flatMap(({ judge, scores: scoring }) => {
      const cells = of("cross-play", "asr").flatMap((s) =>
        s.judge === judge && s.redTeam !== undefined && s.target !== undefined
          ? [{ redTeam: s.redTeam, target: s.target, ...figure(s) }]
          : [],
      );
      return cells.length === 0 ? [] : [{ judge, scoring, cells }];
    }),
    elo: judges.flatMap(({ judge, scores: scoring }) => ratingsOf(all, judge, scoring)),
    overRefusal: byTarget(of("look-alikes", "over-refusal")),
    perplexity: byTarget(of("ordinary", "perplexity")),
    refusals: { test: byTarget(of("test", "refusal-rate")), ordinary: byTarget(of("ordinary", "refusal-rate")) },
    classes: {
      test: classShares((metric) => byTarget(of("test", metric))),
      "look-alikes": classShares((metric) => byTarget(of("look-alikes", metric))),
    },
    prompts: Object.fromEntries(
      [...new Set(scores.filter((s) => s.suite === "prompts").map((s) => s.metric))].map((metric) => [
        metric,
        points(of("prompts", metric), (s) => s.redTeam ?? s.iteration),
      ]),
    ),
    judges,
  };
}

/** Points of each class of answers; none in a run that was evaluated before there were classes. */
function classShares(pointsOf: (metric: string) => Point[]): Figures["classes"]["test"] {
  const shares = Object.keys(classNames).map((one) => [one, pointsOf(`answers:${one}`)]);
  return Object.fromEntries(shares) as Record<AnswerClass, Point[]>;
}

/** A Score, and of an ASR what becomes of it without the judge's errors. */
type Corrected = Score & Pick<Figure, "corrected">;

function withCorrections(scores: readonly Score[]): Corrected[] {
  const key = ({ suite, judge, redTeam, target }: Score) => JSON.stringify([suite, judge, redTeam, target]);
  const corrections = new Map(scores.filter((s) => s.metric === "asr-corrected").map((s) => [key(s), s]));
  return scores.map((s) => {
    const found = s.metric === "asr" ? corrections.get(key(s)) : undefined;
    if (found === undefined) return s;
    const { value, low, high, belowErrorRate } = found;
    return { ...s, corrected: { value, low, high, ...(belowErrorRate && { belowErrorRate }) } };
  });
}

/** A Score as a figure. */
function figure({ value, low, high, n, unscored, otherLanguage, corrected }: Corrected): Figure {
  return {
    value,
    low,
    high,
    n,
    unscored: unscored ?? 0,
    ...(otherLanguage !== undefined && { otherLanguage }),
    ...(corrected !== undefined && { corrected }),
  };
}

function points(rows: readonly Corrected[], index: (score: Score) => number): Point[] {
  return rows.map((s) => ({ index: index(s), ...figure(s) })).sort((a, b) => a.index - b.index);
}

/** The reported judge first. Names that the configuration does not know neither train nor score. */
function judgesOf(scores: readonly Score[], names: JudgeNames, known: readonly JudgeQuality[]): JudgeFacts[] {
  const found = [...new Set(scores.flatMap((s) => s.judge ?? []))];
  // Without a known scoring judge the one that did not train is the better guess.
  const scoring = found.find((j) => j === names.score) ?? found.find((j) => j !== names.train) ?? found[0];
  const facts = found.map((judge) => ({
    judge,
    trains: judge === names.train,
    scores: judge === scoring,
    measured: Object.fromEntries(
      scores.filter((s) => s.suite === "judge" && s.judge === judge).map((s) => [s.metric, figure(s)]),
    ),
    bins: binsOf(known.find((k) => k.judge === judge)),
    labels: labelsOf(known.find((k) => k.judge === judge)),
  }));
  return facts.sort((a, b) => Number(b.scores) - Number(a.scores));
}

/** Ratings of one iteration only: those of two do not compare, since their players are not the same. */
function ratingsOf(all: readonly Score[], judge: string, scoring: boolean): Ratings[] {
  const rows = all.filter((s) => s.suite === "cross-play" && s.metric === "elo" && s.judge === judge);
  const iteration = Math.max(...rows.map((s) => s.iteration));
  const players = rows.flatMap((s) => {
    const role = s.redTeam !== undefined ? ("red-team" as const) : ("target" as const);
    const index = s.redTeam ?? s.target;
    return s.iteration !== iteration || index === undefined ? [] : [{ role, index, ...figure(s) }];
  });
  players.sort((a, b) => (a.role === b.role ? a.index - b.index : a.role === "red-team" ? -1 : 1));
  return players.length === 0 ? [] : [{ judge, scoring, iteration, players }];
}

function binsOf(known: JudgeQuality | undefined): CalibrationPoint[] | null {
  if (known?.bins === undefined) return null;
  return known.bins.map(({ n, probability, unsafe }) => ({
    n,
    probability,
    unsafe: { value: unsafe, ...(unsafe === null ? unknown : wilsonInterval(unsafe, n)) },
  }));
}

function labelsOf(known: JudgeQuality | undefined): LabelFacts | null {
  if (known === undefined) return null;
  const { source, date, confusion } = known;
  const { file, rows, clusters } = known.labels;
  return { file, rows, questions: clusters, source, date: date ?? null, ...confusion };
}

function latest(all: readonly Score[]): Score[] {
  const byKey = new Map<string, Score>();
  for (const s of [...all].sort((a, b) => a.iteration - b.iteration)) {
    const own = s.suite === "prompts" ? s.redTeam : s.target;
    byKey.set(
      JSON.stringify([s.suite, s.metric, s.judge, s.redTeam, own ?? (s.suite === "judge" ? 0 : s.iteration)]),
      s,
    );
  }
  return [...byKey.values()];
}
