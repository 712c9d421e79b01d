/**
 * From one row of logits to one token: temperature (already applied) and nucleus (Holtzman et al., 1904.09751), exactly:
 * the fewest most probable tokens whose probabilities reach `topP`, renormalised.
 */

/**
 * Index of the token drawn from the most probable tokens of a row, or undefined when they do not fill the nucleus.
 *
 * @param top their logits over temperature, falling
 * @param logSum log Σ exp of the whole row
 * @param uniform a number in [0, 1)
 */
export function sampleToken(top: Float32Array, logSum: number, topP: number, uniform: number): number | undefined {
  let mass = 0;
  for (let size = 0; size < top.length; size++) {
    mass += Math.exp(top[size]! - logSum);
    if (mass >= topP) return walk(top.subarray(0, size + 1), logSum, uniform * mass);
  }
  return undefined;
}

/** Bins of a whole row by distance from its top, in nats; the last takes all that is further away. */
const binWidth = 1 / 8;
const bins = 256;

/**
 * The token drawn from a whole row of logits over temperature. Sorting it takes longer than the step that made it, so
 * tokens are counted into bins of like probability, and only the bin where the nucleus ends and the bin of the draw are
 * sorted.
 *
 * @param uniform a number in [0, 1)
 */
export function sampleWide(logits: Float32Array, topP: number, uniform: number): number {
  const top = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const binOf = (x: number) => Math.min(bins - 1, Math.trunc((top - x) / binWidth));
  const masses = new Float64Array(bins);
  for (let i = 0; i < logits.length; i++) masses[binOf(logits[i]!)]! += Math.exp(logits[i]! - top);
  const sum = masses.reduce((a, b) => a + b, 0);
  const inBin = (bin: number) => {
    const tokens: number[] = [];
    for (let i = 0; i < logits.length; i++) if (binOf(logits[i]!) === bin) tokens.push(i);
    return tokens.sort((a, b) => logits[b]! - logits[a]! || a - b);
  };

  let last = 0;
  let mass = 0;
  while (last < bins - 1 && mass + masses[last]! < topP * sum) mass += masses[last++]!;
  let end = inBin(last);
  for (let size = 0; size < end.length; size++) {
    mass += Math.exp(logits[end[size]!]! - top);
    if (mass >= topP * sum) end = end.slice(0, size + 1);
  }

  let left = uniform * mass;
  let bin = 0;
  while (bin < last && left >= masses[bin]!) left -= masses[bin++]!;
  const tokens = bin === last ? end : inBin(bin);
  const at = walk(
    tokens.map((i) => logits[i]!),
    top,
    left,
  );
  return tokens[at]!;
}

/** Index at which Σ exp(value − offset) grows over `target`. */
function walk(values: ArrayLike<number>, offset: number, target: number): number {
  let left = target;
  for (let i = 0; i < values.length - 1; i++) {
    left -= Math.exp(values[i]! - offset);
    if (left < 0) return i;
  }
  return values.length - 1;
}
