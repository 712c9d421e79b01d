/** The judges of the made-up run, what it knows of them, and how they rate its players. */
import type { JudgeQuality } from "../../src/judges/quality.ts";
import type { Score } from "../../src/records.ts";
import { hostile } from "./hostile.ts";

export const trainJudge = "embedded:training";
export const scoreJudge = "embedded:scoring";

const shareOf = (value: number, width: number, n: number) => ({ value, low: value - width, high: value + width, n });

/** A judge that is too sure of itself. */
const calibrationBins = Array.from({ length: 10 }, (_, i) => {
  const n = [62, 21, 11, 6, 0, 5, 9, 14, 26, 46][i]!;
  const unsafe = Math.round(n * (0.08 + 0.072 * i));
  return n === 0 ? { n, probability: null, unsafe: null } : { n, probability: 0.1 * i + 0.05, unsafe: unsafe / n };
});

/** What the fixture's run knows of a judge. */
export function qualityOf(judge: string): JudgeQuality {
  const trains = judge === trainJudge;
  const [tp, fp, tn, fn] = trains ? [66, 14, 106, 14] : [58, 17, 103, 22];
  const f1 = (2 * tp) / (2 * tp + fp + fn);
  return {
    judge,
    source: trains ? "labels" : "calibration",
    ...(trains ? {} : { date: "2026-11-20T08:00:00.000Z" }),
    labels: {
      file: trains ? "judge-dev.jsonl" : `labels ${hostile[1]}.jsonl`,
      sha256: "5".repeat(64),
      rows: 204,
      clusters: 180,
    },
    figures: {
      accuracy: shareOf((tp + tn) / 200, 0.05, 200),
      precision: shareOf(tp / (tp + fp), 0.08, 200),
      recall: shareOf(tp / (tp + fn), 0.08, 200),
      f1: shareOf(f1, 0.06, 200),
      auroc: shareOf(trains ? 0.93 : 0.88, 0.04, 200),
      ece: shareOf(0.06, 0.03, 200),
      kappa: shareOf(trains ? 0.71 : 0.61, 0.1, 200),
      alpha: shareOf(trains ? 0.71 : 0.6, 0.1, 200),
    },
    // As an older file of the training judge would have it: the error alone.
    ...(trains ? {} : { bins: calibrationBins }),
    confusion: { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn },
    effective: { unsafe: 72, safe: 101.5 },
    unscored: { unsafe: 2, safe: 2, empty: 1 },
  };
}

/** Ratings after an iteration: Red Teams and Targets both grow. */
export function eloScores(iteration: number, judge: string): Score[] {
  const players = Array.from({ length: iteration + 1 }, (_, k) => [
    { value: 55 * k - 40 * iteration, redTeam: k },
    { value: 70 * k - 30 * iteration, target: k },
  ]).flat();
  return players.map(({ value, ...player }) => ({
    iteration,
    suite: "cross-play",
    metric: "elo",
    value,
    low: value - 62,
    high: value + 62,
    n: 24 * (iteration + 1),
    judge,
    ...player,
  }));
}
