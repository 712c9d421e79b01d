/**
 * The fixed adapters and choices of scripts/record_engine.py, made again here: one counter-based generator (murmur3's
 * finaliser), so that both sides hold the same float32 values without a file.
 */
import type { DecoderConfig } from "../../src/engine/base-model.ts";
import type { Lora } from "../../src/engine/lora.ts";
import { loraModules } from "../../src/engine/nets/linear.ts";

/** The i-th number of a stream, a uint32. */
export function mix(stream: number, i: number): number {
  let h = (i + Math.imul(stream, 0x9e3779b9)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Adapter `number` of the record, A within ±1/√in and B within ±0.02, neither zero. */
export function fixedLora(config: DecoderConfig, rank: number, alpha: number, number: number): Lora {
  const matrices = loraModules(config).flatMap(({ name, inputs, outputs }) => [
    { name: `${name}.lora_A`, dims: [rank, inputs], bound: 1 / Math.sqrt(inputs) },
    { name: `${name}.lora_B`, dims: [outputs, rank], bound: 0.02 },
  ]);
  const tensors = matrices.map(({ name, dims, bound }, k) => {
    const value = (_: unknown, i: number) => (2 * (mix(1000 * number + k, i) / 2 ** 32) - 1) * bound;
    return [name, { data: Float32Array.from({ length: dims[0]! * dims[1]! }, value), dims }] as const;
  });
  return { rank, alpha, tensors: new Map(tensors) };
}

/** Positions at which the record keeps matrix `k` of a given size. */
export function fixedEntries(k: number, size: number, count: number): number[] {
  return Array.from({ length: count }, (_, j) => mix(5000 + k, j) % size);
}

/** Product of matrix `k` with sign vector `p` of the record. */
function projection(k: number, p: number, data: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += mix(6000 + 16 * k + p, i) >>> 31 === 1 ? -data[i]! : data[i]!;
  return sum;
}

/** What the record keeps of the gradients of a list of matrices, packed. */
export interface RecordedGradients {
  readonly norms: string;
  readonly entries: string;
  readonly projections: string;
}

/** The largest relative difference of any gradient from the record: in norm, in the entries kept, and in the whole matrix. */
export function worstGradient(gradients: readonly Float32Array[], recorded: RecordedGradients): number {
  const norms = floats(recorded.norms);
  const entries = floats(recorded.entries);
  const products = floats(recorded.projections);
  const [kept, signs] = [entries.length / norms.length, products.length / norms.length];
  let worst = 0;
  gradients.forEach((data, k) => {
    const norm = Math.sqrt(data.reduce((sum, x) => sum + x * x, 0));
    const off = [Math.abs(norm - norms[k]!)];
    for (const [j, at] of fixedEntries(k, data.length, kept).entries())
      off.push(Math.abs(data[at]! - entries[k * kept + j]!));
    // The mean square of products with random signs estimates the squared norm of the whole difference.
    const squares = Array.from({ length: signs }, (_, p) => (projection(k, p, data) - products[k * signs + p]!) ** 2);
    off.push(Math.sqrt(squares.reduce((a, b) => a + b, 0) / signs));
    worst = Math.max(worst, ...off.map((x) => x / norms[k]!));
  });
  return worst;
}

/** base64 of little-endian float32. */
export function floats(base64: string): Float32Array {
  const bytes = Buffer.from(base64, "base64");
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}
