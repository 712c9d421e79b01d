/**
 * Chance from a seed: xoshiro128**, its state filled from a hash of the seed. Pure apart from the generator's own
 * state; the same seed gives the same numbers on every machine. Not for secrets.
 */

/** A stream of random choices. */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  next(): number;
  /** Uniform in 0 … below−1. Throws when `below` is not a positive integer. */
  int(below: number): number;
  /** One element. Throws on an empty list. */
  pick<T>(list: readonly T[]): T;
  /** A shuffled copy. */
  shuffle<T>(list: readonly T[]): T[];
  /** `count` different positions' elements, in random order. Throws when the list is shorter. */
  sample<T>(list: readonly T[], count: number): T[];
}

/**
 * A generator for this seed.
 *
 * @param seed any number or text; join parts (`"seeds/3/17"`) to get streams that do not depend on each other
 */
export function createRandom(seed: number | string): Random {
  const state = fill(`${typeof seed}:${seed}`);

  const bits = (): number => {
    const result = Math.imul(rotate(Math.imul(state[1]!, 5), 7), 9) >>> 0;
    const t = state[1]! << 9;
    state[2]! ^= state[0]!;
    state[3]! ^= state[1]!;
    state[1]! ^= state[2]!;
    state[0]! ^= state[3]!;
    state[2]! ^= t;
    state[3] = rotate(state[3]!, 11);
    return result;
  };
  const next = (): number => bits() / 2 ** 32;
  const int = (below: number): number => {
    if (!Number.isInteger(below) || below < 1) throw new Error(`int(${below}): not a positive integer`);
    return Math.floor(next() * below);
  };
  const sample = <T>(list: readonly T[], count: number): T[] => {
    if (count > list.length) throw new Error(`sample: ${count} of a list of ${list.length}`);
    const copy = [...list];
    // Fisher-Yates from the front, so that only `count` steps are taken.
    for (let i = 0; i < count; i++) {
      const j = i + int(copy.length - i);
      [copy[i], copy[j]] = [copy[j]!, copy[i]!];
    }
    return copy.slice(0, count);
  };
  return {
    next,
    int,
    pick: (list) => list[int(list.length)]!,
    shuffle: (list) => sample(list, list.length),
    sample,
  };
}

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

/** Four words of state from a text: FNV-1a, then splitmix32 to spread it. */
function fill(text: string): Int32Array {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  const state = new Int32Array(4);
  for (let i = 0; i < 4; i++) {
    hash = (hash + 0x9e3779b9) | 0;
    let z = hash;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    state[i] = z ^ (z >>> 15);
  }
  // All zeroes is the one state that never leaves itself.
  if (state.every((word) => word === 0)) state[0] = 1;
  return state;
}
