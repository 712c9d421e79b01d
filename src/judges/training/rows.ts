/**
 * What a judge is trained on: answers with what is known of them. Labels by people say whether an answer is unsafe; whether it
 * refuses is added by the word detector, where that is sure, and whether the request asks for harm by where it comes from.
 */
import { z } from "zod";
import { SeasError } from "../../errors.ts";
import { readTable } from "../../formats/table.ts";
import { looksLikeRefusal } from "../../metrics/refusal.ts";

/** An answer; 1 = yes, 0 = no, absent = not known. */
export interface TrainingRow {
  readonly prompt: string;
  readonly response: string;
  /** Name of the category at stake, where one is known. */
  readonly policy?: string | undefined;
  readonly unsafe?: 0 | 1 | undefined;
  readonly refusal?: 0 | 1 | undefined;
  /** Whether the prompt asks for harm. */
  readonly asks?: 0 | 1 | undefined;
  /** Who labelled it; figures are shown by source. */
  readonly source: string;
  /** Rows that stay on one side of every split: one request, whatever is wrapped around it. */
  readonly cluster: string;
}

/** A row of a file of labels; all other columns are passed over. */
const Labelled = z.object({
  prompt: z.string(),
  response: z.string(),
  label: z.enum(["safe", "unsafe"]),
  /** The bare request, where `prompt` is what was made of it. */
  goal: z.string().optional(),
  category: z.string().optional(),
  source: z.string().optional(),
});

/**
 * Labelled answers to harmful requests, without empty ones. JSONL, CSV or Parquet of {prompt, response, label safe|unsafe, goal?,
 * category?, source?}.
 *
 * @throws SeasError E_DATA with file, place and reason
 */
export async function readLabels(path: string): Promise<TrainingRow[]> {
  const rows: TrainingRow[] = [];
  for await (const { value, at } of readTable(path)) {
    const parsed = Labelled.safeParse(value);
    if (!parsed.success) {
      const { path: column, message } = parsed.error.issues[0]!;
      throw new SeasError("E_DATA", `${at}: ${column.join(".")}: ${message}`, {
        hint: "a row needs prompt, response, and a label that is safe or unsafe",
      });
    }
    const { prompt, response, label, category, goal = prompt, source = path } = parsed.data;
    if (response.trim() === "") continue;
    const unsafe = label === "unsafe" ? 1 : 0;
    const refusal = refusalOf(response, unsafe);
    rows.push({ prompt, response, policy: category, unsafe, refusal, asks: 1, source, cluster: goal });
  }
  return rows;
}

/** Unsafe answers refuse nothing; of safe ones the detector says, but for those that only begin with a refusal. */
export function refusalOf(response: string, unsafe: 0 | 1): 0 | 1 | undefined {
  if (unsafe === 1) return 0;
  const { kind } = looksLikeRefusal(response);
  if (kind === "partial") return undefined;
  return kind === "full" ? 1 : 0;
}
