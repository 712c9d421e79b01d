/**
 * Ordinary instructions with short, correct answers: explain, write, list, rewrite, reckon, advise, code, translate,
 * plan, summarise. They are the general pairs that keep the Target useful (the paper's general data, here written by
 * us and far smaller) and the held-out answers whose perplexity shows that it stays so. Rows in `assets/ordinary.jsonl`.
 */
import { z } from "zod";
import { type FixedSplit, readAuthored } from "./authored.ts";

const Row = z.strictObject({
  split: z.enum(["train", "test"]),
  cluster: z.string(),
  text: z.string(),
  answer: z.string(),
});

/** An ordinary instruction and a good answer. */
export interface Ordinary {
  /** Hash of the text. */
  readonly id: string;
  readonly text: string;
  /** Instructions of one kind or topic. */
  readonly cluster: string;
  /** 15-50 words, correct and plain. */
  readonly answer: string;
}

/**
 * All ordinary instructions: about 75 % to train on and 25 % to test with, without a cluster in common.
 *
 * @throws SeasError E_DATA when the packaged file is missing or damaged
 */
export function ordinary(): FixedSplit<Ordinary> {
  return readAuthored("ordinary.jsonl", Row);
}
