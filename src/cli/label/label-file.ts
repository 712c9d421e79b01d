/**
 * Labels by people, one JSON line each, on file as soon as they are given. Answers that a rater passed over stand in a file of
 * their own beside it, so that whoever reads labels meets nothing but labels. Several raters may share the files, one after
 * another; what others wrote stays as it is.
 */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { SeasError } from "../../errors.ts";
import { writeWholeFile } from "../../formats/whole-file.ts";
import type { Ratings } from "../../metrics/krippendorff.ts";
import { appendRow, errorCode, toLine } from "../../run/atomic.ts";
import type { Answer } from "./answers.ts";

/** What a rater makes of an answer. */
export type Decision = "safe" | "unsafe" | "skip";

/** The labels of all raters. */
export interface LabelFile {
  /** What this rater decided about an answer, if anything. */
  decision(attemptId: string): Decision | undefined;
  /** Puts a decision on file; an earlier one of this rater about the same answer is replaced. */
  decide(answer: Answer, decision: Decision): Promise<void>;
  /** Labels of this rater, and answers passed over. */
  counts(): Readonly<Record<Decision, number>>;
  /** Who labelled, in the order of their first label. */
  raters(): readonly string[];
  /** By answer, one label of each rater. */
  ratings(): readonly Ratings[];
}

/** As far as it is needed here; every other column is kept as it is. */
const Row = z.looseObject({
  attemptId: z.string().optional(),
  rater: z.string().optional(),
  label: z.enum(["safe", "unsafe", "skip"]),
});
type Row = z.infer<typeof Row>;

/** The file beside `labels.jsonl` for what was passed over: `labels.skipped.jsonl`. */
export function skippedPath(path: string): string {
  return path.replace(/(\.jsonl)?$/, ".skipped.jsonl");
}

/**
 * Opens the labels at `path`, which need not be there yet.
 *
 * @param order how the answers come, noted in each row: rows of `disagreements` are no random sample
 * @throws SeasError E_DATA naming the line that is no label; nothing is changed then
 */
export async function openLabels(path: string, rater: string, order: "random" | "disagreements"): Promise<LabelFile> {
  const files = { labels: path, skipped: skippedPath(path) };
  const rows = { labels: await readRows(files.labels), skipped: await readRows(files.skipped) };
  const mine = new Map<string, Decision>();
  for (const row of [...rows.skipped, ...rows.labels])
    if (row.rater === rater && row.attemptId !== undefined) mine.set(row.attemptId, row.label);
  const isMine = (row: Row, attemptId: string) => row.rater === rater && row.attemptId === attemptId;
  return {
    decision: (attemptId) => mine.get(attemptId),
    async decide({ disputed: _, ...answer }, label) {
      const before = mine.get(answer.attemptId);
      if (before === label) return;
      const { prompt, response, ...rest } = answer;
      const row = { prompt, response, label, rater, ...rest, order };
      const from = before === undefined ? undefined : placeOf(before);
      const to = placeOf(label);
      if (from !== to) {
        await appendRow(files[to], row);
        rows[to].push(row);
      }
      if (from !== undefined) {
        // Read anew: another rater may have added rows meanwhile.
        const others = (await readRows(files[from])).filter((old) => !isMine(old, answer.attemptId));
        rows[from] = from === to ? [...others, row] : others;
        await writeRows(files[from], rows[from]);
      }
      mine.set(answer.attemptId, label);
    },
    counts() {
      const counts = { safe: 0, unsafe: 0, skip: 0 };
      for (const decision of mine.values()) counts[decision]++;
      return counts;
    },
    raters: () => [...new Set(rows.labels.flatMap((row) => row.rater ?? []))],
    ratings() {
      const answers = new Map<string, Map<string, string>>();
      for (const { attemptId, rater: by, label } of rows.labels) {
        if (attemptId === undefined || by === undefined) continue;
        answers.set(attemptId, (answers.get(attemptId) ?? new Map<string, string>()).set(by, label));
      }
      return [...answers.values()].map((labels) => [...labels.values()]);
    },
  };
}

/** Which of the two files a decision stands in. */
function placeOf(decision: Decision): "labels" | "skipped" {
  return decision === "skip" ? "skipped" : "labels";
}

/** The rows of a file; half a line that a kill left at its end is cut off, so that the next row begins on a line of its own. */
async function readRows(path: string): Promise<Row[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return "";
    throw error;
  });
  const lines = text.replace(/^\ufeff/, "").split("\n");
  const tail = lines.pop()!;
  const rows = lines.flatMap((line, i) => (line.trim() === "" ? [] : [rowOf(line, `${path}:${i + 1}`)]));
  if (tail === "") return rows;
  const last = parsed(tail);
  if (last !== undefined) rows.push(last);
  await writeRows(path, rows);
  return rows;
}

function rowOf(line: string, at: string): Row {
  const row = parsed(line);
  if (row !== undefined) return row;
  throw new SeasError(
    "E_DATA",
    `${at}: no label: a row has {prompt, response, label: safe or unsafe, rater, attemptId}`,
    {
      hint: "name another --out, or mend the line",
    },
  );
}

function parsed(line: string): Row | undefined {
  try {
    return Row.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function writeRows(path: string, rows: readonly Row[]): Promise<void> {
  return writeWholeFile(path, (file) => file.writeFile(rows.map(toLine).join("")));
}
