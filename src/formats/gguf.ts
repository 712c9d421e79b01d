/**
 * GGUF, ggml's model file: a header that is checked whole when the file is opened, and tensors read one at a time,
 * a few megabytes of blocks at a time. Leaves out writing, and files split over several parts.
 */
import { SeasError } from "../errors.ts";
import { allocateFloat32, type BinaryFile, openBinaryFile } from "./binary-file.ts";
import { type GgufHeader, type GgufTensor, readGgufHeader } from "./gguf-header.ts";
import { QUANTIZATIONS } from "./quantization.ts";

/** A GGUF file whose header has been read. */
export interface GgufFile extends GgufHeader {
  readonly path: string;
  /** Values as float32, row-major, exactly as the `gguf` package dequantises them. Throws E_FORMAT. */
  readTensor(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

const chunkBytes = 2 ** 22;

/**
 * Opens a file and reads its header; close it when the tensors are read.
 *
 * @throws SeasError E_FORMAT naming the file, what is wrong and the numbers
 */
export async function openGguf(path: string): Promise<GgufFile> {
  const file = await openBinaryFile(path);
  try {
    const header = readGgufHeader(file);
    return {
      path,
      ...header,
      readTensor: async (name) => {
        const tensor = header.tensors.get(name);
        if (tensor === undefined) throw new SeasError("E_FORMAT", `${path}: has no tensor ${JSON.stringify(name)}`);
        return readDequantized(file, tensor);
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readDequantized(file: BinaryFile, tensor: GgufTensor): Promise<Float32Array> {
  const { blockSize, blockBytes, decode } = QUANTIZATIONS[tensor.type];
  const blocks = tensor.byteLength / blockBytes;
  const out = allocateFloat32(blocks * blockSize, `${file.path}: tensor ${JSON.stringify(tensor.name)}`);
  const step = Math.min(blocks, Math.floor(chunkBytes / blockBytes));
  const bytes = new Uint8Array(step * blockBytes);
  for (let done = 0; done < blocks; done += step) {
    const count = Math.min(step, blocks - done);
    await file.read(bytes.subarray(0, count * blockBytes), tensor.offset + done * blockBytes);
    decode(bytes, count, out, done * blockSize);
  }
  return out;
}
