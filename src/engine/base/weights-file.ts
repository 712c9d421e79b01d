/**
 * A weights file: a model's tensors as little-endian float32 (or bytes), made once and kept in the cache, so that ONNX
 * Runtime can map it as external data. The layout follows from the configuration alone; the JSON beside it says the same
 * for other readers, and its presence says that the file is whole.
 */
import { open, readFile, stat } from "node:fs/promises";
import { endianness } from "node:os";
import { join } from "node:path";
import { SeasError } from "../../errors.ts";
import { prepareFolder, requireSpace, writeWhole } from "./cache.ts";

/** Raised whenever the bytes that we make from one source change. */
export const weightsFormat = 1;

/** Offsets are multiples of this: what the file systems and ONNX Runtime want for mapping. */
const alignment = 4096;

/** Where each tensor lies. */
export interface WeightsFile {
  /** Absolute path. */
  readonly path: string;
  /** By Hugging Face name; offset and byteLength in bytes, shape as [out, in]. */
  readonly tensors: ReadonlyMap<
    string,
    { readonly shape: readonly number[]; readonly offset: number; readonly byteLength: number }
  >;
}

/** A tensor to be written. */
export interface WeightsTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** @default "float32" */
  readonly dtype?: "float32" | "int8";
  /** Its values in row order; called once, in order. */
  readonly read: () => Promise<Float32Array | Int8Array>;
}

/** How to write. */
export interface WeightsOptions {
  /** Bytes written and bytes in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly onNote?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The weights file `folder/name`: the one in the cache, or a new one.
 *
 * @param name says the source and the format, nothing else may share it
 * @throws SeasError E_DISK without room, E_MODEL for a tensor of another size or with values that are not finite
 */
export async function prepareWeights(
  folder: string,
  name: string,
  tensors: readonly WeightsTensor[],
  options: WeightsOptions,
): Promise<WeightsFile> {
  const path = join(folder, name);
  const { places, bytes } = layOut(tensors);
  const index = `${JSON.stringify({ format: weightsFormat, bytes, tensors: Object.fromEntries(places) }, null, 1)}\n`;
  const indexPath = `${path}.json`;
  const [size, saved] = await Promise.all([
    stat(path)
      .then((s) => s.size)
      .catch(() => -1),
    readFile(indexPath, "utf8").catch(() => ""),
  ]);
  if (size === bytes && saved === index) return { path, tensors: places };

  await prepareFolder(folder);
  await requireSpace(folder, bytes);
  options.onNote?.(`weights: written to ${path} (${Math.round(bytes / 1e6)} MB, once)`);
  await writeWhole(path, async (file) => {
    for (const tensor of tensors) {
      options.signal?.throwIfAborted();
      const { offset, byteLength } = places.get(tensor.name)!;
      const values = await tensor.read();
      if (values.byteLength !== byteLength) {
        throw new SeasError(
          "E_MODEL",
          `tensor ${tensor.name} holds ${values.length} values, its shape [${tensor.shape.join(", ")}] says ${sizeOf(tensor.shape)}`,
        );
      }
      const bad = firstNotFinite(values);
      if (bad >= 0)
        throw new SeasError("E_MODEL", `tensor ${tensor.name}: value ${bad} is ${values[bad]}`, {
          hint: "the model file is damaged",
        });
      await writeAt(file, littleEndian(values), offset);
      options.onProgress?.(offset + byteLength, bytes);
    }
    await file.truncate(bytes);
    options.onProgress?.(bytes, bytes);
  });
  await writeWhole(indexPath, (file) => file.writeFile(index));
  return { path, tensors: places };
}

/** The values of a float32 tensor of a weights file. */
export async function readWeights({ path, tensors }: WeightsFile, name: string): Promise<Float32Array> {
  const { offset, byteLength } = tensors.get(name)!;
  const file = await open(path);
  try {
    const bytes = Buffer.alloc(byteLength);
    for (let done = 0; done < byteLength; ) {
      const { bytesRead } = await file.read(bytes, done, Math.min(byteLength - done, 1 << 28), offset + done);
      if (bytesRead === 0) throw new Error(`${path} ends before ${name} does`);
      done += bytesRead;
    }
    return new Float32Array(bytes.buffer, bytes.byteOffset, byteLength / 4);
  } finally {
    await file.close();
  }
}

function layOut(tensors: readonly WeightsTensor[]) {
  const places = new Map<string, { shape: readonly number[]; offset: number; byteLength: number }>();
  let bytes = 0;
  for (const { name, shape, dtype } of tensors) {
    const byteLength = (dtype === "int8" ? 1 : 4) * sizeOf(shape);
    places.set(name, { shape, offset: bytes, byteLength });
    bytes = Math.ceil((bytes + byteLength) / alignment) * alignment;
  }
  return { places, bytes };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

function firstNotFinite(values: Float32Array | Int8Array): number {
  if (values instanceof Int8Array) return -1;
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return i;
  return -1;
}

function littleEndian(values: Float32Array | Int8Array): Buffer {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return endianness() === "LE" || values instanceof Int8Array ? bytes : Buffer.from(bytes).swap32();
}

/** Writes all of it: one call of the system may take less, and no more than 2 GiB. */
async function writeAt(
  file: { write: (b: Buffer, o: number, l: number, p: number) => Promise<{ bytesWritten: number }> },
  bytes: Buffer,
  offset: number,
) {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, Math.min(bytes.length - done, 1 << 28), offset + done);
    done += bytesWritten;
  }
}
