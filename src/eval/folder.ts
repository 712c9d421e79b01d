/**
 * The folder of an evaluation: `eval.json` says what is measured, `attempts.partial.jsonl` takes answers, verdicts and comparisons as
 * they come, and at the end `attempts.jsonl`, `comparisons.jsonl` and `scores.jsonl` stand there whole. The same evaluation goes on with what is there; another one
 * is refused, each difference named. One process at a time writes.
 */
import { readdir, readFile, rm, rmdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { SeasError } from "../errors.ts";
import { readJsonl } from "../formats/jsonl.ts";
import { writeWholeFile } from "../formats/whole-file.ts";
import { type Score, Verdict } from "../records.ts";
import { appendRow, errorCode, isThere, makeFolder, onDisk, toDocument, toLine, writeAtomic } from "../run/atomic.ts";
import { acquireLock } from "../run/lock.ts";
import { differences } from "../run/manifest.ts";
import { Answer, EvalAttempt } from "./attempt.ts";
import { Comparison } from "./comparison.ts";

/** All that decides the attempts: the same of it makes the same ones. */
export interface Measured {
  /** By suite: hash of the prompts that are put. */
  readonly suites: Readonly<Record<string, string>>;
  /** By model: hash of its weights and how they compute. */
  readonly models: Readonly<Record<string, string>>;
  readonly judge: { readonly name: string; readonly sha256: string };
  readonly settings: Readonly<Record<string, number | null>>;
}

/** Answers and verdicts on file. */
export interface EvalFolder {
  readonly dir: string;
  readonly answers: ReadonlyMap<string, Answer>;
  /** By the id of the answer. Missing verdicts are not among them: they are asked for again. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
  /** By id; those whose reply could not be read are among them, as a judge that is asked again at temperature 0 says the same. */
  readonly comparisons: ReadonlyMap<string, Comparison>;
  keep(rows: readonly Row[]): Promise<void>;
  /** Writes what an evaluation ends with, and tidies up. */
  finish(attempts: readonly EvalAttempt[], comparisons: readonly Comparison[], scores: readonly Score[]): Promise<void>;
  /** Lets another process write. A folder in which nothing was kept goes away again. */
  close(): Promise<void>;
}

/** What is kept as it comes. */
type Row = Answer | Verdict | Comparison;

const Line = z.union([
  z.strictObject({ answer: Answer }),
  z.strictObject({ verdict: Verdict }),
  z.strictObject({ comparison: Comparison }),
]);
const [head, partial, lock] = ["eval.json", "attempts.partial.jsonl", "eval.lock"];

/**
 * Opens the folder: a new one, or the one that an earlier session left.
 *
 * @throws SeasError E_USAGE when it holds another evaluation or something else, E_RUN_LOCKED while another process writes it,
 *   E_DATA when it is damaged
 */
export async function openEvalFolder(folder: string, measured: Measured): Promise<EvalFolder> {
  const dir = resolve(folder);
  const path = (name: string) => join(dir, name);
  await requireOwn(dir);
  const fresh = !(await isThere(dir));
  await makeFolder(dir);
  const held = await acquireLock(path(lock));
  try {
    const begun = await readHead(path(head));
    if (begun !== undefined) requireSame(dir, begun, measured);
    const answers = new Map<string, Answer>();
    const verdicts = new Map<string, Verdict>();
    const comparisons = new Map<string, Comparison>();
    const take = (row: Row) => {
      if ("said" in row) comparisons.set(row.id, row);
      else if ("id" in row) answers.set(row.id, row);
      else if (row.label !== "unscored") verdicts.set(row.attemptId, row);
    };
    if (begun !== undefined) await readKept(path, take);
    let appending = false;
    return {
      dir,
      answers,
      verdicts,
      comparisons,
      async keep(rows) {
        if (!appending) {
          if (begun === undefined) await writeAtomic(path(head), toDocument({ format: 1, ...measured }));
          // Written anew, as a kill may have left half a line at the end.
          const lines = [answers, verdicts, comparisons].flatMap((of) => [...of.values()].map(lineOf));
          await writeWholeFile(path(partial), (file) => file.writeFile(lines.map(toLine).join("")));
          appending = true;
        }
        for (const row of rows) {
          await appendRow(path(partial), lineOf(row));
          take(row);
        }
      },
      async finish(attempts, compared, scores) {
        // Where no answer was asked for, nothing has been kept yet.
        if (begun === undefined) await writeAtomic(path(head), toDocument({ format: 1, ...measured }));
        await writeWholeFile(path("attempts.jsonl"), (file) => writeLines(file, attempts));
        if (compared.length > 0) await writeWholeFile(path("comparisons.jsonl"), (file) => writeLines(file, compared));
        await writeWholeFile(path("scores.jsonl"), (file) => writeLines(file, scores));
        await onDisk(path(partial), () => rm(path(partial), { force: true }));
      },
      async close() {
        await held.release();
        if (fresh && answers.size === 0) await rmdir(dir).catch(() => {});
      },
    };
  } catch (error) {
    await held.release();
    throw error;
  }
}

function lineOf(row: Row): z.infer<typeof Line> {
  if ("said" in row) return { comparison: row };
  return "id" in row ? { answer: row } : { verdict: row };
}

async function writeLines(file: { appendFile(text: string): Promise<void> }, rows: readonly unknown[]): Promise<void> {
  for (const row of rows) await file.appendFile(toLine(row));
}

/** What an earlier session left: the attempts that it ended with, and what came after them. */
async function readKept(path: (name: string) => string, take: (row: Row) => void): Promise<void> {
  const attempts = path("attempts.jsonl");
  if (await isThere(attempts)) {
    for await (const { value } of readJsonl(attempts, EvalAttempt)) {
      const { verdict, ...answer } = value;
      take(answer);
      take({ attemptId: answer.id, ...verdict });
    }
  }
  const comparisons = path("comparisons.jsonl");
  if (await isThere(comparisons)) for await (const { value } of readJsonl(comparisons, Comparison)) take(value);
  if (!(await isThere(path(partial)))) return;
  for await (const { value } of readJsonl(path(partial), Line, { dropTornTail: true }))
    take("answer" in value ? value.answer : "verdict" in value ? value.verdict : value.comparison);
}

/** Nothing of anybody else's is written into. */
async function requireOwn(dir: string): Promise<void> {
  const names = await readdir(dir).catch((error: unknown): string[] => {
    if (errorCode(error) === "ENOENT") return [];
    if (errorCode(error) !== "ENOTDIR") throw error;
    throw new SeasError("E_USAGE", `${dir} is a file, not a folder`, { hint: "--out names another place" });
  });
  if (names.includes(head)) return;
  const other = names.find((name) => name !== `${head}.tmp` && !name.startsWith(lock));
  if (other === undefined) return;
  throw new SeasError("E_USAGE", `${dir} holds no evaluation, but ${other}`, { hint: "--out names another folder" });
}

async function readHead(path: string): Promise<Record<string, unknown> | undefined> {
  if (!(await isThere(path))) return undefined;
  try {
    return z.looseObject({ format: z.literal(1) }).parse(JSON.parse(await readFile(path, "utf8")));
  } catch (cause) {
    throw new SeasError("E_DATA", `${path}: damaged, or written by another version of seas`, {
      hint: "move its folder away to begin anew",
      cause,
    });
  }
}

function requireSame(dir: string, { format: _, ...begun }: Record<string, unknown>, measured: Measured): void {
  const found = differences(begun, JSON.parse(JSON.stringify(measured)));
  if (found.length === 0) return;
  const list = found.map(({ path, old, new: now }) => `  ${path}: ${shown(old)} → ${shown(now)}`);
  throw new SeasError("E_USAGE", `${dir} holds another evaluation (there → asked for now):\n${list.join("\n")}`, {
    hint: "set these back to go on with it, or name another --out",
  });
}

/** A value on a line; of a hash the beginning. */
function shown(value: unknown): string {
  if (value === undefined) return "(none)";
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value) ? value.slice(0, 12) : JSON.stringify(value);
}
