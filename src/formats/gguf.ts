/**
 * GGUF, versions 2 and 3 (ggml's file format): metadata and quantised tensors. Nothing the file says is believed:
 * counts and lengths are bounded by the file's size before anything is allocated, keys and names are unique, tensors
 * are aligned, inside the file and apart from each other. Tensors are read one at a time.
 */
import { type FileHandle, open } from "node:fs/promises";
import { describeError, SeasError } from "../errors.ts";
import { dequantize, QUANTIZATIONS, type QuantizationType, quantizationById, quantizationName } from "./quantization.ts";

export type GgufValue = string | number | bigint | boolean | readonly GgufValue[];

export interface GgufTensor {
  readonly name: string;
  /** Row-major as NumPy has it: the reverse of the file's order. */
  readonly shape: readonly number[];
  readonly type: QuantizationType;
  /** In the file, bytes. */
  readonly offset: number;
  readonly byteLength: number;
}

export interface GgufFile {
  readonly path: string;
  readonly version: number;
  readonly alignment: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  /** Values as float32, exactly as the `gguf` package dequantises them. */
  readTensor(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Opens a file and reads its header.
 *
 * @throws SeasError E_FORMAT naming the file, what is wrong and the numbers
 */
export async function openGguf(path: string): Promise<GgufFile> {
  const handle = await open(path, "r").catch((cause: unknown) => {
    throw new SeasError("E_FORMAT", `${path}: cannot be opened: ${describeError(cause)}`, { cause });
  });
  try {
    const header = await readHeader(path, handle);
    return {
      path, ...header, close: () => handle.close(),
      async readTensor(name) {
        const tensor = header.tensors.get(name);
        if (tensor === undefined) throw new SeasError("E_FORMAT", `${path}: no tensor ${name}`);
        const bytes = Buffer.alloc(tensor.byteLength);
        for (let done = 0; done < bytes.length; ) {
          const { bytesRead } = await handle.read(bytes, done, bytes.length - done, tensor.offset + done);
          if (bytesRead === 0) throw new SeasError("E_FORMAT", `${path}: ends inside tensor ${name}`);
          done += bytesRead;
        }
        return dequantize(tensor.type, bytes);
      },
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

type Bad = (what: string) => SeasError;

async function readHeader(path: string, handle: FileHandle) {
  const { size } = await handle.stat();
  const bad: Bad = (what) => new SeasError("E_FORMAT", `${path}: ${what}`, { hint: "the file is damaged or no GGUF file" });
  const r = reader(handle, size, bad);
  const magic = await r.u32();
  if (magic !== 0x46554747) throw bad("does not begin with GGUF");
  const version = await r.u32();
  if (version !== 2 && version !== 3) throw bad(`GGUF version ${version}; 2 and 3 can be read`);
  // The smallest tensor entry takes 24 bytes, the smallest metadata entry 13.
  const tensorCount = await r.count(24, "tensors");
  const metadataCount = await r.count(13, "metadata entries");

  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < metadataCount; i++) {
    const key = await r.string();
    if (metadata.has(key)) throw bad(`the key ${key} stands twice`);
    metadata.set(key, await r.value(await r.u32(), 0));
  }
  const alignment = Number(metadata.get("general.alignment") ?? 32);
  if (!Number.isInteger(alignment) || alignment < 8 || alignment > 2 ** 20 || alignment % 8 !== 0) throw bad(`an alignment of ${alignment}`);

  const entries: { name: string; shape: number[]; type: QuantizationType; relative: number; byteLength: number }[] = [];
  const names = new Set<string>();
  for (let i = 0; i < tensorCount; i++) {
    const entry = await readEntry(r, alignment, size, bad);
    if (names.has(entry.name)) throw bad(`the tensor ${entry.name} stands twice`);
    names.add(entry.name);
    entries.push(entry);
  }
  const data = Math.ceil(r.position() / alignment) * alignment;
  let end = 0;
  for (const { name, relative, byteLength } of [...entries].sort((a, b) => a.relative - b.relative)) {
    if (relative < end) throw bad(`tensor ${name} begins at byte ${relative} of the data, inside the one that ends at ${end}`);
    end = relative + byteLength;
    if (data + end > size) throw bad(`tensor ${name} ends at byte ${data + end}, the file at ${size}`);
  }
  const tensors = new Map(entries.map(({ relative, ...t }): [string, GgufTensor] => [t.name, { ...t, offset: data + relative }]));
  return { version, alignment, metadata, tensors };
}

async function readEntry(r: Reader, alignment: number, size: number, bad: Bad) {
  const name = await r.string();
  const rank = await r.u32();
  if (rank < 1 || rank > 4) throw bad(`tensor ${name} has ${rank} dimensions, expected 1 to 4`);
  const ne: number[] = [];
  for (let d = 0; d < rank; d++) ne.push(Number(await r.u64()));
  const typeId = await r.u32();
  const relative = Number(await r.u64());
  const type = quantizationById(typeId);
  if (type === undefined) {
    throw new SeasError("E_FORMAT", `tensor ${name} has the type ${quantizationName(typeId)}, which cannot be read`, {
      hint: `readable: ${Object.keys(QUANTIZATIONS).join(", ")}`,
    });
  }
  const { blockSize, blockBytes } = QUANTIZATIONS[type];
  const elements = ne.reduce((a, b) => a * b, 1);
  if (!(elements > 0) || elements > size * 32) throw bad(`tensor ${name} of ${ne.join(" × ")} values in a file of ${size} bytes`);
  if (ne[0]! % blockSize !== 0) throw bad(`tensor ${name}: rows of ${ne[0]} are no whole number of ${type} blocks of ${blockSize}`);
  if (!Number.isSafeInteger(relative) || relative % alignment !== 0) throw bad(`tensor ${name} begins at byte ${relative}, not at a multiple of ${alignment}`);
  return { name, shape: ne.reverse(), type, relative, byteLength: (elements / blockSize) * blockBytes };
}

interface Reader {
  u32(): Promise<number>;
  u64(): Promise<bigint>;
  /** A u64 count of things that each take at least `least` bytes. */
  count(least: number, what: string): Promise<number>;
  string(): Promise<string>;
  value(type: number, depth: number): Promise<GgufValue>;
  position(): number;
}

/** Scalars by GGUF type number: size, and how to read one. */
const scalars: Readonly<Record<number, readonly [number, (b: Buffer, at: number) => GgufValue]>> = {
  0: [1, (b, at) => b.readUInt8(at)],
  1: [1, (b, at) => b.readInt8(at)],
  2: [2, (b, at) => b.readUInt16LE(at)],
  3: [2, (b, at) => b.readInt16LE(at)],
  4: [4, (b, at) => b.readUInt32LE(at)],
  5: [4, (b, at) => b.readInt32LE(at)],
  6: [4, (b, at) => b.readFloatLE(at)],
  7: [1, (b, at) => b.readUInt8(at) !== 0],
  10: [8, (b, at) => b.readBigUInt64LE(at)],
  11: [8, (b, at) => b.readBigInt64LE(at)],
  12: [8, (b, at) => b.readDoubleLE(at)],
};
const stringType = 8;
const arrayType = 9;

/** A cursor over the file, a buffered piece at a time. */
function reader(handle: FileHandle, size: number, bad: Bad): Reader {
  let buffer: Buffer = Buffer.alloc(0);
  let start = 0; // of the buffer, in the file
  let at = 0; // of the cursor, in the file
  const take = async (length: number): Promise<{ b: Buffer; at: number }> => {
    if (at + length > size) throw bad(`ends at byte ${size}, while ${length} bytes are wanted at ${at}`);
    if (at < start || at + length > start + buffer.length) {
      const want = Math.min(size - at, Math.max(length, 2 ** 16));
      const next = Buffer.alloc(want);
      const { bytesRead } = await handle.read(next, 0, want, at);
      if (bytesRead < length) throw bad(`ends at byte ${at + bytesRead}, while ${length} bytes are wanted at ${at}`);
      buffer = next.subarray(0, bytesRead);
      start = at;
    }
    const position = at - start;
    at += length;
    return { b: buffer, at: position };
  };
  const self: Reader = {
    position: () => at,
    async u32() {
      const { b, at: p } = await take(4);
      return b.readUInt32LE(p);
    },
    async u64() {
      const { b, at: p } = await take(8);
      return b.readBigUInt64LE(p);
    },
    async count(least, what) {
      const n = await self.u64();
      if (n * BigInt(least) > BigInt(size - at)) throw bad(`${n} ${what} cannot be in the ${size - at} bytes that are left`);
      return Number(n);
    },
    async string() {
      const length = await self.count(1, "bytes of a text");
      const { b, at: p } = await take(length);
      return b.toString("utf8", p, p + length);
    },
    async value(type, depth) {
      if (type === stringType) return self.string();
      const scalar = scalars[type];
      if (scalar !== undefined) {
        const { b, at: p } = await take(scalar[0]);
        return scalar[1](b, p);
      }
      if (type !== arrayType) throw bad(`a metadata value of the unknown type ${type}`);
      if (depth > 3) throw bad("arrays nested deeper than 4");
      const itemType = await self.u32();
      const n = await self.count(itemType === stringType ? 8 : (scalars[itemType]?.[0] ?? 12), "array items");
      const items: GgufValue[] = [];
      for (let i = 0; i < n; i++) items.push(await self.value(itemType, depth + 1));
      return items;
    },
  };
  return self;
}
