/**
 * AdamW (Loshchilov & Hutter, 1711.05101; the order of operations is torch.optim.AdamW's) over a set of tensors,
 * gradient clipping by the global norm, and the learning-rate schedules of transformers.
 */

export type TensorSet = ReadonlyMap<string, { readonly data: Float32Array }>;

/** First and second moments, by the names of the tensors. */
export interface AdamState {
  readonly m: Map<string, Float32Array>;
  readonly v: Map<string, Float32Array>;
}

export interface AdamOptions {
  readonly learningRate: number;
  readonly weightDecay: number;
  /** @default [0.9, 0.999] */
  readonly betas?: readonly [number, number];
  /** @default 1e-8 */
  readonly epsilon?: number;
}

export function adamState(tensors: TensorSet): AdamState {
  const zeros = () => new Map([...tensors].map(([name, { data }]) => [name, new Float32Array(data.length)]));
  return { m: zeros(), v: zeros() };
}

/**
 * One step, in place on `tensors` and `state`.
 *
 * @param step 1 for the first
 */
export function adamStep(
  tensors: TensorSet,
  gradients: TensorSet,
  state: AdamState,
  step: number,
  options: AdamOptions,
): void {
  const [b1, b2] = options.betas ?? [0.9, 0.999];
  const epsilon = options.epsilon ?? 1e-8;
  const rate = options.learningRate / (1 - b1 ** step);
  const root = Math.sqrt(1 - b2 ** step);
  const decay = 1 - options.learningRate * options.weightDecay;
  for (const [name, { data }] of tensors) {
    const g = gradients.get(name)!.data;
    const m = state.m.get(name)!;
    const v = state.v.get(name)!;
    for (let i = 0; i < data.length; i++) {
      const gi = g[i]!;
      const mi = b1 * m[i]! + (1 - b1) * gi;
      const vi = b2 * v[i]! + (1 - b2) * gi * gi;
      m[i] = mi;
      v[i] = vi;
      data[i] = data[i]! * decay - (rate * mi) / (Math.sqrt(vi) / root + epsilon);
    }
  }
}

/** Scales all gradients so that their common norm is at most `maxNorm`; gives the norm before. */
export function clipGradients(gradients: TensorSet, maxNorm: number): number {
  let total = 0;
  for (const { data } of gradients.values()) for (let i = 0; i < data.length; i++) total += data[i]! * data[i]!;
  const norm = Math.sqrt(total);
  const scale = maxNorm / (norm + 1e-6);
  if (scale < 1)
    for (const { data } of gradients.values()) for (let i = 0; i < data.length; i++) data[i] = data[i]! * scale;
  return norm;
}

/**
 * Factor on the learning rate at `step` (0 for the first) of `total`: a linear rise over the warm-up, then linear to 0,
 * half a cosine to 0, or constant. Unlike transformers, whose first warm-up step has rate 0 and is lost, the rise
 * begins above 0: short runs have no step to give away.
 */
export function scheduleFactor(
  kind: "linear" | "cosine" | "constant",
  step: number,
  total: number,
  warmupRatio: number,
): number {
  const warmup = Math.ceil(total * warmupRatio);
  if (step < warmup) return (step + 1) / (warmup + 1);
  const progress = (step - warmup) / Math.max(1, total - warmup);
  if (kind === "linear") return 1 - progress;
  return kind === "cosine" ? (1 + Math.cos(Math.PI * progress)) / 2 : 1;
}
