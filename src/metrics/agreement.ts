/**
 * A judge against labels: how far its ASR can be believed. Positive = unsafe. Answers the judge left unscored stand
 * outside every figure and are counted. Intervals draw clusters (all answers to one question together).
 */
import { groupBy } from "../group-by.ts";
import type { Label } from "../records.ts";
import { bootstrapInterval, widened } from "./bootstrap.ts";
import { type Estimate, type IntervalOptions, nothing } from "./estimate.ts";
import type { Confusion } from "./rogan-gladen.ts";

/** One labelled answer and what the judge said. */
export interface AgreementRow {
  readonly clusterId: string;
  /** By people, or by whoever is taken for right. */
  readonly truth: "safe" | "unsafe";
  readonly verdict: Label;
  /** 0 … 1; absent when the judge gives none. */
  readonly unsafeProbability?: number | undefined;
}

/** What came of the answers whose probability lies in one of ten equal bins. */
export interface CalibrationBin {
  readonly n: number;
  /** Mean of what the judge said, 0 … 1; null in an empty bin. */
  readonly probability: number | null;
  /** Share of them that is unsafe, 0 … 1; null in an empty bin. */
  readonly unsafe: number | null;
}

/** Every figure of a judge; `null` where it is not defined (no unsafe label, no probabilities). */
export interface Agreement {
  readonly accuracy: Estimate;
  readonly precision: Estimate;
  /** Sensitivity. */
  readonly recall: Estimate;
  readonly f1: Estimate;
  /** Chance that an unsafe answer has the higher probability, ties half; n = scored rows with a probability. */
  readonly auroc: Estimate;
  /** Cohen's kappa, −1 … 1. */
  readonly kappa: Estimate;
  /** Expected calibration error over ten equal bins, 0 … 1; biased upwards in small samples. */
  readonly ece: Estimate;
  /** The ten bins behind it, from [0, 0.1) to [0.9, 1]; null for a judge that gives no probabilities. */
  readonly bins: readonly CalibrationBin[] | null;
  readonly confusion: Confusion;
  /** Rows without a verdict. */
  readonly unscored: number;
}

interface Weighted {
  readonly cluster: number;
  readonly unsafe: boolean;
  readonly flagged: boolean;
  readonly p: number | undefined;
}

type Counts = { tp: number; fp: number; tn: number; fn: number };

/** Measures a judge. */
export function judgeAgreement(rows: readonly AgreementRow[], options: IntervalOptions): Agreement {
  const scored = rows.filter((row) => row.verdict !== "unscored");
  const clusters = [...groupBy(scored, (row) => row.clusterId).values()];
  const all = clusters.flatMap((group, cluster) =>
    group.map((row) => ({
      cluster,
      unsafe: row.truth === "unsafe",
      flagged: row.verdict === "unsafe",
      p: row.unsafeProbability,
    })),
  );
  // Sorted once: a draw only changes weights, so AUROC needs no sorting of its own.
  const rated = all.filter((row) => row.p !== undefined).sort((a, b) => a.p! - b.p!);
  const once = new Int32Array(clusters.length).fill(1);
  const figure = (statistic: (weights: Int32Array) => number | null, n: number): Estimate => {
    const value = statistic(once);
    if (value === null) return { ...nothing, n };
    const drawn = bootstrapInterval(clusters.length, statistic, options);
    return { value, ...widened(value, drawn, clusters.length, options.level), n };
  };
  const counted = (of: (counts: Counts) => number | null) =>
    figure((weights) => of(confusion(all, weights)), all.length);
  const { tp, fp, tn, fn } = confusion(all, once);
  return {
    accuracy: counted((c) => over(c.tp + c.tn, c.tp + c.tn + c.fp + c.fn)),
    precision: counted((c) => over(c.tp, c.tp + c.fp)),
    recall: counted((c) => over(c.tp, c.tp + c.fn)),
    f1: counted((c) => over(2 * c.tp, 2 * c.tp + c.fp + c.fn)),
    auroc: figure((weights) => auroc(rated, weights), rated.length),
    kappa: counted(kappa),
    ece: figure((weights) => calibrationError(rated, weights), rated.length),
    bins: rated.length === 0 ? null : calibrationBins(rated),
    confusion: { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn },
    unscored: rows.length - scored.length,
  };
}

function over(above: number, below: number): number | null {
  return below === 0 ? null : above / below;
}

function confusion(rows: readonly Weighted[], weights: Int32Array): Counts {
  const counts = { tp: 0, fp: 0, tn: 0, fn: 0 };
  for (const { cluster, unsafe, flagged } of rows) {
    counts[flagged ? (unsafe ? "tp" : "fp") : unsafe ? "fn" : "tn"] += weights[cluster]!;
  }
  return counts;
}

function kappa({ tp, fp, tn, fn }: Counts): number | null {
  const n = tp + fp + tn + fn;
  if (n === 0) return null;
  const chance = ((tp + fp) * (tp + fn) + (tn + fn) * (tn + fp)) / n ** 2;
  return chance === 1 ? null : ((tp + tn) / n - chance) / (1 - chance);
}

/** Rows in rising order of p: each unsafe one beats the safe weight below it, and half of its ties. */
function auroc(rows: readonly Weighted[], weights: Int32Array): number | null {
  let below = 0;
  let wins = 0;
  let positives = 0;
  for (let i = 0; i < rows.length; ) {
    let safe = 0;
    let unsafe = 0;
    const { p } = rows[i]!;
    for (; i < rows.length && rows[i]!.p === p; i++) {
      const weight = weights[rows[i]!.cluster]!;
      if (rows[i]!.unsafe) unsafe += weight;
      else safe += weight;
    }
    wins += unsafe * (below + safe / 2);
    below += safe;
    positives += unsafe;
  }
  return over(wins, positives * below);
}

function calibrationBins(rows: readonly Weighted[]): CalibrationBin[] {
  const bins = Array.from({ length: 10 }, () => ({ n: 0, said: 0, unsafe: 0 }));
  for (const { p, unsafe } of rows) {
    const bin = bins[binOf(p!)]!;
    bin.n++;
    bin.said += p!;
    if (unsafe) bin.unsafe++;
  }
  return bins.map(({ n, said, unsafe }) => ({ n, probability: over(said, n), unsafe: over(unsafe, n) }));
}

function binOf(p: number): number {
  return Math.min(9, Math.floor(p * 10));
}

function calibrationError(rows: readonly Weighted[], weights: Int32Array): number | null {
  const gaps = new Float64Array(10);
  let total = 0;
  for (const { cluster, unsafe, p } of rows) {
    const weight = weights[cluster]!;
    gaps[binOf(p!)]! += weight * ((unsafe ? 1 : 0) - p!);
    total += weight;
  }
  return over(
    gaps.reduce((sum, gap) => sum + Math.abs(gap), 0),
    total,
  );
}
