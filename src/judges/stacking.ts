/**
 * Stacking (Wolpert 1992): several signals of one answer, such as a classifier's logits and what its words say, become one
 * probability by a logistic regression, fitted on rows that trained nothing. With one signal it is Platt scaling (Platt 1999), whose
 * targets, drawn a little towards the middle (his section 2.2), are used for several too: few rows give no certainty.
 */

/** Probability = 1 / (1 + exp(−(shift + Σ weights[i] · signals[i]))). */
export interface Stack {
  readonly shift: number;
  readonly weights: readonly number[];
}

/** Signals with what was true. */
export interface Outcome {
  readonly signals: readonly number[];
  readonly yes: boolean;
  /** How much it counts. @default 1 */
  readonly weight?: number;
}

export function probability({ shift, weights }: Stack, signals: readonly number[]): number {
  return 1 / (1 + Math.exp(-weights.reduce((sum, weight, i) => sum + weight * signals[i]!, shift)));
}

/**
 * The most likely stack, by Newton's method with steps halved until they help.
 *
 * @param ridge penalty of squared weights, so that signals which say the same share their weight and rare ones stay small
 * @throws Error without outcomes of both kinds
 */
export function fitStack(outcomes: readonly Outcome[], ridge = 1): Stack {
  const total = (yes: boolean) => outcomes.reduce((sum, o) => sum + (o.yes === yes ? (o.weight ?? 1) : 0), 0);
  const [yes, no] = [total(true), total(false)];
  if (!(yes > 0 && no > 0)) throw new Error("a calibration needs answers of both kinds");
  const target = (o: Outcome) => (o.yes ? (yes + 1) / (yes + 2) : 1 / (no + 2));
  const size = outcomes[0]!.signals.length;
  // The shift is a weight like the others, of a signal that is always 1, and costs nothing.
  const rows = outcomes.map((o) => ({ x: [1, ...o.signals], target: target(o), weight: o.weight ?? 1 }));
  const penalty = (k: number) => (k === 0 ? 1e-9 : ridge);
  const loss = (w: readonly number[]) =>
    rows.reduce(
      (sum, { x, target, weight }) => {
        const z = dot(w, x);
        // log(1 + exp(z)) without overflow
        return sum + weight * (Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - target * z);
      },
      w.reduce((sum, value, k) => sum + (penalty(k) * value ** 2) / 2, 0),
    );
  let w: number[] = new Array(size + 1).fill(0);
  for (let step = 0; step < 100; step++) {
    const slope = w.map((value, k) => penalty(k) * value);
    const curve = w.map((_, k) => w.map((_, l) => (k === l ? penalty(k) : 0)));
    for (const { x, target, weight } of rows) {
      const p = 1 / (1 + Math.exp(-dot(w, x)));
      for (let k = 0; k <= size; k++) {
        slope[k]! += weight * (p - target) * x[k]!;
        for (let l = 0; l <= size; l++) curve[k]![l]! += weight * p * (1 - p) * x[k]! * x[l]!;
      }
    }
    const move = solved(curve, slope);
    const before = loss(w);
    let part = 1;
    const at = () => w.map((value, k) => value - part * move[k]!);
    while (part > 1e-6 && !(loss(at()) <= before)) part /= 2;
    if (part <= 1e-6) break;
    w = at();
    if (Math.max(...move.map(Math.abs)) * part < 1e-9) break;
  }
  return { shift: w[0]!, weights: w.slice(1) };
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

/** x of matrix · x = right, for a symmetric positive definite matrix: by Cholesky's factors. */
function solved(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const n = right.length;
  const lower = matrix.map(() => new Array<number>(n).fill(0));
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i]![j]!;
      for (let k = 0; k < j; k++) rest -= lower[i]![k]! * lower[j]![k]!;
      lower[i]![j] = i === j ? Math.sqrt(Math.max(rest, 1e-12)) : rest / lower[j]![j]!;
    }
  const y: number[] = [];
  for (let i = 0; i < n; i++) y.push((right[i]! - dot(lower[i]!.slice(0, i), y)) / lower[i]![i]!);
  const x = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let rest = y[i]!;
    for (let k = i + 1; k < n; k++) rest -= lower[k]![i]! * x[k]!;
    x[i] = rest / lower[i]![i]!;
  }
  return x;
}

/** The threshold with the highest F1, in the middle between two probabilities; the least extreme of equals. */
export function bestThreshold(
  rows: readonly { readonly p: number; readonly yes: boolean; readonly weight?: number }[],
): number {
  const sorted = [...rows].sort((a, b) => b.p - a.p);
  const weightOf = (row: (typeof rows)[number]) => row.weight ?? 1;
  const total = sorted.reduce((sum, row) => sum + (row.yes ? weightOf(row) : 0), 0);
  let [hits, called, best, threshold] = [0, 0, -1, 0.5];
  sorted.forEach((row, i) => {
    if (row.yes) hits += weightOf(row);
    called += weightOf(row);
    const next = sorted[i + 1];
    if (next !== undefined && next.p === row.p) return;
    const f1 = (2 * hits) / (called + total);
    const between = next === undefined ? row.p / 2 : (row.p + next.p) / 2;
    if (f1 > best || (f1 === best && Math.abs(between - 0.5) < Math.abs(threshold - 0.5))) {
      best = f1;
      threshold = between;
    }
  });
  return threshold;
}
