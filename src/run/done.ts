/**
 * `<iteration>/<stage>.done`: written by rename after the stage's data is on the disk; its absence = unfinished.
 * It holds the SHA-256 of each file, so that a stage is skipped only on the bytes it made.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { SeasError } from "../errors.ts";
import { UsageByRole } from "../records.ts";
import { errorCode, onDisk, syncFile, syncFolder, toDocument, writeAtomic } from "./atomic.ts";
import type { Run } from "./run.ts";

/** What a finished stage left. */
export const Done = z.object({
  /** Rows, or what the stage counts. */
  count: z.number().int().nonnegative(),
  /** Hex by file, relative to the run folder. */
  sha256: z.record(z.string(), z.string()),
  /** Over all sessions. */
  seconds: z.number().nonnegative(),
  usage: z.object({
    tokens: z.number().nonnegative(),
    /** What servers were asked for what was kept; absent = nothing. */
    servers: UsageByRole.optional(),
  }),
});
export type Done = z.infer<typeof Done>;

/** Where things of a run are. */
export type Place = Pick<Run, "path">;

/** Path of the mark of a stage, relative to the run folder. */
export function donePath(iteration: number, name: string): string {
  return `${iteration}/${name}.done`;
}

/**
 * The mark of a stage, its files checked against it; undefined when the stage is not finished.
 *
 * @param count what the stage must have made, when known
 * @throws SeasError E_RUN naming the file that is missing or has changed since
 */
export async function checkedDone(
  run: Place,
  iteration: number,
  name: string,
  count?: number,
): Promise<Done | undefined> {
  const mark = donePath(iteration, name);
  const done = await readDone(run.path(mark), mark);
  if (done === undefined) return undefined;
  if (count !== undefined && done.count !== count) {
    throw new SeasError("E_RUN", `${mark}: the stage made ${done.count} rows, it must make ${count}`, {
      hint: "its inputs have changed since; start a new run",
    });
  }
  for (const [file, expected] of Object.entries(done.sha256)) {
    const found = await sha256OfFile(run.path(file)).catch((error) => {
      throw new SeasError("E_RUN", `${file} cannot be read, though ${mark} says it is finished`, {
        hint: `restore it from a copy, or delete ${mark} to do the stage again`,
        cause: error,
      });
    });
    if (found === expected) continue;
    throw new SeasError(
      "E_RUN",
      `${file} has changed since it was finished: sha256 ${short(found)}, ${mark} says ${short(expected)}`,
      {
        hint: `restore it from a copy, or delete ${file} and ${mark} to do the stage again`,
      },
    );
  }
  return done;
}

/**
 * Reads a mark; undefined when absent.
 *
 * @param label named in errors
 * @throws SeasError E_RUN when it is damaged
 */
export async function readDone(path: string, label: string): Promise<Done | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    return Done.parse(JSON.parse(text));
  } catch (error) {
    throw new SeasError("E_RUN", `${label} is damaged`, { hint: "delete it to do the stage again", cause: error });
  }
}

/**
 * Marks a stage as finished: files synced, hashed, then the mark.
 *
 * @throws SeasError E_DISK
 */
export async function writeDone(
  run: Place,
  stage: {
    iteration: number;
    name: string;
    count: number;
    files: readonly string[];
    seconds: number;
    tokens: number;
    servers: UsageByRole;
  },
): Promise<void> {
  const sha256: Record<string, string> = {};
  for (const file of stage.files) {
    const path = run.path(file);
    await onDisk(path, async () => {
      await syncFile(path);
      await syncFolder(dirname(path));
    });
    sha256[file] = await sha256OfFile(path);
  }
  const servers = Object.keys(stage.servers).length === 0 ? {} : { servers: stage.servers };
  const seconds = Math.round(stage.seconds * 1000) / 1000;
  const done: Done = { count: stage.count, sha256, seconds, usage: { tokens: stage.tokens, ...servers } };
  await writeAtomic(run.path(donePath(stage.iteration, stage.name)), toDocument(done));
}

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

function short(hash: string): string {
  return `${hash.slice(0, 8)}…`;
}
