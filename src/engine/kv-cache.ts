/** The keys and values of a batch of sequences, in memory that generation reads and writes in place. */
import type { LlamaConfig } from "./base-model.ts";
import type { Tensor } from "./graph/session.ts";

type Floats = Tensor & { readonly data: Float32Array };

export interface KvCache {
  /** key.i and value.i of each layer: (B, KV, P, D). */
  readonly tensors: ReadonlyMap<string, Floats>;
  /** P, the most tokens of a sequence. */
  readonly capacity: number;
}

/** Room for `rows` sequences of up to `capacity` tokens. */
export function kvCache(config: LlamaConfig, rows: number, capacity: number): KvCache {
  const dims = [rows, config.kvHeads, capacity, config.headDim];
  const size = dims.reduce((a, b) => a * b, 1);
  const names = Array.from({ length: config.layers }, (_, i) => [`key.${i}`, `value.${i}`]).flat();
  return { capacity, tensors: new Map(names.map((name) => [name, { data: new Float32Array(size), dims }])) };
}

/** One row as a cache of its own, over the same memory. */
export function rowOf(cache: KvCache, row: number): KvCache {
  return view(cache, row, 1);
}

/** Copies the first `length` tokens of row `from` to row `to`. */
export function copyTokens(cache: KvCache, from: number, to: number, length: number): void {
  for (const { data, dims } of cache.tensors.values()) {
    const [, heads, capacity, size] = dims as [number, number, number, number];
    for (let h = 0; h < heads; h++) {
      const start = (from * heads + h) * capacity * size;
      data.copyWithin((to * heads + h) * capacity * size, start, start + length * size);
    }
  }
}

/** Moves the rows `kept`, in rising order, to the front, and gives the cache of them alone. */
export function keepRows(cache: KvCache, kept: readonly number[]): KvCache {
  for (const { data, dims } of cache.tensors.values()) {
    const stride = data.length / dims[0]!;
    kept.forEach((from, to) => {
      if (from !== to) data.copyWithin(to * stride, from * stride, (from + 1) * stride);
    });
  }
  return view(cache, 0, kept.length);
}

function view({ tensors, capacity }: KvCache, first: number, rows: number): KvCache {
  const part = ({ data, dims }: Floats): Floats => {
    const stride = data.length / dims[0]!;
    return { data: data.subarray(first * stride, (first + rows) * stride), dims: [rows, ...dims.slice(1)] };
  };
  return { capacity, tensors: new Map([...tensors].map(([name, tensor]) => [name, part(tensor)])) };
}
