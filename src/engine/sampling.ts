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
  let values: ArrayLike<number> = row.topValues;
  let tokenAt = (i: number) => Number(row.topIndices[i]);
  let nucleus = nucleusOf(values, row.logSum, topP);
  // Sorting a whole row takes longer than the step that made it, so the floor sinks until the nucleus is filled.
  for (let floor = row.topValues.at(-1)! - 2; nucleus.mass < topP && floor > row.topValues[0]! - 100; floor -= 2) {
    const order = atLeast(row.logits, floor);
    values = order.map((i) => row.logits[i]!);
    tokenAt = (i) => order[i]!;
    nucleus = nucleusOf(values, row.logSum, topP);
  }
  let left = uniform * nucleus.mass;
  for (let i = 0; i < nucleus.size; i++) {
    left -= Math.exp(values[i]! - row.logSum);
    if (left < 0) return tokenAt(i);
  }
  return tokenAt(nucleus.size - 1);
}

/** Tokens whose logit is at least `floor`, most probable first, equal ones by number. */
function atLeast(logits: Float32Array, floor: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < logits.length; i++) if (logits[i]! >= floor) found.push(i);
  return found.sort((a, b) => logits[b]! - logits[a]! || a - b);
}

function nucleusOf(
  values: ArrayLike<number>,
  logSum: number,
  topP: number,
): { readonly size: number; readonly mass: number } {
  let mass = 0;
  for (let i = 0; i < values.length; i++) {
    mass += Math.exp(values[i]! - logSum);
    if (mass >= topP) return { size: i + 1, mass };
  }
  return { size: values.length, mass };
}
