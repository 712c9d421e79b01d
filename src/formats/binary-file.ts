/**
 * A file open for reading at given places, whose every failure is a SeasError with the path in it.
 * The size is taken once, when it is opened: readers check each count against it before they allocate.
 */
import { readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { describeError, SeasError } from "../errors.ts";

/** See {@link openBinaryFile}. */
export interface BinaryFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Fills `target` from byte `position`, or throws E_FORMAT. */
  read(target: Uint8Array, position: number): Promise<void>;
  /** As `read`, for headers: many small values in a row. */
  readSync(target: Uint8Array, position: number): void;
  close(): Promise<void>;
}

/** Opens a regular file. Throws E_FORMAT when it is missing, unreadable or no file. */
export async function openBinaryFile(path: string): Promise<BinaryFile> {
  const handle = await open(path, "r").catch((cause: unknown) => {
    throw failure(path, "cannot be opened", cause);
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new SeasError("E_FORMAT", `${path}: is no regular file`);
    return {
      path,
      size: stat.size,
      read: (target, position) => fill(path, handle, target, position),
      readSync: (target, position) => fillSync(path, handle, target, position),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Zeroed float32 of `count`; E_FORMAT in place of a RangeError when that is more than can be had. */
export function allocateFloat32(count: number, what: string): Float32Array<ArrayBuffer> {
  return new Float32Array(allocateBytes(4 * count, what).buffer);
}

/** As {@link allocateFloat32}, for bytes. */
export function allocateBytes(count: number, what: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(count);
  } catch (cause) {
    throw new SeasError("E_FORMAT", `${what}: ${count} bytes do not fit into memory`, { cause });
  }
}

async function fill(path: string, handle: FileHandle, target: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < target.length; ) {
    const { bytesRead } = await handle
      .read(target, done, target.length - done, position + done)
      .catch((cause: unknown) => {
        throw failure(path, "cannot be read", cause);
      });
    if (bytesRead === 0) throw tooShort(path, position + target.length, position + done);
    done += bytesRead;
  }
}

function fillSync(path: string, handle: FileHandle, target: Uint8Array, position: number): void {
  for (let done = 0; done < target.length; ) {
    let bytesRead: number;
    try {
      bytesRead = readSync(handle.fd, target, done, target.length - done, position + done);
    } catch (cause) {
      throw failure(path, "cannot be read", cause);
    }
    if (bytesRead === 0) throw tooShort(path, position + target.length, position + done);
    done += bytesRead;
  }
}

function failure(path: string, what: string, cause: unknown): SeasError {
  return new SeasError("E_FORMAT", `${path}: ${what}: ${describeError(cause)}`, { cause });
}

function tooShort(path: string, needed: number, size: number): SeasError {
  return new SeasError("E_FORMAT", `${path}: ends at byte ${size}, ${needed} are needed`);
}
