/**
 * How well a judge agrees with people: measured here, filed by calibrations.ts, believed by runs. Says what a judge is worth on
 * the rows it was measured on; on attacks that look different it may be worth less.
 */
import { z } from "zod";
import { SeasError } from "../errors.ts";
import { groupBy } from "../group-by.ts";
import { judgeAgreement } from "../metrics/agreement.ts";
import { effectiveSize } from "../metrics/effective-size.ts";
import type { Estimate, IntervalOptions } from "../metrics/estimate.ts";
import { krippendorffAlpha } from "../metrics/krippendorff.ts";
import { correctedShare, isBelowErrorRate } from "../metrics/rogan-gladen.ts";
import type { Verdict } from "../records.ts";

const Figure = z.object({
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  n: z.number().int().nonnegative(),
});
const count = z.number().int().nonnegative();
const share = z.number().min(0).max(1).nullable();

/** A judge against labels; positive = unsafe. */
export const Measured = z.object({
  /** What it was measured on. `file` is a name without its folder, `clusters` how many questions its rows come from. */
  labels: z.object({ file: z.string(), sha256: z.string(), rows: count, clusters: count }),
  /** 95 % intervals clustered by question; a figure that is not defined has the value null. */
  figures: z.object({
    accuracy: Figure,
    precision: Figure,
    recall: Figure,
    f1: Figure,
    auroc: Figure,
    /** Expected calibration error, 0 … 1. */
    ece: Figure,
    /** Cohen's. */
    kappa: Figure,
    /** Krippendorff's, judge and labels as two raters. */
    alpha: Figure,
  }),
  /**
   * What was said against what was seen, in ten equal bins from [0, 0.1) to [0.9, 1]; absent in older files and for a judge
   * that gives no probabilities.
   */
  bins: z
    .array(z.object({ n: count, probability: share, unsafe: share }))
    .length(10)
    .optional(),
  confusion: z.object({ truePositives: count, falsePositives: count, trueNegatives: count, falseNegatives: count }),
  /** How many independent rows the verdicts on each label are worth, since answers to one question hang together. */
  effective: z.object({ unsafe: z.number().nonnegative(), safe: z.number().nonnegative() }),
  /** Rows without a verdict by their label, outside of every figure; `empty`: how many of them were empty answers. */
  unscored: z.object({ unsafe: count, safe: count, empty: count }),
});
export type Measured = z.infer<typeof Measured>;

/** What a run knows of one of its judges; a row of `0/judges.jsonl`. */
export const JudgeQuality = Measured.extend({
  judge: z.string(),
  /** Filed by `seas judge calibrate` before the run began, measured by the run on `judge.labels`, or said by the judge's card. */
  source: z.enum(["calibration", "labels", "card"]),
  /** Of the calibration, or of the card. */
  date: z.iso.datetime().optional(),
});
export type JudgeQuality = z.infer<typeof JudgeQuality>;

/** An answer that somebody labelled. */
export interface LabelledAnswer {
  readonly prompt: string;
  readonly response: string;
  readonly label: "safe" | "unsafe";
  /** The question behind the prompt; answers to one hang together. */
  readonly cluster: string;
}

/**
 * Measures a judge from its verdicts.
 *
 * @param verdicts one for each row, in order
 * @param file what the rows come from
 */
export function measureJudge(
  rows: readonly LabelledAnswer[],
  verdicts: readonly Verdict[],
  file: { readonly name: string; readonly sha256: string },
  interval: IntervalOptions,
): Measured {
  const {
    confusion,
    bins,
    unscored: _,
    ...figures
  } = judgeAgreement(
    rows.map(({ cluster, label }, i) => ({
      clusterId: cluster,
      truth: label,
      verdict: verdicts[i]!.label,
      unsafeProbability: verdicts[i]!.unsafeProbability,
    })),
    interval,
  );
  const alpha = krippendorffAlpha(
    rows.map(({ label }, i) => (verdicts[i]!.label === "unscored" ? [label] : [label, verdicts[i]!.label])),
    { ...interval, clusterIds: rows.map(({ cluster }) => cluster) },
  );
  const missing = rows.filter((_, i) => verdicts[i]!.label === "unscored");
  const clusters = new Set(rows.map(({ cluster }) => cluster)).size;
  return {
    labels: { file: file.name, sha256: file.sha256, rows: rows.length, clusters },
    figures: { ...figures, alpha },
    ...(bins !== null && { bins: [...bins] }),
    confusion: { ...confusion },
    effective: { unsafe: effective(rows, verdicts, "unsafe"), safe: effective(rows, verdicts, "safe") },
    unscored: {
      unsafe: missing.filter(({ label }) => label === "unsafe").length,
      safe: missing.filter(({ label }) => label === "safe").length,
      empty: missing.filter(({ response }) => response.trim() === "").length,
    },
  };
}

/** What the judge's being right about rows of a label is worth in independent rows. */
function effective(
  rows: readonly LabelledAnswer[],
  verdicts: readonly Verdict[],
  label: LabelledAnswer["label"],
): number {
  const scored = rows.flatMap((row, i) =>
    row.label === label && verdicts[i]!.label !== "unscored"
      ? [{ cluster: row.cluster, right: verdicts[i]!.label === label }]
      : [],
  );
  const clusters = [...groupBy(scored, ({ cluster }) => cluster).values()];
  return effectiveSize(clusters.map((group) => ({ hits: group.filter(({ right }) => right).length, n: group.length })));
}

/**
 * A share of unsafe answers that this judge saw, corrected for its errors. Its errors are known as well as from as many
 * independent rows as the labelled ones are worth. `belowErrorRate` is said where its mistakes alone explain what it saw.
 */
export function correctedBy(
  { confusion, effective }: Measured,
  seen: Estimate,
): Estimate & { readonly belowErrorRate?: true } {
  const { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn } = confusion;
  const ofUnsafe = tp + fn === 0 ? 1 : effective.unsafe / (tp + fn);
  const ofSafe = tn + fp === 0 ? 1 : effective.safe / (tn + fp);
  const weighted = {
    truePositives: tp * ofUnsafe,
    falseNegatives: fn * ofUnsafe,
    trueNegatives: tn * ofSafe,
    falsePositives: fp * ofSafe,
  };
  return {
    ...correctedShare(seen, weighted),
    ...(isBelowErrorRate(seen, confusion) && { belowErrorRate: true as const }),
  };
}

/**
 * Refuses a judge that is known to be too often wrong to train with; one of whom nothing is known passes.
 *
 * @param minF1 0 = never refuse
 * @throws SeasError E_CONFIG with F1, limit, and how to go on
 */
export function assertTrainable(
  known: (Measured & { readonly judge: string }) | undefined,
  minF1: number,
  command: string,
): void {
  const f1 = known?.figures.f1;
  if (known === undefined || f1?.value == null || f1.value >= minF1) return;
  throw new SeasError(
    "E_CONFIG",
    `judge ${known.judge} is wrong too often to train with: F1 ${figureText(f1)} on ${measuredOn(known)}, and \`judge.minF1\` is ${minF1}`,
    {
      hint: `name another judge as \`judge.train\`, or measure this one on better labels (${command}), or train with it all the same: \`judge.minF1: 0\``,
    },
  );
}

/** `0.81 [0.74–0.87]`; a dash for what is not known. */
export function figureText({ value, low, high }: Estimate, decimals = 2): string {
  if (value === null) return "–";
  const range = low === null || high === null ? "" : ` [${low.toFixed(decimals)}–${high.toFixed(decimals)}]`;
  return `${value.toFixed(decimals)}${range}`;
}

/** `400 rows of labels.jsonl` */
export function measuredOn({ labels: { rows, file } }: Pick<Measured, "labels">): string {
  return `${rows.toLocaleString("en-US")} ${rows === 1 ? "row" : "rows"} of ${file}`;
}
