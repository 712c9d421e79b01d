/**
 * Reads the rows that we wrote by hand and ship in `assets/*.jsonl`: one JSON object a line, each naming its split
 * and its cluster. The split is fixed in the file rather than drawn, so that a test row stays a test row for ever.
 */
import { readFileSync } from "node:fs";
import type { z } from "zod";
import { describeError, SeasError } from "../errors.ts";
import { hashId } from "./ids.ts";

/** A fixed split; no cluster is on both sides. */
export interface FixedSplit<T> {
  readonly train: readonly T[];
  readonly test: readonly T[];
}

/** What every authored row has. */
interface AuthoredRow {
  readonly split: "train" | "test";
  readonly cluster: string;
  readonly text: string;
  readonly answer: string;
}

/**
 * The rows of an asset by their split, in the file's order, each with the hash of its text as id.
 *
 * @param name file name under the package's `assets/`
 * @param schema of one line
 * @throws SeasError E_DATA naming file and line when the asset is missing or a row is bad: a damaged installation
 */
export function readAuthored<T extends AuthoredRow>(
  name: string,
  schema: z.ZodType<T>,
): FixedSplit<Omit<T, "split"> & { readonly id: string }> {
  // From src/data and from dist/data alike, the package's root is two folders up.
  const url = new URL(`../../assets/${name}`, import.meta.url);
  const lines = readLines(url, name);
  const rows = lines.map((line, i) => parse(line, schema, `assets/${name}:${i + 1}`));
  const side = (split: AuthoredRow["split"]) =>
    rows.filter((row) => row.split === split).map(({ split: _, ...row }) => ({ id: hashId(name, row.text), ...row }));
  return { train: side("train"), test: side("test") };
}

function readLines(url: URL, name: string): string[] {
  try {
    return readFileSync(url, "utf8").trimEnd().split("\n");
  } catch (cause) {
    throw new SeasError("E_DATA", `assets/${name}: cannot be read`, { hint: "install the package again", cause });
  }
}

function parse<T>(line: string, schema: z.ZodType<T>, where: string): T {
  try {
    return schema.parse(JSON.parse(line));
  } catch (cause) {
    throw new SeasError("E_DATA", `${where}: ${describeError(cause)}`, { hint: "install the package again", cause });
  }
}
