/**
 * Writing GGUF version 3 with float32 tensors: what an adapter or a small model of our own needs. Leaves out quantised
 * tensors, and metadata of 64 bits, booleans and arrays of arrays.
 */
import { writeWholeFile } from "./whole-file.ts";

/** A metadata value under its GGUF type. */
export type GgufWritable =
  | { readonly string: string }
  | { readonly uint32: number }
  | { readonly float32: number }
  | { readonly strings: readonly string[] }
  | { readonly int32s: readonly number[] };

/** A tensor to be written. */
export interface GgufWritableTensor {
  /** Row-major as NumPy has it, at most 4 dimensions, none empty; the file lists them the other way round. */
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Every tensor begins at a multiple of it, the format's own default. */
const alignment = 32;
/** What the format calls its types. */
const types = { int32: 5, uint32: 4, float32: 6, string: 8, array: 9, tensorF32: 0 };

/**
 * Writes metadata and tensors in the order in which they are given; whole or not at all. The folder must exist.
 *
 * @throws SeasError E_DISK when it cannot be written; nothing half-written stays
 */
export async function writeGguf(
  path: string,
  metadata: Readonly<Record<string, GgufWritable>>,
  tensors: ReadonlyMap<string, GgufWritableTensor>,
): Promise<void> {
  const head = headerBytes(metadata, tensors);
  await writeWholeFile(path, async (file) => {
    await file.writeFile(head);
    for (const { data } of tensors.values()) {
      await file.writeFile(padded(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));
    }
  });
}

function headerBytes(
  metadata: Readonly<Record<string, GgufWritable>>,
  tensors: ReadonlyMap<string, GgufWritableTensor>,
): Uint8Array {
  const entries = Object.entries(metadata);
  const parts = [Buffer.from("GGUF"), u32(3), u64(tensors.size), u64(entries.length)];
  for (const [key, value] of entries) parts.push(text(key), ...encoded(value));
  let at = 0;
  for (const [name, { shape, data }] of tensors) {
    const size = shape.reduce((product, n) => product * n, 1);
    if (size === 0 || size !== data.length || shape.length > 4)
      throw new Error(`tensor ${name}: shape [${shape}] of ${data.length} values`);
    parts.push(text(name), u32(shape.length), ...[...shape].reverse().map(u64), u32(types.tensorF32), u64(at));
    at += Math.ceil(data.byteLength / alignment) * alignment;
  }
  return padded(Buffer.concat(parts));
}

/** Type and value. */
function encoded(value: GgufWritable): Buffer[] {
  if ("string" in value) return [u32(types.string), text(value.string)];
  if ("uint32" in value) return [u32(types.uint32), u32(value.uint32)];
  if ("float32" in value) return [u32(types.float32), Buffer.from(Float32Array.of(value.float32).buffer)];
  const array = (type: number, items: readonly Buffer[]) => [u32(types.array), u32(type), u64(items.length), ...items];
  if ("strings" in value) return array(types.string, value.strings.map(text));
  return array(
    types.int32,
    value.int32s.map((n) => Buffer.from(Int32Array.of(n).buffer)),
  );
}

function padded(bytes: Uint8Array): Uint8Array {
  const missing = (alignment - (bytes.length % alignment)) % alignment;
  return missing === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(missing)]);
}

function u32(n: number): Buffer {
  return Buffer.from(Uint32Array.of(n).buffer);
}

function u64(n: number): Buffer {
  return Buffer.from(BigUint64Array.of(BigInt(n)).buffer);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([u64(bytes.length), bytes]);
}
