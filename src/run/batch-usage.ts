/**
 * `<iteration>/<stage>.usage.jsonl`: what servers were asked for each batch of a row stage that is not finished, so that a stage
 * that is gone on with counts every kept row once. The sum stands in the mark of the finished stage, and the file is gone.
 */
import { readFile, rm } from "node:fs/promises";
import { z } from "zod";
import { summedUsage, UsageByRole } from "../records.ts";
import { appendRow, diskError, errorCode, onDisk, toLine, writeAtomic } from "./atomic.ts";
import type { Place } from "./done.ts";

const Row = z.object({ batch: z.number().int().nonnegative(), servers: UsageByRole });

/** Usage of the stage so far. */
export interface BatchUsage {
  /** Keeps what a batch was given; nothing is no row. */
  add(batch: number, servers: UsageByRole): Promise<void>;
  sum(): UsageByRole;
  /** Deletes the file. */
  remove(): Promise<void>;
}

/** Path of the file, relative to the run folder. */
export function batchUsagePath(iteration: number, name: string): string {
  return `${iteration}/${name}.usage.jsonl`;
}

/**
 * Opens the usage of a stage.
 *
 * @param kept batches of which the rows are kept; what others were given is forgotten
 * @throws SeasError E_DISK
 */
export async function batchUsage(run: Place, iteration: number, name: string, kept: number): Promise<BatchUsage> {
  const path = run.path(batchUsagePath(iteration, name));
  const found = await readBatchUsage(path);
  const rows = found.filter(({ batch }) => batch < kept);
  if (found.length > 0) await writeAtomic(path, rows.map(toLine).join(""));
  let sum = rows.reduce<UsageByRole>((total, { servers }) => summedUsage(total, servers), {});
  return {
    async add(batch, servers) {
      if (Object.keys(servers).length === 0) return;
      await appendRow(path, { batch, servers });
      sum = summedUsage(sum, servers);
    },
    sum: () => sum,
    remove: () => onDisk(path, () => rm(path, { force: true })),
  };
}

/**
 * Rows of the file that are whole; none when there is no file.
 *
 * @throws SeasError E_DISK
 */
export async function readBatchUsage(path: string): Promise<z.infer<typeof Row>[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return "";
    throw diskError(error, path);
  });
  return text.split("\n").flatMap((line) => {
    try {
      return [Row.parse(JSON.parse(line))];
    } catch {
      return []; // a torn last line: its batch has no rows
    }
  });
}
