/**
 * Whether a run folder changed: names, sizes and times of its files, and whether somebody writes it. Asked again and
 * again instead of watched, because watching folders that appear is unreliable on some systems and network disks, and
 * a run has a hundred files, not a million.
 */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { lockHolder } from "../../run/lock.ts";
import { LOCK } from "../../run/run.ts";

/** Equal for equal folders. events.jsonl is left out: it changes every second, and no figure comes from it. */
export async function signatureOf(runDir: string): Promise<string> {
  const names = (await readdir(runDir, { recursive: true })).filter((name) => /\.(jsonl|json|done)$/.test(name));
  const files = await Promise.all(
    names
      .filter((name) => name !== "events.jsonl")
      .sort()
      .map(async (name) => {
        const found = await stat(join(runDir, name)).catch(() => undefined);
        return `${name} ${found?.size} ${found?.mtimeMs}`;
      }),
  );
  // A writer that was killed leaves its lock as it was: only asking for the process tells.
  const holder = await lockHolder(join(runDir, LOCK)).catch(() => undefined);
  return [...files, holder?.live === true].join("\n");
}
