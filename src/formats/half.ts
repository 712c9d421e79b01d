/**
 * Plain little-endian floating-point bytes to float32: binary16, bfloat16, float32, float64. Reading only; all but
 * float64 are exact.
 */

/** Float32 of every binary16 bit pattern, by index: a load is cheaper than decoding in the loops over weights. */
export const HALF: Float32Array = Float32Array.from({ length: 65536 }, (_, bits) => decodeHalf(bits));

/** The little-endian binary16 at byte `p`. */
export function halfAt(bytes: Uint8Array, p: number): number {
  return HALF[bytes[p]! | (bytes[p + 1]! << 8)]!;
}

/** Little-endian binary16 `bytes` into `out` from index `start`; reads 2 · count bytes. */
export function decodeF16(bytes: Uint8Array, count: number, out: Float32Array, start: number): void {
  for (let i = 0, p = 0; i < count; i++, p += 2) out[start + i] = halfAt(bytes, p);
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

/** Little-endian float64 `bytes` into `out` from index `start`, rounded to nearest; reads 8 · count bytes. */
export function decodeF64(bytes: Uint8Array, count: number, out: Float32Array, start: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8 * count);
  for (let i = 0; i < count; i++) out[start + i] = view.getFloat64(8 * i, true);
}

function decodeHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
