/**
 * The cache folder of base models and how files get into it: written under a temporary name, checked, synced, renamed.
 * Two processes may do the same work at once; each rename puts a whole file in place, so neither can harm the other.
 */
import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, statfs } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { describeError, SeasError } from "../../errors.ts";

/** The environment, as process.env gives it. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Where base models are kept: SEAS_CACHE, else XDG_CACHE_HOME/seas, else ~/.cache/seas (LOCALAPPDATA on Windows). */
export function defaultCacheDir(env: Env, platform: NodeJS.Platform, home = homedir()): string {
  if (env.SEAS_CACHE) return env.SEAS_CACHE;
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, "seas");
  if (platform === "win32" && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, "seas", "cache");
  return join(home, ".cache", "seas");
}

/** A name beside `path` that no other process uses; what is left of it after a crash is swept a day later. */
export function partName(path: string): string {
  return `${path}.${process.pid}-${randomBytes(4).toString("hex")}.part`;
}

/** Makes the folder, and removes from it `.part` files and folders that are more than a day old. */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    for (const name of await readdir(folder)) {
      if (!name.endsWith(".part")) continue;
      const path = join(folder, name);
      const made = await stat(path).catch(() => undefined);
      if (made !== undefined && Date.now() - made.mtimeMs > 86_400_000)
        await rm(path, { recursive: true, force: true });
    }
  } catch (cause) {
    throw diskError(folder, cause);
  }
}

/**
 * Makes a file whole or not at all: `write` fills a temporary one, which is synced and renamed.
 *
 * @throws what `write` throws; SeasError E_DISK when the disk is full or the folder cannot be written
 */
export async function writeWhole(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const part = partName(path);
  try {
    const file = await open(part, "wx");
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (cause) {
    await rm(part, { force: true });
    throw diskError(path, cause);
  }
}

/** A file-system error as SeasError E_DISK; anything else as it is. */
function diskError(path: string, cause: unknown): unknown {
  if (cause instanceof SeasError) return cause;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  if (code === "ENOSPC" || code === "EDQUOT")
    return new SeasError("E_DISK", `the disk is full: ${path}`, { hint: cacheHint, cause });
  if (code === "EACCES" || code === "EPERM" || code === "EROFS" || code === "ENOTDIR" || code === "EEXIST") {
    return new SeasError("E_DISK", `${path} cannot be written: ${describeError(cause)}`, { hint: cacheHint, cause });
  }
  return cause;
}

const cacheHint = "set SEAS_CACHE to a folder that can be written and has room";

/**
 * @param bytes that are about to be written
 * @param hint what to do where there is no room; about the cache unless said
 * @throws SeasError E_DISK with both numbers when the file system has less room
 */
export async function requireSpace(folder: string, bytes: number, hint = cacheHint): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= bytes) return;
  const megabytes = (n: number) => `${Math.ceil(n / 1e6).toLocaleString("en")} MB`;
  throw new SeasError("E_DISK", `${folder}: ${megabytes(bytes)} are needed, ${megabytes(free)} are free`, {
    hint,
  });
}

/** What a stream must be. */
export interface StreamExpectations {
  /** More than this many bytes end the copy with E_NETWORK. */
  readonly maxBytes: number;
  /** Exactly this many bytes, when known. */
  readonly bytes?: number | undefined;
  /** Lower-case hex, when known. */
  readonly sha256?: string | undefined;
  /** No byte for so long ends the copy. @default 30 000 */
  readonly stallMs?: number;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Copies a stream to a file, whole and checked or not at all.
 *
 * @param what named in errors, e.g. the address
 * @returns sha256 and size of what was written
 * @throws SeasError E_NETWORK when it is cut, stalls, or is not what was expected; E_DISK
 */
export async function saveStream(
  stream: AsyncIterable<Uint8Array>,
  path: string,
  what: string,
  expected: StreamExpectations,
): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const hash = createHash("sha256");
  let bytes = 0;
  let sha256 = "";
  await prepareFolder(dirname(path));
  await writeWhole(path, async (file) => {
    const iterator = stream[Symbol.asyncIterator]();
    try {
      for (;;) {
        const { done, value } = await nextWithin(iterator, expected.stallMs ?? 30_000, what);
        expected.signal?.throwIfAborted();
        if (done === true) break;
        bytes += value.byteLength;
        if (bytes > expected.maxBytes)
          throw new SeasError("E_NETWORK", `${what}: more than ${expected.maxBytes} bytes`);
        hash.update(value);
        await file.writeFile(value);
        expected.onProgress?.(bytes, expected.bytes ?? bytes);
      }
    } catch (error) {
      // Not awaited: a stream that stalls may never answer.
      Promise.resolve(iterator.return?.()).catch(() => undefined);
      throw error;
    }
    sha256 = hash.digest("hex");
    if (expected.bytes !== undefined && bytes !== expected.bytes) {
      throw new SeasError("E_NETWORK", `${what}: ${bytes} bytes came, ${expected.bytes} were expected`, {
        retryable: true,
      });
    }
    if (expected.sha256 !== undefined && sha256 !== expected.sha256) {
      throw new SeasError("E_NETWORK", `${what}: sha256 is ${sha256}, expected ${expected.sha256}`);
    }
  });
  return { sha256, bytes };
}

async function nextWithin<T>(iterator: AsyncIterator<T>, ms: number, what: string): Promise<IteratorResult<T>> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new SeasError("E_NETWORK", `${what}: nothing came for ${ms / 1000} s`, { retryable: true })),
      ms,
    );
  });
  try {
    return await Promise.race([iterator.next(), stalled]);
  } finally {
    clearTimeout(timer);
  }
}

/** sha256 of a file, lower-case hex. */
export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    signal?.throwIfAborted();
    hash.update(chunk as Buffer);
  }
  return hash.digest("hex");
}
