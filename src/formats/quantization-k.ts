/**
 * GGUF super-blocks of 256 weights ("K" types): groups of 16 or 32 weights with small integer scales of their own,
 * under one or two binary16 scales of the super-block. Exact in doubles up to the store, see quantization-legacy.ts.
 */
import { halfAt } from "./half.ts";

/** Q2_K, 84 bytes: 16 × (4-bit scale, 4-bit minimum), 64 bytes of 2-bit codes, d, dmin. */
export function decodeQ2_K(bytes: Uint8Array, blocks: number, out: Float32Array, start: number): void {
  for (let b = 0, p = 0, o = start; b < blocks; b++, p += 84, o += 256) {
    const d = halfAt(bytes, p + 80);
    const dmin = halfAt(bytes, p + 82);
    for (let group = 0; group < 16; group++) {
      const packed = bytes[p + group]!;
      const scale = d * (packed & 15);
      const min = dmin * (packed >> 4);
      const codes = p + 16 + twoBitByte(group);
      const shift = twoBitShift(group);
      for (let j = 0; j < 16; j++) out[o + 16 * group + j] = scale * ((bytes[codes + j]! >> shift) & 3) - min;
    }
  }
}

/** Q3_K, 110 bytes: 32 bytes of third bits (0 = minus 4), 64 bytes of 2-bit codes, 16 6-bit scales, d. */
export function decodeQ3_K(bytes: Uint8Array, blocks: number, out: Float32Array, start: number): void {
  for (let b = 0, p = 0, o = start; b < blocks; b++, p += 110, o += 256) {
    const d = halfAt(bytes, p + 108);
    for (let group = 0; group < 16; group++) {
      const low = (bytes[p + 96 + (group & 7)]! >> (group < 8 ? 0 : 4)) & 15;
      const high = (bytes[p + 104 + (group & 3)]! >> (2 * (group >> 2))) & 3;
      const scale = d * ((low | (high << 4)) - 32);
      const codes = p + 32 + twoBitByte(group);
      const shift = twoBitShift(group);
      const mask = p + 16 * (group & 1);
      const bit = group >> 1;
      for (let j = 0; j < 16; j++) {
        const q = (bytes[codes + j]! >> shift) & 3;
        out[o + 16 * group + j] = scale * (((bytes[mask + j]! >> bit) & 1) === 1 ? q : q - 4);
      }
    }
  }
}

/** Q4_K, 144 bytes: d, dmin, 8 × (6-bit scale, 6-bit minimum) in 12 bytes, 128 bytes of nibbles. */
export function decodeQ4_K(bytes: Uint8Array, blocks: number, out: Float32Array, start: number): void {
  for (let b = 0, p = 0, o = start; b < blocks; b++, p += 144, o += 256) {
    const d = halfAt(bytes, p);
    const dmin = halfAt(bytes, p + 2);
    for (let group = 0; group < 8; group++) {
      const scale = d * sixBitScale(bytes, p + 4, group);
      const min = dmin * sixBitMin(bytes, p + 4, group);
      const codes = p + 16 + 32 * (group >> 1);
      const shift = 4 * (group & 1);
      for (let j = 0; j < 32; j++) out[o + 32 * group + j] = scale * ((bytes[codes + j]! >> shift) & 15) - min;
    }
  }
}

/** Q5_K, 176 bytes: as Q4_K, with 32 bytes of fifth bits before the nibbles (bit g belongs to group g). */
export function decodeQ5_K(bytes: Uint8Array, blocks: number, out: Float32Array, start: number): void {
  for (let b = 0, p = 0, o = start; b < blocks; b++, p += 176, o += 256) {
    const d = halfAt(bytes, p);
    const dmin = halfAt(bytes, p + 2);
    for (let group = 0; group < 8; group++) {
      const scale = d * sixBitScale(bytes, p + 4, group);
      const min = dmin * sixBitMin(bytes, p + 4, group);
      const codes = p + 48 + 32 * (group >> 1);
      const shift = 4 * (group & 1);
      for (let j = 0; j < 32; j++) {
        const q = ((bytes[codes + j]! >> shift) & 15) | (((bytes[p + 16 + j]! >> group) & 1) << 4);
        out[o + 32 * group + j] = scale * q - min;
      }
    }
  }
}

/** Q6_K, 210 bytes: 128 bytes of nibbles, 64 bytes of upper bit pairs, 16 signed scales, d; codes centred on 32. */
export function decodeQ6_K(bytes: Uint8Array, blocks: number, out: Float32Array, start: number): void {
  for (let b = 0, p = 0, o = start; b < blocks; b++, p += 210, o += 256) {
    const d = halfAt(bytes, p + 208);
    for (let group = 0; group < 16; group++) {
      const scale = d * ((bytes[p + 192 + group]! << 24) >> 24);
      const low = p + 64 * (group >> 3) + 16 * (group & 3);
      const lowShift = group & 4;
      const high = p + 128 + twoBitByte(group);
      const highShift = twoBitShift(group);
      for (let j = 0; j < 16; j++) {
        const q = ((bytes[low + j]! >> lowShift) & 15) | (((bytes[high + j]! >> highShift) & 3) << 4);
        out[o + 16 * group + j] = scale * (q - 32);
      }
    }
  }
}

// Two-bit codes: 32 bytes serve 128 weights, the weights 32 apart sharing a byte.
function twoBitByte(group: number): number {
  return 32 * (group >> 3) + 16 * (group & 1);
}

function twoBitShift(group: number): number {
  return 2 * ((group >> 1) & 3);
}

// Six-bit pairs of Q4_K and Q5_K: groups 0-3 whole in bytes 0-7, groups 4-7 as nibbles of bytes 8-11 plus
// the top two bits of bytes 0-7.
function sixBitScale(bytes: Uint8Array, p: number, group: number): number {
  if (group < 4) return bytes[p + group]! & 63;
  return (bytes[p + group + 4]! & 15) | ((bytes[p + group - 4]! >> 2) & 48);
}

function sixBitMin(bytes: Uint8Array, p: number, group: number): number {
  if (group < 4) return bytes[p + group + 4]! & 63;
  return (bytes[p + group + 4]! >> 4) | ((bytes[p + group]! >> 2) & 48);
}
