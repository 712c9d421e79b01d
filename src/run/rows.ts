/** Reading back what row stages wrote, streamed or whole. A stage that is still unfinished may end in a torn line. */
import { stat } from "node:fs/promises";
import type { z } from "zod";
import { readJsonl } from "../formats/jsonl.ts";
import { donePath, type Place } from "./done.ts";

/**
 * Rows of `<iteration>/<name>.jsonl`, in order, without holding them.
 *
 * @param run an open run, or anything that tells where its files are
 * @throws SeasError naming file and line when a row does not match the schema
 */
export async function* readRows<T>(
  run: Place,
  iteration: number,
  name: string,
  schema: z.ZodType<T>,
): AsyncGenerator<T> {
  const finished = await stat(run.path(donePath(iteration, name))).then(
    () => true,
    () => false,
  );
  const file = run.path(String(iteration), `${name}.jsonl`);
  for await (const { value } of readJsonl(file, schema, { dropTornTail: !finished })) yield value;
}

/** All rows at once, for what is known to be small. */
export async function allRows<T>(run: Place, iteration: number, name: string, schema: z.ZodType<T>): Promise<T[]> {
  const rows: T[] = [];
  for await (const row of readRows(run, iteration, name, schema)) rows.push(row);
  return rows;
}
