/**
 * Reading safetensors, the Hugging Face file of named tensors: one file, or a folder of shards seen as one file.
 * The header is checked whole when the file is opened (safetensors-header.ts), tensors are read one at a time.
 * Pickle files (`.bin`, `.pt`) are never read: they are programs.
 */
import { access } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { describeError, SeasError } from "../errors.ts";
import { allocateBytes, allocateFloat32, type BinaryFile, openBinaryFile } from "./binary-file.ts";
import { decodeBF16, decodeF16, decodeF32, decodeF64 } from "./half.ts";
import {
  maxSafetensorsHeader,
  parseSafetensorsHeader,
  type SafetensorsHeader,
  type SafetensorsTensor,
} from "./safetensors-header.ts";
import { parseStrictJson } from "./strict-json.ts";

export { writeSafetensors } from "./safetensors-write.ts";

/** An open file, or folder of shards. */
export interface SafetensorsFile extends SafetensorsHeader {
  readonly path: string;
  /** F64, F32, F16 and BF16 as float32, row-major. Throws E_FORMAT for another type or a name that is not there. */
  readTensor(name: string): Promise<Float32Array>;
  /** The bytes as they stand in the file, little-endian. Throws E_FORMAT for a name that is not there. */
  readRaw(name: string): Promise<Uint8Array>;
  close(): Promise<void>;
}

const decoders = { F64: decodeF64, F32: decodeF32, F16: decodeF16, BF16: decodeBF16 };
const Index = z.looseObject({ weight_map: z.record(z.string(), z.string().regex(/^[^/\\]+\.safetensors$/)) });

/**
 * Opens a file and checks its header; close it when the tensors are read.
 *
 * @throws SeasError E_FORMAT: truncated, header over 100 MB or no JSON, a name twice, an unknown type, tensors that
 * overlap, leave gaps or reach past the end
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const file = await openBinaryFile(path);
  try {
    const header = await readHeader(file);
    const find = (name: string): SafetensorsTensor => {
      const tensor = header.tensors.get(name);
      if (tensor === undefined) throw noTensor(path, name);
      return tensor;
    };
    return {
      path,
      ...header,
      readTensor: async (name) => readFloats(file, find(name)),
      readRaw: async (name) => readBytes(file, find(name)),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Opens a Hugging Face folder: model.safetensors, or the shards that model.safetensors.index.json names, as one file.
 * A tensor's offset is that in its shard.
 *
 * @throws SeasError E_FORMAT as {@link openSafetensors}; also for an index that is damaged or names a file outside the
 * folder, a shard that lacks a tensor of the index, and a tensor in two shards
 */
export async function openSafetensorsFolder(folder: string): Promise<SafetensorsFile> {
  const indexPath = join(folder, "model.safetensors.index.json");
  const sharded = await access(indexPath).then(
    () => true,
    () => false,
  );
  if (!sharded) return openSafetensors(join(folder, "model.safetensors"));
  const weightMap = await readIndex(indexPath);
  const shards = new Map<string, SafetensorsFile>();
  const close = async () => {
    for (const shard of shards.values()) await shard.close();
  };
  try {
    for (const name of [...new Set(weightMap.values())].sort()) {
      shards.set(name, await openSafetensors(join(folder, name)));
    }
    const tensors = mergeTensors(indexPath, weightMap, shards);
    const homeOf = (name: string): SafetensorsFile => {
      const shard = shards.get(weightMap.get(name) ?? "");
      if (shard === undefined) throw noTensor(folder, name);
      return shard;
    };
    return {
      path: folder,
      metadata: shards.values().next().value?.metadata ?? {},
      tensors,
      readTensor: async (name) => homeOf(name).readTensor(name),
      readRaw: async (name) => homeOf(name).readRaw(name),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function readHeader(file: BinaryFile): Promise<SafetensorsHeader> {
  const { path, size } = file;
  if (size < 8) throw new SeasError("E_FORMAT", `${path}: has ${size} bytes, a safetensors file at least 8`);
  const length = Buffer.alloc(8);
  await file.read(length, 0);
  const headerBytes = length.readBigUInt64LE();
  const most = Math.min(maxSafetensorsHeader, size - 8);
  if (headerBytes > BigInt(most)) {
    throw new SeasError(
      "E_FORMAT",
      `${path}: is no safetensors file: a header of ${headerBytes} bytes, at most ${most}`,
    );
  }
  const text = await readText(file, 8, Number(headerBytes));
  return parseSafetensorsHeader(path, text, 8 + Number(headerBytes), size);
}

async function readIndex(path: string): Promise<Map<string, string>> {
  const file = await openBinaryFile(path);
  try {
    if (file.size > maxSafetensorsHeader) {
      throw new SeasError("E_FORMAT", `${path}: has ${file.size} bytes, at most ${maxSafetensorsHeader} are read`);
    }
    const parsed = Index.parse(parseStrictJson(await readText(file, 0, file.size)));
    return new Map(Object.entries(parsed.weight_map));
  } catch (error) {
    if (error instanceof SeasError) throw error;
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    const reason = issue === undefined ? describeError(error) : `${issue.path.map(String).join(".")}: ${issue.message}`;
    throw new SeasError("E_FORMAT", `${path}: is no index of shards: ${reason}`, { cause: error });
  } finally {
    await file.close();
  }
}

function mergeTensors(
  indexPath: string,
  weightMap: ReadonlyMap<string, string>,
  shards: ReadonlyMap<string, SafetensorsFile>,
): Map<string, SafetensorsTensor> {
  const tensors = new Map<string, SafetensorsTensor>();
  for (const [shard, file] of shards) {
    for (const [name, tensor] of file.tensors) {
      if (tensors.has(name))
        throw new SeasError("E_FORMAT", `${file.path}: tensor ${JSON.stringify(name)} is in two shards`);
      if (weightMap.get(name) !== shard) {
        throw new SeasError(
          "E_FORMAT",
          `${indexPath}: does not say that tensor ${JSON.stringify(name)} is in ${shard}`,
        );
      }
      tensors.set(name, tensor);
    }
  }
  for (const [name, shard] of weightMap) {
    if (!tensors.has(name))
      throw new SeasError("E_FORMAT", `${indexPath}: tensor ${JSON.stringify(name)} is not in ${shard}`);
  }
  return tensors;
}

async function readFloats(file: BinaryFile, tensor: SafetensorsTensor): Promise<Float32Array> {
  const { name, dtype, offset, byteLength } = tensor;
  const what = `${file.path}: tensor ${JSON.stringify(name)}`;
  if (!(dtype in decoders)) throw new SeasError("E_FORMAT", `${what} is ${dtype}, not one of ${Object.keys(decoders)}`);
  const bytesEach = dtype === "F64" ? 8 : dtype === "F32" ? 4 : 2;
  const out = allocateFloat32(byteLength / bytesEach, what);
  if (dtype === "F32") {
    await file.read(new Uint8Array(out.buffer), offset);
    return out;
  }
  const chunk = new Uint8Array(Math.min(byteLength, 2 ** 22));
  for (let done = 0; done < byteLength; done += chunk.length) {
    const part = chunk.subarray(0, Math.min(chunk.length, byteLength - done));
    await file.read(part, offset + done);
    decoders[dtype as keyof typeof decoders](part, part.length / bytesEach, out, done / bytesEach);
  }
  return out;
}

async function readBytes(file: BinaryFile, tensor: SafetensorsTensor): Promise<Uint8Array> {
  const bytes = allocateBytes(tensor.byteLength, `${file.path}: tensor ${JSON.stringify(tensor.name)}`);
  await file.read(bytes, tensor.offset);
  return bytes;
}

async function readText(file: BinaryFile, position: number, length: number): Promise<string> {
  const bytes = Buffer.alloc(length);
  await file.read(bytes, position);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new SeasError("E_FORMAT", `${file.path}: the header is not UTF-8`, { cause });
  }
}

function noTensor(path: string, name: string): SeasError {
  return new SeasError("E_FORMAT", `${path}: has no tensor ${JSON.stringify(name)}`);
}
