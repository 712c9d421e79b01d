/**
 * Writing a file so that a kill, a full disk or a power cut leaves the old one or the new one, never half of one: to a
 * temporary name, synced, renamed, and the folder synced.
 */
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { describeError, SeasError } from "../errors.ts";

/**
 * Makes the file `path` of what `write` puts into it. The folder must exist.
 *
 * @throws SeasError E_DISK when it cannot be written, and what `write` throws that is no error of the file system;
 *   nothing half-written stays
 */
export async function writeWholeFile(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  // A fixed name: a file left behind by a kill is overwritten when the same write is done again.
  const temporary = `${path}.tmp`;
  try {
    await withFile(temporary, "w", async (file) => {
      await write(file);
      await file.sync();
    });
    await rename(temporary, path);
    // Windows has no such call and needs none.
    if (process.platform !== "win32") await withFile(dirname(path), "r", (folder) => folder.sync());
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    if (!(cause instanceof Error && "syscall" in cause)) throw cause;
    throw new SeasError("E_DISK", `${path}: cannot be written: ${describeError(cause)}`, {
      hint: "free some space or choose another folder, then run the same command again",
      cause,
    });
  }
}

async function withFile(path: string, flags: string, action: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, flags);
  try {
    await action(file);
  } finally {
    await file.close();
  }
}
