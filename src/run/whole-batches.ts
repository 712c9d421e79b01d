/**
 * What of an interrupted row stage can be kept: the whole batches at the start of its file. A batch is done or not
 * done; rows of half a batch are made again, so that a resumed stage samples in the same batches.
 */
import { stat, truncate } from "node:fs/promises";
import type { z } from "zod";
import { SeasError } from "../errors.ts";
import { errorCode, onDisk } from "./atomic.ts";
import { wholeLines } from "./lines.ts";

/** What is kept of a file. */
export interface Kept {
  readonly rows: number;
  /** Bytes cut off the end. */
  readonly droppedBytes: number;
}

/**
 * Cuts a file after its last whole batch. A row that cannot be read ends what is kept: after a power cut the tail may
 * hold zeros.
 *
 * @param spec.rowsPerBatch rows of every batch but the last
 * @param spec.total rows of the finished file
 * @param spec.onRow is told each row that is kept
 * @throws SeasError E_RUN when the file holds more rows than the stage makes; E_DISK
 */
export async function cutToWholeBatches<O>(
  path: string,
  spec: { schema: z.ZodType<O>; rowsPerBatch: number; total: number; onRow: (row: O) => void },
): Promise<Kept> {
  const pending: O[] = []; // rows of the batch being read
  let [seen, rows, bytes] = [0, 0, 0];
  const size = await sizeOf(path);
  if (size === undefined) return { rows, droppedBytes: 0 };
  for await (const { text, end } of wholeLines(path)) {
    const row = parseRow(text, spec.schema);
    if (row === undefined) break;
    if (++seen > spec.total) {
      throw new SeasError("E_RUN", `${path} holds more than the ${spec.total} rows of its stage`, {
        hint: "it belongs to other inputs; move it away to do the stage again",
      });
    }
    pending.push(row.value);
    if (seen % spec.rowsPerBatch !== 0 && seen !== spec.total) continue;
    for (const value of pending) spec.onRow(value);
    pending.length = 0;
    rows = seen;
    bytes = end;
  }
  if (bytes < size) await onDisk(path, () => truncate(path, bytes));
  return { rows, droppedBytes: size - bytes };
}

/** A row as it will be read back; undefined when it does not match its schema. */
export function parseRow<O>(text: string | undefined, schema: z.ZodType<O>): { readonly value: O } | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(text ?? ""));
    return parsed.success ? { value: parsed.data } : undefined;
  } catch {
    return undefined;
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
