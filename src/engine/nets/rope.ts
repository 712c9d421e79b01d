/** Tables of rotary angles (Su et al., 2104.09864), which are inputs of every graph. */
import type { DecoderConfig } from "../base-model.ts";
import type { Tensors } from "../graph/session.ts";

/** Inputs rope_cos and rope_sin (length, headDim/2), and rope_cos_local and rope_sin_local where layers have a window. */
export function ropeFeeds(c: DecoderConfig, length: number): Tensors {
  const named = (suffix: string, theta: number, factors: readonly number[]): Tensors => {
    const { cos, sin } = table(c.headDim / 2, length, theta, factors);
    const dims = [length, c.headDim / 2];
    return { [`rope_cos${suffix}`]: { data: cos, dims }, [`rope_sin${suffix}`]: { data: sin, dims } };
  };
  return {
    ...named("", c.ropeTheta, c.ropeFactors),
    ...(c.local === null ? {} : named("_local", c.local.ropeTheta, [])),
  };
}

/** cos and sin of the angles t · theta^(−i/half) / factor of positions 0 … length − 1. */
function table(half: number, length: number, theta: number, factors: readonly number[]) {
  const cos = new Float32Array(length * half);
  const sin = new Float32Array(length * half);
  for (let t = 0; t < length; t++) {
    for (let i = 0; i < half; i++) {
      const angle = (t * theta ** (-i / half)) / (factors[i] ?? 1);
      cos[t * half + i] = Math.cos(angle);
      sin[t * half + i] = Math.sin(angle);
    }
  }
  return { cos, sin };
}
