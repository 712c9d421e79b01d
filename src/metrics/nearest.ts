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
 * @param others the set that is searched @default the vectors themselves, each without itself
 */
export function nearestVectors(
  vectors: readonly Float32Array[],
  others: readonly Float32Array[] = vectors,
): (NearestVector | undefined)[] {
  const same = others === vectors;
  return vectors.map((vector, i) => {
    let [similarity, index] = [Number.NEGATIVE_INFINITY, -1];
    for (let j = 0; j < others.length; j++) {
      if (same && i === j) continue;
      const product = dot(vector, others[j]!);
      if (product > similarity) [similarity, index] = [product, j];
    }
    // Rounding may take a text's product with its copy past 1.
    return index < 0 ? undefined : { similarity: Math.min(1, similarity), index };
  });
}

/** Four sums side by side, since each addition waits for the one before. */
function dot(a: Float32Array, b: Float32Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < a.length; i += 4) {
    s0 += a[i]! * b[i]!;
    s1 += a[i + 1]! * b[i + 1]!;
    s2 += a[i + 2]! * b[i + 2]!;
    s3 += a[i + 3]! * b[i + 3]!;
  }
  for (; i < a.length; i++) s0 += a[i]! * b[i]!;
  return s0 + s1 + s2 + s3;
}
