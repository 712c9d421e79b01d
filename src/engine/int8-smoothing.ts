/**
 * Channels evened out before they are rounded to 8 bits. Some channels of what a layer reads are far larger than the rest
 * and would take all of the 8 bits; they are divided by a number that the matrix is multiplied with (SmoothQuant, Xiao et
 * al., 2211.10438, α = 0.5). How large the channels are is measured on a few texts of ours in float32, and so is the step
 * of rounding of what stands behind a norm, where rows are of one size.
 */
import { readWeights } from "./base/weights-file.ts";
import type { BaseModel } from "./base-model.ts";
import { forkFeeds } from "./collate.ts";
import type { Int8Layer } from "./graph/ops.ts";
import { openSession } from "./graph/session.ts";
import { readsGraph } from "./losses.ts";

export interface CalibrationOptions {
  readonly threads: number;
  /** Token ids on which channels are measured. @default everyday questions of ours under the chat template */
  readonly calibration?: readonly (readonly number[])[];
}

/** How what is read is rounded: each channel divided by its own number, then all by one step. */
export interface Smoothing {
  /** √(largest read / largest weight) by channel, around 1. */
  readonly channels: Float32Array;
  /** 1/127 of what nearly all rows stay within, or 1 where each row finds its own. */
  readonly step: number;
}

/** Rows that a fixed step does not reach, and whose largest channels are cut: first tokens, on which nothing hangs, are far off. */
const cutRows = 0.02;

/** The smoothing of each thing that is read, by its name. */
export async function measureSmoothing(
  base: BaseModel,
  layers: readonly Int8Layer[],
  options: CalibrationOptions,
): Promise<ReadonlyMap<string, Smoothing>> {
  const reads = await readsOf(base, options);
  const result = new Map<string, Smoothing>();
  for (const smooth of new Set(layers.map((layer) => layer.smooth))) {
    const readers = layers.filter((layer) => layer.smooth === smooth);
    const { inputs, fixedStep } = readers[0]!;
    const weights = new Float32Array(inputs);
    for (const { name } of readers) largestByChannel(await readWeights(base.weights, name), weights);
    const largest = new Float32Array(inputs);
    for (const rows of reads.get(smooth)!) largestByChannel(rows, largest);
    const logs = Array.from(
      weights,
      (weight, i) => (Math.log2(Math.max(largest[i]!, 1e-5)) - Math.log2(Math.max(weight, 1e-5))) / 2,
    );
    const middle = logs.reduce((sum, x) => sum + x, 0) / inputs;
    const channels = Float32Array.from(logs, (x) => coarse(x - middle, Math.round));
    result.set(smooth, { channels, step: fixedStep ? stepOf(reads.get(smooth)!, channels) : 1 });
  }
  return result;
}

/** 2 to the power of a multiple of ¼, which hides that another machine measured a little differently. */
function coarse(log: number, round: (x: number) => number): number {
  return 2 ** (round(4 * log) / 4);
}

/** A step with which 127 is as large as the largest channel of all but a few rows. */
function stepOf(reads: readonly Float32Array[], channels: Float32Array): number {
  const sizes: number[] = [];
  for (const rows of reads) {
    for (let at = 0; at < rows.length; at += channels.length) {
      sizes.push(channels.reduce((most, s, i) => Math.max(most, Math.abs(rows[at + i]!) / s), 1e-30));
    }
  }
  sizes.sort((a, b) => a - b);
  return coarse(Math.log2(sizes[Math.floor((1 - cutRows) * sizes.length)]!), Math.ceil) / 127;
}

/** Raises each of `largest` to the largest size of its channel in `rows` (N, channels). */
function largestByChannel(rows: Float32Array, largest: Float32Array): void {
  for (let at = 0, i = 0; at < rows.length; at++) {
    const size = Math.abs(rows[at]!);
    if (size > largest[i]!) largest[i] = size;
    i = i + 1 === largest.length ? 0 : i + 1;
  }
}

/** What each layer reads, (T, channels) for each text, by the name of its smoothing. */
async function readsOf(
  base: BaseModel,
  { threads, calibration }: CalibrationOptions,
): Promise<Map<string, Float32Array[]>> {
  const texts =
    calibration ?? calibrationTexts.map((turns) => base.tokenizer.chat(turns, { addGenerationPrompt: false }));
  const session = await openSession(readsGraph(base.config), { threads, weights: [base.weights] });
  try {
    const result = new Map<string, Float32Array[]>();
    for (const tokens of texts) {
      const { feeds } = forkFeeds([{ prompt: tokens, completions: [] }], base.config);
      const outputs = await session.run(feeds);
      for (const [reads, { data }] of Object.entries(outputs)) {
        const name = `model.${reads}.int8.smooth`;
        result.set(name, [...(result.get(name) ?? []), data as Float32Array]);
      }
    }
    return result;
  } finally {
    await session.close();
  }
}

const turns = (question: string, answer: string) =>
  [
    { role: "user", content: question },
    { role: "assistant", content: answer },
  ] as const;

/** Everyday questions and answers, written for this purpose alone. */
const calibrationTexts = [
  turns(
    "Why does bread rise?",
    "Yeast eats the sugar in the dough and gives off carbon dioxide. The gluten holds the gas in small bubbles, so the dough grows until the heat of the oven sets it.",
  ),
  turns(
    "Write a short note to a neighbour whose music is too loud.",
    "Hi! Your music carries through the wall quite clearly in the evening. Could you turn it down after ten? Thank you, and sorry to trouble you.",
  ),
  turns(
    "Give me three test cases for a function that sorts numbers.",
    "1. An empty list: [] stays [].\n2. Equal values: [2, 2, 1] becomes [1, 2, 2].\n3. Negative numbers: [3, -1, 0] becomes [-1, 0, 3].",
  ),
  turns(
    "I'm writing a story in which a thief explains himself. How does he begin?",
    'He does not say sorry. "You leave the window open every night," he says, "and you wonder who comes in. I only wanted to see whether anyone would notice."',
  ),
];
