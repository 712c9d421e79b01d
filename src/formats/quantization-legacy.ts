/**
 * GGUF blocks of 32 weights: one or two binary16 scales, then 4-, 5- or 8-bit codes.
 * Bit-exact with the `gguf` package without rounding by hand: scale · code (+ minimum) is exact in doubles,
 * so the store into float32 is the only rounding, as it is there.
 */
import { halfAt } from "./half.ts";

const IQ4_NL_VALUES = Int8Array.of(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);

/** Q8_0, 34 bytes: scale, 32 signed codes. */
export function decodeQ8_0(bytes: Uint8Array, blocks: number, out: Float32Array, start: number): void {
  for (let b = 0, p = 0, o = start; b < blocks; b++, p += 34, o += 32) {
    const d = halfAt(bytes, p);
    for (let j = 0; j < 32; j++) out[o + j] = d * ((bytes[p + 2 + j]! << 24) >> 24);
  }
}

/** Q4_0, 18 bytes: scale, 16 bytes of low (first 16 weights) and high (last 16) nibbles, centred on 8. */
export function decodeQ4_0(bytes: Uint8Array, blocks: number, out: Float32Array, start: number): void {
  for (let b = 0, p = 0, o = start; b < blocks; b++, p += 18, o += 32) {
    const d = halfAt(bytes, p);
    for (let j = 0; j < 16; j++) {
      const q = bytes[p + 2 + j]!;
      out[o + j] = d * ((q & 15) - 8);
      out[o + j + 16] = d * ((q >> 4) - 8);
    }
  }
}

/** Q4_1, 20 bytes: scale, minimum, nibbles as in Q4_0. */
export function decodeQ4_1(bytes: Uint8Array, blocks: number, out: Float32Array, start: number): void {
  for (let b = 0, p = 0, o = start; b < blocks; b++, p += 20, o += 32) {
    const d = halfAt(bytes, p);
    const m = halfAt(bytes, p + 2);
    for (let j = 0; j < 16; j++) {
      const q = bytes[p + 4 + j]!;
      out[o + j] = d * (q & 15) + m;
      out[o + j + 16] = d * (q >> 4) + m;
    }
  }
}

/** Q5_0, 22 bytes: scale, 32 fifth bits, nibbles, centred on 16. */
export function decodeQ5_0(bytes: Uint8Array, blocks: number, out: Float32Array, start: number): void {
  for (let b = 0, p = 0, o = start; b < blocks; b++, p += 22, o += 32) {
    const d = halfAt(bytes, p);
    const high = bitsAt(bytes, p + 2);
    for (let j = 0; j < 16; j++) {
      const q = bytes[p + 6 + j]!;
      out[o + j] = d * (((q & 15) | (((high >> j) & 1) << 4)) - 16);
      out[o + j + 16] = d * (((q >> 4) | (((high >> (j + 16)) & 1) << 4)) - 16);
    }
  }
}

/** Q5_1, 24 bytes: scale, minimum, 32 fifth bits, nibbles. */
export function decodeQ5_1(bytes: Uint8Array, blocks: number, out: Float32Array, start: number): void {
  for (let b = 0, p = 0, o = start; b < blocks; b++, p += 24, o += 32) {
    const d = halfAt(bytes, p);
    const m = halfAt(bytes, p + 2);
    const high = bitsAt(bytes, p + 4);
    for (let j = 0; j < 16; j++) {
      const q = bytes[p + 8 + j]!;
      out[o + j] = d * ((q & 15) | (((high >> j) & 1) << 4)) + m;
      out[o + j + 16] = d * ((q >> 4) | (((high >> (j + 16)) & 1) << 4)) + m;
    }
  }
}

/** IQ4_NL, 18 bytes: scale, nibbles that index a fixed table of 16 uneven levels. */
export function decodeIQ4_NL(bytes: Uint8Array, blocks: number, out: Float32Array, start: number): void {
  for (let b = 0, p = 0, o = start; b < blocks; b++, p += 18, o += 32) {
    const d = halfAt(bytes, p);
    for (let j = 0; j < 16; j++) {
      const q = bytes[p + 2 + j]!;
      out[o + j] = d * IQ4_NL_VALUES[q & 15]!;
      out[o + j + 16] = d * IQ4_NL_VALUES[q >> 4]!;
    }
  }
}

function bitsAt(bytes: Uint8Array, p: number): number {
  return bytes[p]! | (bytes[p + 1]! << 8) | (bytes[p + 2]! << 16) | (bytes[p + 3]! << 24);
}
