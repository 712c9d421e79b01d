/**
 * Writing to disk so that a kill, a full disk or a power cut leaves either the old bytes or the new ones.
 * Everything a run writes passes through {@link toLine} or {@link toDocument}, the one place where text could be
 * redacted. Errors of the file system become SeasError E_DISK with the path and what to do.
 */
import type { FileHandle } from "node:fs/promises";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { SeasError } from "../errors.ts";
import { stringifyJsonl } from "../formats/jsonl.ts";

/** One record as one JSON line, line feed included. */
export function toLine(record: unknown): string {
  return `${stringifyJsonl(record)}\n`;
}

/** A small document (run.json, a `.done` mark) as indented JSON, readable by eye. */
export function toDocument(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * Replaces a file in one step: temporary file, fsync, rename, fsync of the folder. The folder must exist.
 *
 * @throws SeasError E_DISK; the old file is then still whole
 */
export async function writeAtomic(path: string, content: string | Uint8Array): Promise<void> {
  // A fixed name: a file left behind by a kill is overwritten when the same write is done again.
  const temporary = `${path}.tmp`;
  try {
    await withFile(temporary, "w", async (file) => {
      await file.writeFile(content);
      await file.sync();
    });
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw diskError(error, path);
  }
}

/**
 * Appends one record to a JSONL file, made when absent. Not synced: a power cut may lose or tear the last rows.
 *
 * @throws SeasError E_DISK
 */
export async function appendRow(path: string, record: unknown): Promise<void> {
  await onDisk(path, () => withFile(path, "a", (file) => file.writeFile(toLine(record))));
}

/**
 * Makes a folder and those above it.
 *
 * @throws SeasError E_DISK
 */
export async function makeFolder(path: string): Promise<void> {
  await onDisk(path, () => mkdir(path, { recursive: true }));
}

/** Waits until a file's bytes are on the disk. */
export async function syncFile(path: string): Promise<void> {
  await withFile(path, "r+", (file) => file.sync());
}

/** Waits until the names in a folder are on the disk; Windows has no such call and needs none. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  await withFile(path, "r", (folder) => folder.sync());
}

/** Runs an action that writes to `path`; what the file system refuses becomes E_DISK. */
export async function onDisk<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw diskError(error, path);
  }
}

/** The E_DISK error for what the file system threw, or the same value when it is no file system error. */
export function diskError(error: unknown, path: string): unknown {
  const code = errorCode(error);
  if (code === undefined || error instanceof SeasError) return error;
  const [what, hint] = explanation(code);
  return new SeasError("E_DISK", `${path}: ${what} (${code})`, { hint, cause: error });
}

/** `ENOENT`, `EEXIST`, … of an error thrown by the system, else undefined. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || !("syscall" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

function explanation(code: string): readonly [what: string, hint: string] {
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return ["no space left on the disk", "free some space and start again: every finished batch is kept"];
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return ["may not be read or written", "give this user the right to, or choose another folder with `output`"];
    case "ENOTDIR":
    case "EEXIST":
    case "EISDIR":
      return [
        "a file stands where a folder is needed, or a folder where a file is",
        "move it away, or choose another folder with `output`",
      ];
    case "ENOENT":
      return ["the folder is gone", "bring it back, or start a new run"];
    default:
      return ["cannot be written", "check the disk, then start again: every finished batch is kept"];
  }
}

async function withFile<T>(path: string, flags: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, flags);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/**
 * Whether anything is at `path`.
 *
 * @throws what the file system throws for anything but a missing path
 */
export function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (errorCode(error) === "ENOENT") return false;
      throw error;
    },
  );
}
