/** The place of an export: nothing that is there is overwritten, and a folder stands there whole or not at all. */
import { randomBytes } from "node:crypto";
import { lstat, mkdir, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { describeError, SeasError } from "../../errors.ts";

/** What to do when there is no room or no right to write. */
export const outHint = "free some space or choose another folder, then run the same command again";

/**
 * Makes sure that nothing is at `out`, and that its parent folder is.
 *
 * @returns `out`, absolute
 * @throws SeasError E_USAGE when something is there, E_DISK when the parent cannot be made
 */
export async function freePath(out: string): Promise<string> {
  const path = resolve(out);
  const taken = await lstat(path).then(
    () => true,
    () => false,
  );
  if (taken) {
    throw new SeasError("E_USAGE", `${path} is there already, and nothing is overwritten`, {
      hint: "name another path, or move it away",
    });
  }
  await orDiskError(path, () => mkdir(dirname(path), { recursive: true }));
  return path;
}

/**
 * Makes the folder `path` of what `fill` writes into a temporary one beside it.
 *
 * @throws SeasError E_DISK when it cannot be written, and what `fill` throws besides; nothing half-written stays
 */
export async function writeWholeFolder(path: string, fill: (folder: string) => Promise<void>): Promise<void> {
  await orDiskError(path, async () => {
    const folder = `${path}.${randomBytes(4).toString("hex")}.part`;
    await mkdir(folder);
    try {
      await fill(folder);
      await rename(folder, path);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  });
}

async function orDiskError<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (!(cause instanceof Error && "syscall" in cause)) throw cause;
    throw new SeasError("E_DISK", `${path}: cannot be written: ${describeError(cause)}`, {
      hint: outHint,
      cause,
    });
  }
}
