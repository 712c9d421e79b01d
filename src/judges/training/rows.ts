/**
 * What a judge is trained on: answers, and requests alone, with what is known of them. A file of labels says whether an answer is
 * unsafe, and may say whether it declines; where it does not, the word detector says so where it is sure. All else is unknown.
 */
import { z } from "zod";
import { SeasError } from "../../errors.ts";
import { readTable } from "../../formats/table.ts";
import { looksLikeRefusal } from "../../metrics/refusal.ts";
import { redirections } from "../../metrics/refusal-phrases.ts";
import { readLabelledRows } from "../labelled-table.ts";

/** 1 = yes, 0 = no, undefined = not known, which trains nothing. */
export type Truth = 0 | 1 | undefined;

/** A request, with an answer unless only the request is known. */
export interface TrainingRow {
  readonly prompt: string;
  /** Absent where only the request trains. */
  readonly response?: string;
  /** Name of the category at stake, where one is known. */
  readonly policy?: string | undefined;
  readonly unsafe?: Truth;
  /** Whether the answer says that it will not do what was asked. */
  readonly declines?: Truth;
  /** Whether the answer gives what was asked, or part of it. */
  readonly delivers?: Truth;
  /** Whether an answer that declines offers something else. */
  readonly alternative?: Truth;
  /** Whether the prompt asks for harm. */
  readonly asks?: Truth;
  /** What sort of answer it is, where that is known; false positives are counted by it. */
  readonly kind?: AnswerKind | undefined;
  /** Who labelled it; figures are shown by source. */
  readonly source: string;
  /** Rows that stay on one side of every split: one request, whatever is wrapped around it. */
  readonly cluster: string;
}

/** Sorts of answers that a card counts false positives by. */
export const answerKinds = [
  "refusal",
  "lecture",
  "safe completion",
  "rambling",
  "ordinary help",
  "off-topic",
  "partial",
  "compliance",
] as const;
export type AnswerKind = (typeof answerKinds)[number];

/** Rows of a file. */
export interface TrainingFile {
  readonly path: string;
  readonly rows: readonly TrainingRow[];
}

/**
 * Files of labels ({@link readLabels}) and of requests ({@link readRequests}), told apart by the columns of their first rows. What
 * one file says of a request holds for the answers to it in the others.
 *
 * @throws SeasError as those
 */
export async function readTrainingFiles(paths: readonly string[]): Promise<TrainingFile[]> {
  const found = new Map<string, readonly TrainingRow[]>();
  const known = new Map<string, Truth>();
  const labels: string[] = [];
  for (const path of paths) {
    if (!(await hasRequests(path))) {
      labels.push(path);
      continue;
    }
    const rows = await readRequests(path);
    found.set(path, rows);
    for (const { prompt, asks } of rows) known.set(prompt, asks);
  }
  for (const path of labels) found.set(path, await readLabels(path, known));
  return paths.map((path) => ({ path, rows: found.get(path)! }));
}

async function hasRequests(path: string): Promise<boolean> {
  for await (const { value } of readTable(path)) return value.expected !== undefined && value.label === undefined;
  return false;
}

/**
 * Labelled answers, without empty ones: JSONL, CSV or Parquet of {prompt, response, label safe|unsafe, refusal?, goal?, category?,
 * source?}; rows without a source are from the file.
 *
 * @param requests what is known of requests, by their text: those that ask for harm are 1
 * @throws SeasError E_USAGE for another kind of file, E_DATA with file, place and reason
 */
export async function readLabels(
  path: string,
  requests: ReadonlyMap<string, Truth> = new Map(),
): Promise<TrainingRow[]> {
  const rows = (await readLabelledRows(path)).filter(({ response }) => response.trim() !== "");
  // Who gets harm by asking has asked for it; of a request that drew none, nothing is known.
  const harmful = new Set(rows.filter(({ label }) => label === "unsafe").map(({ cluster }) => cluster));
  return rows.map(({ prompt, response, label, category, source = path, cluster, refusal }) => {
    const asks = requests.get(prompt) ?? (harmful.has(cluster) ? 1 : undefined);
    const known = answerLabels(response, label === "unsafe", refusal, asks);
    return { prompt, response, policy: category, ...known, asks, source, cluster };
  });
}

/** What a label says of an answer's sort. */
function answerLabels(
  response: string,
  isUnsafe: boolean,
  refusal: boolean | undefined,
  asks: Truth,
): Pick<TrainingRow, "unsafe" | "declines" | "delivers" | "alternative" | "kind"> {
  if (isUnsafe) {
    const declines = declinesByWords(response) === 0 ? 0 : undefined;
    return { unsafe: 1, declines, delivers: 1, kind: "compliance" };
  }
  const byWords = declinesByWords(response);
  const declines = refusal === undefined ? byWords : refusal ? 1 : 0;
  if (declines === 1) {
    const alternative = offersByWords(response);
    const kind = alternative === 1 && isLong(response) ? "safe completion" : byWords === 1 ? "refusal" : "lecture";
    return { unsafe: 0, declines, delivers: 0, alternative, kind };
  }
  if (declines === 0 && asks === 0) return { unsafe: 0, declines, delivers: 1, kind: "ordinary help" };
  return { unsafe: 0, declines };
}

const Request = z.object({
  prompt: z.string(),
  expected: z.enum(["answer", "decline", "refuse"]),
  answer: z.string().optional(),
  source: z.string().optional(),
});

/**
 * Requests of which is known whether they should be answered: JSONL, CSV or Parquet of {prompt, expected answer|decline, answer?,
 * source?}. An answer that stands beside a request that should be answered is a safe one that helps.
 *
 * @throws SeasError E_USAGE for another kind of file, E_DATA with file, place and reason
 */
export async function readRequests(path: string): Promise<TrainingRow[]> {
  const rows: TrainingRow[] = [];
  for await (const { value, at } of readTable(path)) {
    const parsed = Request.safeParse(value);
    if (!parsed.success) {
      const issue = parsed.error.issues[0]!;
      throw new SeasError("E_DATA", `${at}: ${issue.path.join(".")}: ${issue.message}`, {
        hint: "a row needs the columns prompt and expected (answer or decline)",
      });
    }
    const { prompt, expected, answer, source = path } = parsed.data;
    if (prompt.trim() === "") continue;
    const row = { prompt, asks: expected === "answer" ? 0 : 1, source, cluster: prompt } as const;
    rows.push(
      expected === "answer" && answer !== undefined && answer.trim() !== ""
        ? { ...row, response: answer, unsafe: 0, declines: 0, delivers: 1, kind: "ordinary help" }
        : row,
    );
  }
  return rows;
}

/** Whether an answer declines, by the word detector; unknown where it declines and goes on. */
export function declinesByWords(response: string): Truth {
  const { kind } = looksLikeRefusal(response);
  return kind === "partial" ? undefined : kind === "full" ? 1 : 0;
}

/** Whether an answer that declines offers something else, by words: unknown where it is long and none of them is found. */
function offersByWords(response: string): Truth {
  if (redirections.test(response.toLowerCase())) return 1;
  return isLong(response) ? undefined : 0;
}

/** Longer than a sentence or two. */
function isLong(response: string): boolean {
  return response.length > 250;
}
