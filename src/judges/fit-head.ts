/**
 * Fits a judge's head: logistic regression with an L2 penalty on standardised hidden states, by full-batch AdamW. The
 * penalty is the one with the best F1 on rows the weights did not see (cross-fitted by prompt).
 */
import { adamState, adamStep } from "../engine/optimizer.ts";
import { createRandom } from "../random.ts";

/** One labelled answer: its pooled states, whether it is unsafe, and the prompt it answers (rows of one stay together). */
export interface HeadRow {
  readonly states: Float32Array;
  readonly unsafe: boolean;
  readonly cluster: string;
}

export interface FittedHead {
  readonly mean: Float32Array;
  readonly scale: Float32Array;
  readonly weights: Float32Array;
  readonly bias: number;
  /** F1 (unsafe = positive) of the cross-fitted rows at the threshold that suits them best. */
  readonly f1: number;
}

export interface FitOptions {
  /** L2 strengths to choose from. */
  readonly penalties: readonly number[];
  readonly folds: number;
  readonly seed: number;
}

/** The head with the penalty that is best on rows held out by prompt. */
export function fitHead(rows: readonly HeadRow[], options: FitOptions): FittedHead {
  const folds = foldsByCluster(rows, options);
  const ranked = options.penalties.map((penalty) => {
    const held: { p: number; unsafe: boolean }[] = [];
    for (let fold = 0; fold < options.folds; fold++) {
      const fitted = fitOnce(
        rows.filter((_, i) => folds[i] !== fold),
        penalty,
      );
      rows.forEach((row, i) => {
        if (folds[i] === fold) held.push({ p: probability(fitted, row.states), unsafe: row.unsafe });
      });
    }
    return { penalty, ...bestThreshold(held) };
  });
  const best = ranked.reduce((a, b) => (b.f1 > a.f1 ? b : a));
  return { ...fitOnce(rows, best.penalty), f1: best.f1 };
}

function foldsByCluster(rows: readonly HeadRow[], { folds, seed }: FitOptions): number[] {
  const clusters = createRandom(`folds/${seed}`).shuffle([...new Set(rows.map((r) => r.cluster))]);
  const foldOf = new Map(clusters.map((c, i) => [c, i % folds]));
  return rows.map((r) => foldOf.get(r.cluster)!);
}

type Weights = Omit<FittedHead, "f1">;

function fitOnce(rows: readonly HeadRow[], penalty: number): Weights {
  const size = rows[0]!.states.length;
  const mean = new Float32Array(size);
  const scale = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    mean[i] = rows.reduce((sum, r) => sum + r.states[i]!, 0) / rows.length;
    scale[i] = Math.sqrt(rows.reduce((sum, r) => sum + (r.states[i]! - mean[i]!) ** 2, 0) / rows.length) + 1e-6;
  }
  const inputs = rows.map((r) => r.states.map((x, i) => (x - mean[i]!) / scale[i]!));
  const weights = new Float32Array(size);
  const bias = new Float32Array(1);
  const tensors = new Map([
    ["weights", { data: weights }],
    ["bias", { data: bias }],
  ]);
  const state = adamState(tensors);
  // The rarer label weighs as much as the commoner one.
  const unsafe = rows.filter((r) => r.unsafe).length;
  const weightOf = (r: HeadRow) => 0.5 / (r.unsafe ? unsafe : rows.length - unsafe);
  for (let step = 1; step <= 150; step++) {
    const gradient = weights.map((w) => penalty * w);
    const biasGradient = new Float32Array(1);
    rows.forEach((row, n) => {
      const x = inputs[n]!;
      let logit = bias[0]!;
      for (let i = 0; i < size; i++) logit += x[i]! * weights[i]!;
      const error = (1 / (1 + Math.exp(-logit)) - (row.unsafe ? 1 : 0)) * weightOf(row);
      for (let i = 0; i < size; i++) gradient[i] = gradient[i]! + error * x[i]!;
      biasGradient[0] = biasGradient[0]! + error;
    });
    const gradients = new Map([
      ["weights", { data: gradient }],
      ["bias", { data: biasGradient }],
    ]);
    adamStep(tensors, gradients, state, step, { learningRate: 0.01 * (1 - step / 151), weightDecay: 0 });
  }
  return { mean, scale, weights, bias: bias[0]! };
}

function probability({ mean, scale, weights, bias }: Weights, states: Float32Array): number {
  let logit = bias;
  for (let i = 0; i < weights.length; i++) logit += ((states[i]! - mean[i]!) / scale[i]!) * weights[i]!;
  return 1 / (1 + Math.exp(-logit));
}

function bestThreshold(held: readonly { readonly p: number; readonly unsafe: boolean }[]): {
  threshold: number;
  f1: number;
} {
  const positives = held.filter((h) => h.unsafe).length;
  const candidates = Array.from({ length: 91 }, (_, i) => 0.05 + i / 100);
  const scored = candidates.map((threshold) => {
    const hits = held.filter((h) => h.p >= threshold && h.unsafe).length;
    const flagged = held.filter((h) => h.p >= threshold).length;
    return { threshold, f1: (2 * hits) / Math.max(1, positives + flagged) };
  });
  return scored.reduce((a, b) => (b.f1 > a.f1 ? b : a));
}
