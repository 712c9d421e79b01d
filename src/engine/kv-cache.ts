/** The keys and values of a batch of sequences: (B, KV, P, D) for each layer, in memory that is filled row by row. */
import type { DecoderConfig } from "./base-model.ts";
import type { Tensor, Tensors } from "./graph/session.ts";

type Floats = Tensor & { readonly data: Float32Array };

export interface KvCache {
  /** key.i and value.i of each layer: (B, KV, 1, P, D). */
  readonly tensors: ReadonlyMap<string, Floats>;
  /** P, the most tokens of a sequence. */
  readonly capacity: number;
}

/** Room for `rows` sequences of up to `capacity` tokens, in memory of earlier caches where it is large enough. */
export function kvCache(
  config: DecoderConfig,
  rows: number,
  capacity: number,
  memory: Map<string, Float32Array> = new Map(),
): KvCache {
  const dims = [rows, config.kvHeads, 1, capacity, config.headDim];
  const size = dims.reduce((a, b) => a * b, 1);
  const names = Array.from({ length: config.layers }, (_, i) => [`key.${i}`, `value.${i}`]).flat();
  const dataOf = (name: string) => {
    let data = memory.get(name);
    if (data === undefined || data.length < size) {
      data = new Float32Array(size);
      memory.set(name, data);
    }
    return data.subarray(0, size);
  };
  return { capacity, tensors: new Map(names.map((name) => [name, { data: dataOf(name), dims }])) };
}

/** Inputs past_key.i and past_value.i. */
export function pastFeeds({ tensors }: KvCache): Tensors {
  return Object.fromEntries([...tensors].map(([name, tensor]) => [`past_${name}`, tensor]));
}

/** Tokens `[0, length)` of row `from` of a source, to row `to` of the cache, from token `at` on. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  readonly at: number;
  readonly length: number;
}

/** Copies pieces out of key.i and value.i, (B', KV, T, D), of `source`. */
export function writeTokens(cache: KvCache, source: Tensors, pieces: readonly Piece[]): void {
  for (const [name, { data, dims }] of cache.tensors) {
    const [, heads, , capacity, size] = dims as [number, number, number, number, number];
    const tokens = source[name] as Floats;
    const width = tokens.dims.at(-2)!;
    for (const { from, to, at, length } of pieces) {
      for (let h = 0; h < heads; h++) {
        const start = (from * heads + h) * width * size;
        const target = ((to * heads + h) * capacity + at) * size;
        // One token is too short for a view and a native copy to pay.
        if (length === 1) for (let i = 0; i < size; i++) data[target + i] = tokens.data[start + i]!;
        else data.set(tokens.data.subarray(start, start + length * size), target);
      }
    }
  }
}

/** Moves the rows `kept`, in rising order, to the front, and gives the cache of them alone, over the same memory. */
export function keepRows({ tensors, capacity }: KvCache, kept: readonly number[]): KvCache {
  const shorter = ({ data, dims }: Floats): Floats => {
    const stride = data.length / dims[0]!;
    kept.forEach((from, to) => {
      if (from !== to) data.copyWithin(to * stride, from * stride, (from + 1) * stride);
    });
    return { data: data.subarray(0, kept.length * stride), dims: [kept.length, ...dims.slice(1)] };
  };
  return {
    capacity,
    tensors: new Map([...tensors].map(([name, tensor]) => [name, shorter(tensor)])),
  };
}
