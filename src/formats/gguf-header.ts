/**
 * The header of a GGUF file, versions 2 and 3: metadata and where each tensor lies. Nothing the file says is believed:
 * counts and lengths are bounded by its size before anything is allocated, keys and names are unique, tensors are
 * aligned, inside the file and apart from each other. Leaves out big-endian files.
 */
import { SeasError } from "../errors.ts";
import { type ByteReader, createByteReader } from "./byte-reader.ts";
import { QUANTIZATIONS, type QuantizationType, quantizationById, quantizationName } from "./quantization.ts";

/** A metadata value; 64-bit integers are `number` where that is exact, else `bigint`. */
type GgufValue = string | number | bigint | boolean | readonly GgufValue[];

/** One tensor's place in a file. */
export interface GgufTensor {
  readonly name: string;
  /** Row-major as NumPy has it: the reverse of the file's order. */
  readonly shape: readonly number[];
  readonly type: QuantizationType;
  /** First byte, from the start of the file. */
  readonly offset: number;
  readonly byteLength: number;
}

/** What a header says. */
export interface GgufHeader {
  /** 2 or 3. */
  readonly version: number;
  /** A power of two, 8 or more; every tensor begins at a multiple of it. */
  readonly alignment: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

/** What {@link readGgufHeader} reads from. */
export interface GgufSource {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly readSync: (target: Uint8Array, position: number) => void;
}

type Scalar = readonly [bytes: number, decode: (view: DataView, offset: number) => GgufValue];
type Fail = (what: string) => SeasError;

// Far above any real header (a vocabulary of 256k tokens takes about 10 MB) and small enough for memory.
const maxHeaderBytes = 2 ** 28;
const maxArrayItems = 2 ** 24;
const maxDepth = 4;

const smallestTensor = 24;
const smallestEntry = 13;
const stringType = 8;
const arrayType = 9;
const scalars: Readonly<Record<number, Scalar>> = {
  0: [1, (view, at) => view.getUint8(at)],
  1: [1, (view, at) => view.getInt8(at)],
  2: [2, (view, at) => view.getUint16(at, true)],
  3: [2, (view, at) => view.getInt16(at, true)],
  4: [4, (view, at) => view.getUint32(at, true)],
  5: [4, (view, at) => view.getInt32(at, true)],
  6: [4, (view, at) => view.getFloat32(at, true)],
  7: [1, (view, at) => view.getUint8(at) !== 0],
  10: [8, (view, at) => narrow(view.getBigUint64(at, true))],
  11: [8, (view, at) => narrow(view.getBigInt64(at, true))],
  12: [8, (view, at) => view.getFloat64(at, true)],
};

/** Reads and checks a header. Throws E_FORMAT naming the file, what is wrong and the numbers. */
export function readGgufHeader(source: GgufSource): GgufHeader {
  const { path, size } = source;
  const fail: Fail = (what) => new SeasError("E_FORMAT", `${path}: ${what}`);
  const reader = createByteReader({ path, limit: Math.min(size, maxHeaderBytes), readSync: source.readSync });
  if (reader.u32("the magic") !== 0x46554747) throw fail("is no GGUF file: it does not begin with GGUF");
  const version = reader.u32("the version");
  if (version !== 2 && version !== 3) {
    throw fail(
      (version & 0xffff) === 0 && version !== 0
        ? "is a big-endian GGUF file, only little-endian ones can be read"
        : `has GGUF version ${version}, only 2 and 3 can be read`,
    );
  }
  const tensorCount = reader.count(smallestTensor, "tensors");
  const entryCount = reader.count(smallestEntry, "metadata entries");
  const metadata = readMetadata(reader, entryCount, fail);
  const alignment = metadata.get("general.alignment") ?? 32;
  if (typeof alignment !== "number" || alignment < 8 || !Number.isInteger(Math.log2(alignment))) {
    throw fail(`general.alignment is ${String(alignment)}, expected a power of two of 8 or more`);
  }

  const tensors = new Map<string, GgufTensor>();
  for (let i = 0; i < tensorCount; i++) {
    const tensor = readTensorInfo(reader, alignment, size, fail);
    if (tensors.has(tensor.name)) throw fail(`tensor ${JSON.stringify(tensor.name)} stands twice`);
    tensors.set(tensor.name, tensor);
  }
  const base = Math.ceil(reader.position() / alignment) * alignment;
  return { version, alignment, metadata, tensors: placed(tensors, base, size, fail) };
}

function readMetadata(reader: ByteReader, count: number, fail: Fail): Map<string, GgufValue> {
  const metadata = new Map<string, GgufValue>();
  let items = 0;

  function value(key: string, type: number, depth: number): GgufValue {
    if (type === stringType) return reader.text(key);
    const scalar = scalars[type];
    if (scalar !== undefined) return reader.scalar(scalar[0], key, scalar[1]);
    if (type !== arrayType) throw fail(`${key} has the unknown value type ${type}`);
    if (depth === maxDepth) throw fail(`${key} nests arrays deeper than ${maxDepth}`);
    const itemType = reader.u32(key);
    const length = reader.count(scalars[itemType]?.[0] ?? (itemType === stringType ? 8 : 12), `items of ${key}`);
    items += length;
    if (items > maxArrayItems) throw fail(`${items} array items up to ${key}, at most ${maxArrayItems} are read`);
    const array: GgufValue[] = [];
    for (let i = 0; i < length; i++) array.push(value(key, itemType, depth + 1));
    return array;
  }

  for (let i = 0; i < count; i++) {
    const key = reader.text("a metadata key");
    const quoted = JSON.stringify(key.slice(0, 80));
    if (metadata.has(key)) throw fail(`the key ${quoted} stands twice`);
    metadata.set(key, value(quoted, reader.u32(quoted), 0));
  }
  return metadata;
}

/** One entry; its offset is still that within the data. */
function readTensorInfo(reader: ByteReader, alignment: number, size: number, fail: Fail): GgufTensor {
  const name = reader.text("a tensor name");
  const quoted = `tensor ${JSON.stringify(name.slice(0, 80))}`;
  const rank = reader.u32(quoted);
  if (rank > 4) throw fail(`${quoted} has ${rank} dimensions, at most 4 are read`);
  const ne = Array.from({ length: rank }, () => reader.u64(quoted));
  const typeId = reader.u32(quoted);
  const offset = reader.u64(quoted);
  const type = quantizationById(typeId);
  if (type === undefined) {
    throw new SeasError("E_FORMAT", `${fail(quoted).message} has the type ${quantizationName(typeId)}`, {
      hint: `readable types: ${Object.keys(QUANTIZATIONS).join(", ")}`,
    });
  }
  const { blockSize, blockBytes } = QUANTIZATIONS[type];
  const elements = ne.reduce((product, n) => product * n, 1n);
  if (elements === 0n) throw fail(`${quoted} is empty: ${ne.join(" × ")}`);
  if ((ne[0] ?? 1n) % BigInt(blockSize) !== 0n) {
    throw fail(`${quoted} has rows of ${ne[0] ?? 1} values, no whole number of ${type} blocks of ${blockSize}`);
  }
  const byteLength = (elements / BigInt(blockSize)) * BigInt(blockBytes);
  if (offset + byteLength > BigInt(size)) {
    throw fail(`${quoted} takes ${byteLength} bytes from byte ${offset} of the data, the whole file has ${size}`);
  }
  if (offset % BigInt(alignment) !== 0n) {
    throw fail(`${quoted} begins at byte ${offset} of the data, no multiple of ${alignment}`);
  }
  return { name, shape: ne.map(Number).reverse(), type, offset: Number(offset), byteLength: Number(byteLength) };
}

function placed(
  tensors: ReadonlyMap<string, GgufTensor>,
  base: number,
  size: number,
  fail: Fail,
): Map<string, GgufTensor> {
  const result = new Map<string, GgufTensor>();
  for (const tensor of tensors.values()) result.set(tensor.name, { ...tensor, offset: base + tensor.offset });
  let end = base;
  let last = "";
  for (const { name, offset, byteLength } of [...result.values()].sort((a, b) => a.offset - b.offset)) {
    const quoted = `tensor ${JSON.stringify(name)}`;
    if (offset < end) throw fail(`${quoted} begins at byte ${offset}, before tensor ${last} ends at ${end}`);
    end = offset + byteLength;
    last = JSON.stringify(name);
    if (end > size) throw fail(`${quoted} ends at byte ${end}, the file at ${size}`);
  }
  return result;
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
