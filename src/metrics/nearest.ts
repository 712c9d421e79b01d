/**
 * How near texts are to their nearest neighbours by embeddings: the paper's measure of diversity (Table 5), the mean over a set
 * of the greatest cosine to another set. Vectors come in as arguments; nothing here knows the model that made them.
 */

/** The nearest of a set. */
export interface NearestVector {
  /** Cosine, −1 … 1. */
  readonly similarity: number;
  /** Its place in the set; of equals the first. */
  readonly index: number;
}

/**
 * For each vector the nearest of others, exactly; `undefined` where there is none. Time grows with the product of both sizes.
 *
 * @param vectors of length 1 and one size, as an embedding model gives them
 */
export function nearestVectors(
  vectors: readonly Float32Array[],
  others: readonly Float32Array[],
): (NearestVector | undefined)[] {
  return vectors.map((vector) => {
    let [similarity, index] = [Number.NEGATIVE_INFINITY, -1];
    for (let j = 0; j < others.length; j++) {
      const product = cosine(vector, others[j]!);
      if (product > similarity) [similarity, index] = [product, j];
    }
    return index < 0 ? undefined : { similarity, index };
  });
}

/**
 * For each vector the greatest cosine to the others of its set as it would be in a set of `size`, which makes sets of different
 * sizes comparable: the expectation over all draws of `size` − 1 others, computed and not drawn, so that every vector counts.
 * The paper compares sets as they are, where a larger one always looks less diverse.
 *
 * @param size 1 … vectors.length
 * @returns `undefined` for a size of 1, where there is no other
 */
export function expectedNearest(vectors: readonly Float32Array[], size: number): number[] | undefined {
  const [others, drawn] = [vectors.length - 1, size - 1];
  if (drawn < 1) return undefined;
  const similarities = new Float64Array(others);
  return vectors.map((vector, i) => {
    for (let j = 0, k = 0; j <= others; j++) if (j !== i) similarities[k++] = cosine(vector, vectors[j]!);
    similarities.sort();
    // The chance that the k-th nearest is drawn and no nearer one: C(others − 1 − k, drawn − 1) / C(others, drawn).
    let chance = drawn / others;
    let expected = 0;
    for (let k = 0; k < others && chance > 0; k++) {
      expected += chance * similarities[others - 1 - k]!;
      chance *= (others - k - drawn) / (others - k - 1);
    }
    return expected;
  });
}

/** Four sums side by side, since each addition waits for the one before. */
function cosine(a: Float32Array, b: Float32Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < a.length; i += 4) {
    s0 += a[i]! * b[i]!;
    s1 += a[i + 1]! * b[i + 1]!;
    s2 += a[i + 2]! * b[i + 2]!;
    s3 += a[i + 3]! * b[i + 3]!;
  }
  for (; i < a.length; i++) s0 += a[i]! * b[i]!;
  // Rounding may take a text's product with its copy past 1.
  return Math.min(1, s0 + s1 + s2 + s3);
}
