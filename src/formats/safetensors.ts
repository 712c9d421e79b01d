/**
 * safetensors (huggingface/safetensors, format of 2023): an 8-byte header length, a JSON header, raw tensors. Reading
 * believes nothing: the header is bounded, names are unique, and the tensors must cover the data exactly. Writing is
 * deterministic and atomic.
 */
import { type FileHandle, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describeError, SeasError } from "../errors.ts";
import { decodeBF16, decodeF16 } from "./half.ts";

/** One tensor's place in a file. */
export interface SafetensorsTensor {
  readonly name: string;
  readonly dtype: "F64" | "F32" | "F16" | "BF16" | "I64" | "I32" | "I16" | "I8" | "U8" | "BOOL";
  readonly shape: readonly number[];
  /** In the file, bytes. */
  readonly offset: number;
  readonly byteLength: number;
}

export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
  /** Values as float32; throws SeasError E_FORMAT for a type that is not floating-point. */
  readTensor(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

const sizes = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 } as const;
const maxHeader = 100 * 2 ** 20;

/**
 * Opens a file and checks its header.
 *
 * @throws SeasError E_FORMAT: truncated, header over 100 MB or not JSON, duplicate name, unknown dtype, tensors that
 * overlap, leave gaps or reach past the end
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const handle = await open(path, "r").catch((cause: unknown) => {
    throw new SeasError("E_FORMAT", `${path}: cannot be opened: ${describeError(cause)}`, { cause });
  });
  try {
    const { metadata, tensors } = await readHeader(path, handle);
    return { metadata, tensors, close: () => handle.close(), readTensor: (name) => readFloats(path, handle, tensors.get(name), name) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** A Hugging Face folder: model.safetensors, or the shards that model.safetensors.index.json names, as one. */
export async function openSafetensorsFolder(folder: string): Promise<SafetensorsFile> {
  const index = await readFile(join(folder, "model.safetensors.index.json"), "utf8").catch(() => undefined);
  if (index === undefined) return openSafetensors(join(folder, "model.safetensors"));
  const shards = shardNames(folder, index);
  const files: SafetensorsFile[] = [];
  const close = async () => {
    for (const file of files) await file.close();
  };
  try {
    const home = new Map<string, SafetensorsFile>();
    const tensors = new Map<string, SafetensorsTensor>();
    for (const shard of shards) {
      const file = await openSafetensors(join(folder, shard));
      files.push(file);
      for (const [name, tensor] of file.tensors) {
        if (tensors.has(name)) throw new SeasError("E_FORMAT", `${folder}: tensor ${name} is in two shards`);
        tensors.set(name, tensor);
        home.set(name, file);
      }
    }
    const missing = (name: string) => new SeasError("E_FORMAT", `${folder}: no tensor ${name}`);
    return {
      metadata: {}, tensors, close,
      readTensor: async (name) => {
        const file = home.get(name);
        if (file === undefined) throw missing(name);
        return file.readTensor(name);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function shardNames(folder: string, index: string): string[] {
  const bad = (what: string) => new SeasError("E_FORMAT", `${folder}/model.safetensors.index.json: ${what}`);
  const map = (parseJson(index, bad) as { weight_map?: unknown }).weight_map;
  if (typeof map !== "object" || map === null) throw bad("no weight_map");
  const names = [...new Set(Object.values(map))];
  for (const name of names) {
    if (typeof name !== "string" || name.includes("/") || name.includes("\\")) throw bad(`shard ${JSON.stringify(name)} is not a file of this folder`);
  }
  return (names as string[]).sort();
}

function parseJson(text: string, bad: (what: string) => Error): unknown {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    throw bad("not JSON");
  }
  throw bad("not a JSON object");
}

async function readHeader(path: string, handle: FileHandle) {
  const bad = (what: string) => new SeasError("E_FORMAT", `${path}: ${what}`, { hint: "the file is damaged or no safetensors file" });
  const { size } = await handle.stat();
  if (size < 8) throw bad(`${size} bytes, fewer than the 8 of a header length`);
  const length = (await bytesAt(path, handle, 0, 8)).readBigUInt64LE();
  if (length > BigInt(Math.min(maxHeader, size - 8))) throw bad(`a header of ${length} bytes in a file of ${size}`);
  const text = (await bytesAt(path, handle, 8, Number(length))).toString("utf8");
  const header = parseJson(text, bad) as Record<string, unknown>;
  const metadata = (header.__metadata__ ?? {}) as Record<string, string>;
  if (topLevelKeys(text) !== Object.keys(header).length) throw bad("a tensor name stands twice in the header");
  const data = 8 + Number(length);
  const tensors = Object.entries(header).filter(([name]) => name !== "__metadata__").map(([name, value]) => tensorOf(name, value, data, bad));
  let at = data;
  for (const t of [...tensors].sort((a, b) => a.offset - b.offset || a.byteLength - b.byteLength)) {
    if (t.offset !== at) throw bad(`tensor ${t.name} begins at byte ${t.offset}, expected ${at}`);
    at += t.byteLength;
  }
  if (at !== size) throw bad(`the tensors end at byte ${at}, the file at ${size}`);
  return { metadata, tensors: new Map(tensors.map((t) => [t.name, t])) };
}

function tensorOf(name: string, value: unknown, data: number, bad: (what: string) => Error): SafetensorsTensor {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  if (typeof dtype !== "string" || !Object.hasOwn(sizes, dtype)) throw bad(`tensor ${name} has the unknown type ${String(dtype)}`);
  const natural = (x: unknown): x is number => Number.isSafeInteger(x) && (x as number) >= 0;
  if (!Array.isArray(shape) || shape.length > 16 || !shape.every(natural)) throw bad(`tensor ${name} has no valid shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(natural)) throw bad(`tensor ${name} has no valid offsets`);
  const [from, to] = offsets as [number, number];
  const expected = shape.reduce((a: number, b: number) => a * b, sizes[dtype as keyof typeof sizes]);
  if (to - from !== expected) throw bad(`tensor ${name} takes ${to - from} bytes, its shape [${shape}] needs ${expected}`);
  return { name, dtype: dtype as keyof typeof sizes, shape: shape as number[], offset: data + from, byteLength: expected };
}

/** Keys of the outermost object, repeated ones counted each time: JSON.parse would keep only the last. */
function topLevelKeys(json: string): number {
  let depth = 0;
  let keys = 0;
  for (let i = 0; i < json.length; i++) {
    const c = json[i];
    if (c === '"') {
      for (i++; json[i] !== '"'; i++) if (json[i] === "\\") i++;
      if (depth === 1 && /^\s*:/.test(json.slice(i + 1, i + 20))) keys++;
    } else if (c === "{" || c === "[") depth++;
    else if (c === "}" || c === "]") depth--;
  }
  return keys;
}

async function readFloats(path: string, handle: FileHandle, tensor: SafetensorsTensor | undefined, name: string): Promise<Float32Array> {
  if (tensor === undefined) throw new SeasError("E_FORMAT", `${path}: no tensor ${name}`);
  const { dtype, offset, byteLength } = tensor;
  if (!["F64", "F32", "F16", "BF16"].includes(dtype)) throw new SeasError("E_FORMAT", `${path}: tensor ${name} is ${dtype}, not floating-point`);
  const bytes = await bytesAt(path, handle, offset, byteLength);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + byteLength) as ArrayBuffer;
  if (dtype === "F32") return new Float32Array(buffer);
  if (dtype === "F64") return Float32Array.from(new Float64Array(buffer));
  const values = new Float32Array(byteLength / 2);
  (dtype === "F16" ? decodeF16 : decodeBF16)(bytes, values.length, values, 0);
  return values;
}

async function bytesAt(path: string, handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(buffer, done, length - done, offset + done);
    if (bytesRead === 0) throw new SeasError("E_FORMAT", `${path}: ends at byte ${offset + done}, expected ${offset + length}`);
    done += bytesRead;
  }
  return buffer;
}

/**
 * Writes float32 tensors: names sorted, header padded to 8 bytes, to a temporary name, synced, renamed.
 *
 * @throws SeasError E_DISK when it cannot be written; nothing half-written stays
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const names = [...tensors.keys()].sort();
  const header: Record<string, unknown> = Object.keys(metadata).length === 0 ? {} : { __metadata__: metadata };
  let at = 0;
  for (const name of names) {
    const { shape, data } = tensors.get(name)!;
    if (shape.reduce((a, b) => a * b, 1) !== data.length) throw new Error(`tensor ${name}: ${data.length} values in the shape [${shape}]`);
    header[name] = { dtype: "F32", shape, data_offsets: [at, (at += data.byteLength)] };
  }
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(Math.ceil(text.length / 8) * 8, " ");
  text.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const temporary = join(dirname(path), `.${process.pid}-${Date.now()}.safetensors.tmp`);
  try {
    const handle = await open(temporary, "w");
    try {
      await handle.writeFile(Buffer.concat([length, padded]));
      for (const name of names) {
        const { data } = tensors.get(name)!;
        await handle.writeFile(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new SeasError("E_DISK", `${path}: cannot be written: ${describeError(cause)}`, { cause, hint: "free some space or choose another folder, then run the same command again" });
  }
}
