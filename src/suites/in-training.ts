/**
 * Rows of suites in files that are about to train something. `seas data import` writes where a row is from; a suite that is for
 * measuring only cannot measure what learned from it.
 */
import { SeasError } from "../errors.ts";
import { readTable } from "../formats/table.ts";
import { forMeasuringOnly } from "./sources.ts";

/**
 * How many rows of a file say that they are from a suite for measuring only, by suite. Rows that do not say so are not found.
 * A file that cannot be read has none: who reads it for training says what is wrong.
 */
export async function evaluationRows(path: string): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  try {
    for await (const { value } of readTable(path)) {
      const { source } = value;
      if (typeof source === "string" && forMeasuringOnly.has(source)) found.set(source, (found.get(source) ?? 0) + 1);
    }
  } catch (error) {
    if (!(error instanceof SeasError)) throw error;
  }
  return found;
}
