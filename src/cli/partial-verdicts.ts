/**
 * Verdicts of a `seas judge score` that is not through: one line each in `OUT.partial.jsonl`, from which the same command
 * goes on. The first line says what they are verdicts of, and by which judge; with anything else they are refused.
 */

import { rm } from "node:fs/promises";
import { z } from "zod";
import { SeasError } from "../errors.ts";
import { readJsonl } from "../formats/jsonl.ts";
import { writeWholeFile } from "../formats/whole-file.ts";
import { Verdict } from "../records.ts";
import { appendRow, isThere, onDisk, toLine } from "../run/atomic.ts";

/** What the verdicts belong to. */
export interface Scoring {
  /** sha256 of the file with the rows. */
  readonly input: string;
  /** sha256 of all that decides the judge's verdicts. */
  readonly judge: string;
}

/** Verdicts on file, as many as there are. */
export interface PartialVerdicts {
  readonly path: string;
  /** By the number of their row, from 0. Rows that were left unscored are not among them: they are asked about again. */
  readonly known: ReadonlyMap<number, Verdict>;
  /** Puts a verdict on file at once. */
  keep(row: number, verdict: Verdict): Promise<void>;
  /** When the verdicts stand elsewhere. */
  remove(): Promise<void>;
}

const Head = z.strictObject({ format: z.literal(1), input: z.string(), judge: z.string() });
const Line = z.union([Head, z.strictObject({ row: z.number().int().nonnegative(), verdict: Verdict })]);

/**
 * The verdicts that an earlier session left beside `out`, if any.
 *
 * @throws SeasError E_USAGE when they are of another file or judge, E_DATA when they are damaged
 */
export async function partialVerdicts(out: string, scoring: Scoring): Promise<PartialVerdicts> {
  const path = `${out}.partial.jsonl`;
  const known = await readKnown(path, scoring);
  let begun = false;
  return {
    path,
    known,
    async keep(row, verdict) {
      // Written anew, as a kill may have left half a line at the end.
      if (!begun) {
        const lines = [{ format: 1, ...scoring }, ...[...known].map(([at, of]) => ({ row: at, verdict: of }))];
        await writeWholeFile(path, (file) => file.writeFile(lines.map(toLine).join("")));
        begun = true;
      }
      known.set(row, verdict);
      await appendRow(path, { row, verdict });
    },
    remove: () => onDisk(path, () => rm(path, { force: true })),
  };
}

async function readKnown(path: string, scoring: Scoring): Promise<Map<number, Verdict>> {
  const known = new Map<number, Verdict>();
  if (!(await isThere(path))) return known;
  let head: Scoring | undefined;
  for await (const { value, line } of readJsonl(path, Line, { dropTornTail: true })) {
    if ("format" in value) head = value;
    else if (head === undefined)
      throw new SeasError("E_DATA", `${path}:${line}: nothing says whose verdicts these are`);
    else if (value.verdict.label !== "unscored") known.set(value.row, value.verdict);
  }
  if (head === undefined) return known;
  const others = [
    head.input !== scoring.input && "on another file",
    head.judge !== scoring.judge && "by another judge",
  ];
  const what = others.filter((other) => other !== false).join(" and ");
  if (what === "") return known;
  throw new SeasError("E_USAGE", `${path} holds verdicts ${what}`, {
    hint: "name another --out, or move it away to begin anew",
  });
}
