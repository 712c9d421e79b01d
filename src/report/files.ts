/**
 * Tolerant reading of a run folder: a missing file is no error, an unreadable line is counted and told, never thrown,
 * because a report of a broken run is worth more than none.
 */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { wholeLines } from "../run/lines.ts";

/** The part of a zod schema that reading needs. */
interface Schema<T> {
  safeParse(value: unknown): { readonly success: boolean; readonly data?: T | undefined };
}

/** A run folder as the report reads it; what was wrong is added to `gaps`, a sentence each. */
export interface RunFiles {
  readonly runDir: string;
  readonly gaps: string[];
}

/** Whether a file of the run is there. */
export async function exists({ runDir }: RunFiles, name: string): Promise<boolean> {
  return stat(join(runDir, name)).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** A JSON file that fits the schema; null when it is absent, and with a gap told when it is damaged. */
export async function readJson<T>(files: RunFiles, name: string, schema: Schema<T>): Promise<T | null> {
  if (!(await exists(files, name))) return null;
  const value = parse(await readFile(join(files.runDir, name), "utf8").catch(() => ""), schema);
  if (value === null) files.gaps.push(`${name} is damaged and was passed over.`);
  return value;
}

/** The rows of a JSONL file one by one; none when it is absent. Lines that are no such row are told in one gap. */
export async function* readRows<T>(files: RunFiles, name: string, schema: Schema<T>): AsyncGenerator<T> {
  if (!(await exists(files, name))) return;
  let count = 0;
  let bad = 0;
  let firstBad = 0;
  for await (const { text } of wholeLines(join(files.runDir, name))) {
    count++;
    const row = text === undefined ? null : parse(text, schema);
    if (row !== null) yield row;
    else if (bad++ === 0) firstBad = count;
  }
  const gap = `${name}: ${bad} of ${count} lines cannot be read (the first is line ${firstBad}).`;
  // A file may be read twice; what is wrong with it is told once.
  if (bad > 0 && !files.gaps.includes(gap)) files.gaps.push(gap);
}

function parse<T>(text: string, schema: Schema<T>): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
