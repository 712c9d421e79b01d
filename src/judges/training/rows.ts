/**
 * What a judge is trained on: answers with what is known of them. Labels by people say whether an answer is unsafe; whether it
 * refuses is added by the word detector, where that is sure, and whether the request asks for harm by where it comes from.
 */
import { z } from "zod";
import { readJsonl } from "../../formats/jsonl.ts";
import { looksLikeRefusal } from "../../metrics/refusal.ts";

/** An answer; 1 = yes, 0 = no, absent = not known. */
export interface TrainingRow {
  readonly prompt: string;
  readonly response: string;
  readonly unsafe?: 0 | 1 | undefined;
  readonly refusal?: 0 | 1 | undefined;
  /** Whether the prompt asks for harm. */
  readonly asks?: 0 | 1 | undefined;
  /** Who labelled it; figures are shown by source. */
  readonly source: string;
  /** Rows that stay on one side of every split: one request, whatever is wrapped around it. */
  readonly cluster: string;
  /** How much it counts. @default 1 */
  readonly weight?: number;
}

/** A row of a file of labels; all other columns are passed over. */
const Labelled = z.object({
  prompt: z.string(),
  response: z.string(),
  label: z.enum(["safe", "unsafe"]),
  /** The bare request, where `prompt` is what was made of it. */
  goal: z.string().optional(),
  source: z.string().optional(),
});

/**
 * Labelled answers to harmful requests, without empty ones. JSON Lines of {prompt, response, label safe|unsafe, goal?, source?}.
 *
 * @param weight of each row, below 1 for labels that are not by people
 * @throws SeasError E_DATA with file, line and reason
 */
export async function readLabels(path: string, weight = 1): Promise<TrainingRow[]> {
  const rows: TrainingRow[] = [];
  for await (const { value } of readJsonl(path, Labelled)) {
    const { prompt, response, label, goal = prompt, source = path } = value;
    if (response.trim() === "") continue;
    const unsafe = label === "unsafe" ? 1 : 0;
    rows.push({
      prompt,
      response,
      unsafe,
      refusal: refusalOf(response, unsafe),
      asks: 1,
      source,
      cluster: goal,
      weight,
    });
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
