/**
 * Harmless look-alikes: prompts that copy the syntax and the words of the attack styles (like the paper's Harmless set
 * of 300) but ask for something harmless, each with a helpful answer. They teach and test that it is the
 * wish behind a prompt that counts, not its frightening words. All written by us; rows in `assets/look-alikes.jsonl`.
 */
import { z } from "zod";
import { type FixedSplit, readAuthored } from "./authored.ts";
import type { StyleId } from "./taxonomy.ts";

const styles = [
  "role-play",
  "session-completion",
  "goal-hijacking",
  "token-manipulation",
  "adversarial-prefix",
  "code-nesting",
  "jailbreaking",
  "one-sided-statement",
  "word-play",
  "plain",
] as const satisfies readonly StyleId[];

const Row = z.strictObject({
  split: z.enum(["train", "test"]),
  style: z.enum(styles),
  cluster: z.string(),
  text: z.string(),
  answer: z.string(),
});

/** A harmless prompt that looks like an attack. */
export interface LookAlike {
  /** Hash of the text. */
  readonly id: string;
  /** At most 90 words. */
  readonly text: string;
  /** The attack style it copies; `plain` has only the words. */
  readonly style: StyleId;
  /** Prompts that share a wrapper or a topic. */
  readonly cluster: string;
  /** A helpful answer of 15-45 words. */
  readonly answer: string;
}

/**
 * All look-alikes: about 70 % to train on and 30 % to test with, without a cluster in common.
 *
 * @throws SeasError E_DATA when the packaged file is missing or damaged
 */
export function lookAlikes(): FixedSplit<LookAlike> {
  return readAuthored("look-alikes.jsonl", Row);
}
