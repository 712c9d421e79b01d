/**
 * The GGUF tensor types that can be read, and their decoding to float32, bit for bit as the `gguf` package does it
 * (test/parity/recorded/gguf-dequantise.json). Quantising is left out, and so are the importance-matrix types but IQ4_NL.
 */
import { SeasError } from "../errors.ts";
import { decodeBF16, decodeF16, decodeF32 } from "./half.ts";
import { decodeQ2_K, decodeQ3_K, decodeQ4_K, decodeQ5_K, decodeQ6_K } from "./quantization-k.ts";
import { decodeIQ4_NL, decodeQ4_0, decodeQ4_1, decodeQ5_0, decodeQ5_1, decodeQ8_0 } from "./quantization-legacy.ts";

/** Decodes `blocks` blocks at the head of `bytes` into `out` from index `start`. */
type Decode = (bytes: Uint8Array, blocks: number, out: Float32Array, start: number) => void;

/** How a type lies in a file. */
export interface QuantizationLayout {
  /** Its number in a GGUF header. */
  readonly id: number;
  /** Weights a block. */
  readonly blockSize: number;
  /** Bytes a block. */
  readonly blockBytes: number;
  readonly decode: Decode;
}

/** Every readable type by its GGUF name. */
export const QUANTIZATIONS = {
  F32: { id: 0, blockSize: 1, blockBytes: 4, decode: decodeF32 },
  F16: { id: 1, blockSize: 1, blockBytes: 2, decode: decodeF16 },
  BF16: { id: 30, blockSize: 1, blockBytes: 2, decode: decodeBF16 },
  Q4_0: { id: 2, blockSize: 32, blockBytes: 18, decode: decodeQ4_0 },
  Q4_1: { id: 3, blockSize: 32, blockBytes: 20, decode: decodeQ4_1 },
  Q5_0: { id: 6, blockSize: 32, blockBytes: 22, decode: decodeQ5_0 },
  Q5_1: { id: 7, blockSize: 32, blockBytes: 24, decode: decodeQ5_1 },
  Q8_0: { id: 8, blockSize: 32, blockBytes: 34, decode: decodeQ8_0 },
  Q2_K: { id: 10, blockSize: 256, blockBytes: 84, decode: decodeQ2_K },
  Q3_K: { id: 11, blockSize: 256, blockBytes: 110, decode: decodeQ3_K },
  Q4_K: { id: 12, blockSize: 256, blockBytes: 144, decode: decodeQ4_K },
  Q5_K: { id: 13, blockSize: 256, blockBytes: 176, decode: decodeQ5_K },
  Q6_K: { id: 14, blockSize: 256, blockBytes: 210, decode: decodeQ6_K },
  IQ4_NL: { id: 20, blockSize: 32, blockBytes: 18, decode: decodeIQ4_NL },
} as const satisfies Readonly<Record<string, QuantizationLayout>>;

/** Name of a readable type, such as `Q4_1`. */
export type QuantizationType = keyof typeof QUANTIZATIONS;

// Named only so that an error can say which type a file holds.
const UNREADABLE: Readonly<Record<number, string>> = {
  9: "Q8_1",
  15: "Q8_K",
  16: "IQ2_XXS",
  17: "IQ2_XS",
  18: "IQ3_XXS",
  19: "IQ1_S",
  21: "IQ3_S",
  22: "IQ2_S",
  23: "IQ4_XS",
  24: "I8",
  25: "I16",
  26: "I32",
  27: "I64",
  28: "F64",
  29: "IQ1_M",
  34: "TQ1_0",
  35: "TQ2_0",
  39: "MXFP4",
  40: "NVFP4",
  41: "Q1_0",
};

/** The readable type with this GGUF number, or `undefined`. */
export function quantizationById(id: number): QuantizationType | undefined {
  const names = Object.keys(QUANTIZATIONS) as QuantizationType[];
  return names.find((name) => QUANTIZATIONS[name].id === id);
}

/** What to call a GGUF type number in a message, readable or not. */
export function quantizationName(id: number): string {
  return quantizationById(id) ?? UNREADABLE[id] ?? `number ${id}`;
}

/**
 * Whole blocks to float32: `bytes.length / blockBytes · blockSize` weights.
 * Throws E_FORMAT when the bytes are no whole number of blocks.
 */
export function dequantize(type: QuantizationType, bytes: Uint8Array): Float32Array {
  const { blockSize, blockBytes, decode } = QUANTIZATIONS[type];
  const blocks = bytes.length / blockBytes;
  if (!Number.isInteger(blocks)) {
    throw new SeasError(
      "E_FORMAT",
      `${bytes.length} bytes are no whole number of ${type} blocks of ${blockBytes} bytes`,
    );
  }
  const out = new Float32Array(blocks * blockSize);
  decode(bytes, blocks, out, 0);
  return out;
}
