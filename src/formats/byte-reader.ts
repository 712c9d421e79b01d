/**
 * A cursor over little-endian values, a buffered window at a time: a header of any length is read without holding the file.
 * Every length is checked against what is left before anything of that length is allocated.
 */
import { isUtf8 } from "node:buffer";
import { SeasError } from "../errors.ts";

/** See {@link createByteReader}. All throw E_FORMAT at the end of the bytes. */
export interface ByteReader {
  /** Next byte to be read. */
  position(): number;
  /** Bytes that are left. */
  left(): number;
  u32(what: string): number;
  u64(what: string): bigint;
  /** A u64 that counts things of at least `least` bytes each; as many must be able to follow. */
  count(least: number, what: string): number;
  /** `bytes` bytes, decoded by `decode(view, offset)`. */
  scalar<T>(bytes: number, what: string, decode: (view: DataView, offset: number) => T): T;
  /** A u64 length and as many bytes of UTF-8. */
  text(what: string): string;
}

/** Where the bytes come from: at most `limit` of them are read, though the source may be longer. */
export interface ByteSource {
  readonly path: string;
  readonly limit: number;
  /** Fills `target` from byte `position`. */
  readonly readSync: (target: Uint8Array, position: number) => void;
}

const windowBytes = 2 ** 18;

/** A reader that begins at byte 0. */
export function createByteReader(source: ByteSource): ByteReader {
  const { path, limit } = source;
  let window = Buffer.alloc(0);
  let view = new DataView(window.buffer, window.byteOffset, 0);
  let start = 0;
  let at = 0;

  /** Moves past `bytes` bytes and tells where they begin in the window. */
  function take(bytes: number, what: string): number {
    if (bytes > limit - at) {
      throw new SeasError("E_FORMAT", `${path}: ${what} at byte ${at} takes ${bytes} bytes, ${limit - at} are left`);
    }
    if (at + bytes > start + window.length) {
      window = Buffer.alloc(Math.min(limit - at, Math.max(bytes, windowBytes)));
      view = new DataView(window.buffer, window.byteOffset, window.length);
      source.readSync(window, at);
      start = at;
    }
    at += bytes;
    return at - bytes - start;
  }

  function scalar<T>(bytes: number, what: string, decode: (view: DataView, offset: number) => T): T {
    const offset = take(bytes, what);
    return decode(view, offset);
  }

  function count(least: number, what: string): number {
    const n = scalar(8, what, readU64);
    if (n * BigInt(least) > BigInt(limit - at)) {
      const need = n * BigInt(least);
      throw new SeasError("E_FORMAT", `${path}: ${n} ${what} take at least ${need} bytes, ${limit - at} are left`);
    }
    return Number(n);
  }

  return {
    position: () => at,
    left: () => limit - at,
    u32: (what) => scalar(4, what, readU32),
    u64: (what) => scalar(8, what, readU64),
    count,
    scalar,
    text(what) {
      const length = count(1, `bytes of ${what}`);
      const offset = take(length, what);
      const bytes = window.subarray(offset, offset + length);
      if (!isUtf8(bytes)) throw new SeasError("E_FORMAT", `${path}: ${what} before byte ${at} is not UTF-8`);
      return bytes.toString("utf8");
    },
  };
}

function readU32(view: DataView, offset: number): number {
  return view.getUint32(offset, true);
}

function readU64(view: DataView, offset: number): bigint {
  return view.getBigUint64(offset, true);
}
