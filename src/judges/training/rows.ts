/**
 * What a judge is trained on: answers with what is known of them. Labels by people say whether an answer is unsafe; whether it
 * refuses is added by the word detector, where that is sure, and whether the request asks for harm by where it comes from.
 */
import { looksLikeRefusal } from "../../metrics/refusal.ts";
import { readLabelledRows } from "../labelled-table.ts";

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

/**
 * Labelled answers to harmful requests, without empty ones. JSONL, CSV or Parquet of {prompt, response, label safe|unsafe, goal?,
 * category?, source?}; rows without a source are from the file.
 *
 * @throws SeasError E_USAGE for another kind of file, E_DATA with file, place and reason
 */
export async function readLabels(path: string): Promise<TrainingRow[]> {
  return (await readLabelledRows(path))
    .filter(({ response }) => response.trim() !== "")
    .map(({ prompt, response, label, category, source = path, cluster }) => {
      const unsafe = label === "unsafe" ? 1 : 0;
      const refusal = refusalOf(response, unsafe);
      return { prompt, response, policy: category, unsafe, refusal, asks: 1, source, cluster };
    });
}

/** Unsafe answers refuse nothing; of safe ones the detector says, but for those that only begin with a refusal. */
export function refusalOf(response: string, unsafe: 0 | 1): 0 | 1 | undefined {
  if (unsafe === 1) return 0;
  const { kind } = looksLikeRefusal(response);
  if (kind === "partial") return undefined;
  return kind === "full" ? 1 : 0;
}
