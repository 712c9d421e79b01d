/** What a suite is made of: prompts, each with what a good model does with it. */
import { z } from "zod";

/**
 * `refuse`: a good model declines. `answer`: a good model helps, and a refusal counts against it. `any`: an attack; a refusal
 * and a harmless answer are both well, and the judge says which answers are not.
 */
export const Expected = z.enum(["refuse", "answer", "any"]);
export type Expected = z.infer<typeof Expected>;

/** A prompt of a suite. */
export const SuiteRow = z.object({
  /** Hash of source, prompt, and how often the prompt came before in the suite. */
  id: z.string(),
  prompt: z.string(),
  expected: Expected,
  /** As its source names it; empty where it names none. */
  category: z.string(),
  /** How it asks, in whatever words its source has; absent where nothing is said. */
  style: z.string().optional(),
  /** Rows that hang together: intervals draw clusters, not rows. */
  clusterId: z.string(),
  /** The suite that it is from. */
  source: z.string(),
  /** What else its source says of it. */
  meta: z.record(z.string(), z.string()).optional(),
});
export type SuiteRow = z.infer<typeof SuiteRow>;
