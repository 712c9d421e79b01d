/**
 * From one row of logits to one token: greedy, or temperature and nucleus (Holtzman et al., 1904.09751). Exact: where
 * the most probable tokens that left the graph do not fill the nucleus, the whole row is read.
 */

export interface Row {
  /** Logits over temperature of the most probable tokens, falling. */
  readonly topValues: Float32Array;
  readonly topIndices: BigInt64Array;
  /** log Σ exp of the whole row. */
  readonly logSum: number;
  /** The whole row, (V). */
  readonly logits: Float32Array;
}

/**
 * A token of the nucleus: the fewest most probable tokens whose probabilities reach `topP`, renormalised.
 *
 * @param uniform a number in [0, 1)
 */
export function sampleToken(row: Row, topP: number, uniform: number): number {
  let mass = 0;
  for (let size = 0; size < row.topValues.length; size++) {
    mass += Math.exp(row.topValues[size]! - row.logSum);
    if (mass >= topP) {
      const at = walk(row.topValues.subarray(0, size + 1), row.logSum, uniform * mass);
      return Number(row.topIndices[at]);
    }
  }
  return sampleWide(row, topP, uniform);
}

/** Bins of the whole row by distance from its top, in nats; the last takes all that is further away. */
const binWidth = 1 / 8;
const bins = 256;

/**
 * The same over the whole row. Sorting it takes longer than the step that made it, so tokens are counted into bins of
 * like probability, and only the bin where the nucleus ends and the bin of the draw are sorted.
 */
function sampleWide({ logits, topValues, logSum }: Row, topP: number, uniform: number): number {
  const top = topValues[0]!;
  const binOf = (x: number) => Math.min(bins - 1, Math.trunc((top - x) / binWidth));
  const masses = new Float64Array(bins);
  for (let i = 0; i < logits.length; i++) masses[binOf(logits[i]!)]! += Math.exp(logits[i]! - logSum);
  const inBin = (bin: number) => {
    const tokens: number[] = [];
    for (let i = 0; i < logits.length; i++) if (binOf(logits[i]!) === bin) tokens.push(i);
    return tokens.sort((a, b) => logits[b]! - logits[a]! || a - b);
  };

  let last = 0;
  let before = 0;
  while (last < bins - 1 && before + masses[last]! < topP) before += masses[last++]!;
  let end = inBin(last);
  let mass = before;
  for (let size = 0; size < end.length; size++) {
    mass += Math.exp(logits[end[size]!]! - logSum);
    if (mass >= topP) end = end.slice(0, size + 1);
  }

  let left = uniform * mass;
  let bin = 0;
  while (bin < last && left >= masses[bin]!) left -= masses[bin++]!;
  const tokens = bin === last ? end : inBin(bin);
  return tokens[
    walk(
      tokens.map((i) => logits[i]!),
      logSum,
      left,
    )
  ]!;
}

/** Index at which the probabilities of `values` add up to more than `target`. */
function walk(values: ArrayLike<number>, logSum: number, target: number): number {
  let left = target;
  for (let i = 0; i < values.length - 1; i++) {
    left -= Math.exp(values[i]! - logSum);
    if (left < 0) return i;
  }
  return values.length - 1;
}
