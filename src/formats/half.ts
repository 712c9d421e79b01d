/**
 * IEEE 754 binary16 and bfloat16 to float32. Reading only: nothing here rounds, every value is exact.
 */

/** Float32 of every binary16 bit pattern, by index: a load is cheaper than decoding in the loops over weights. */
export const HALF: Float32Array = Float32Array.from({ length: 65536 }, (_, bits) => decodeHalf(bits));

/** Little-endian binary16 `bytes` into `out` from index `start`; reads 2 · count bytes. */
export function decodeF16(bytes: Uint8Array, count: number, out: Float32Array, start: number): void {
  for (let i = 0, p = 0; i < count; i++, p += 2) out[start + i] = HALF[bytes[p]! | (bytes[p + 1]! << 8)]!;
}

/** Little-endian bfloat16 `bytes` into `out` from index `start`; reads 2 · count bytes. */
export function decodeBF16(bytes: Uint8Array, count: number, out: Float32Array, start: number): void {
  const bits = new Uint32Array(out.buffer, out.byteOffset, out.length);
  for (let i = 0, p = 0; i < count; i++, p += 2) bits[start + i] = (bytes[p]! << 16) | (bytes[p + 1]! << 24);
}

/** Little-endian float32 `bytes` into `out` from index `start`; reads 4 · count bytes. The host is little-endian. */
export function decodeF32(bytes: Uint8Array, count: number, out: Float32Array, start: number): void {
  new Uint8Array(out.buffer, out.byteOffset + 4 * start, 4 * count).set(bytes.subarray(0, 4 * count));
}

function decodeHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
