/**
 * Channels evened out before they are rounded to 8 bits. Some channels of what a layer reads are far larger than the rest
 * and would take all of the 8 bits; they are divided by a power of two that the matrix is multiplied with (SmoothQuant,
 * Xiao et al., 2211.10438, α = 0.5). How large the channels are is measured on a few texts of ours in float32.
 */
import { readWeights } from "./base/weights-file.ts";
import type { BaseModel } from "./base-model.ts";
import { forkFeeds } from "./collate.ts";
import type { Int8Layer } from "./graph/ops.ts";
import { openSession } from "./graph/session.ts";
import { loraFeeds, noLora } from "./lora.ts";
import { readsGraph } from "./losses.ts";

export interface CalibrationOptions {
  readonly threads: number;
  /** Token ids on which channels are measured. @default everyday questions of ours under the chat template */
  readonly calibration?: readonly (readonly number[])[];
}

/** For each thing that is read, √(largest read / largest weight) by channel, as a power of two around 1. */
export async function measureSmoothing(
  base: BaseModel,
  layers: readonly Int8Layer[],
  options: CalibrationOptions,
): Promise<ReadonlyMap<string, Float32Array>> {
  const read = await measureReads(base, options);
  const result = new Map<string, Float32Array>();
  for (const smooth of new Set(layers.map((layer) => layer.smooth))) {
    const readers = layers.filter((layer) => layer.smooth === smooth);
    const { inputs } = readers[0]!;
    const weights = new Float32Array(inputs);
    for (const { name, outputs } of readers) {
      const w = await readWeights(base.weights, name);
      for (let out = 0, at = 0; out < outputs; out++) {
        for (let i = 0; i < inputs; i++, at++) {
          const size = Math.abs(w[at]!);
          if (size > weights[i]!) weights[i] = size;
        }
      }
    }
    const largest = read.get(smooth)!;
    const logs = Array.from(
      weights,
      (weight, i) => (Math.log2(Math.max(largest[i]!, 1e-5)) - Math.log2(Math.max(weight, 1e-5))) / 2,
    );
    const middle = logs.reduce((sum, x) => sum + x, 0) / inputs;
    // Powers of two change no digit, and hide that another machine measured a little differently.
    result.set(
      smooth,
      Float32Array.from(logs, (x) => 2 ** Math.round(x - middle)),
    );
  }
  return result;
}

/** The largest size of each channel of what each layer reads, by the name of its smoothing. */
async function measureReads(
  base: BaseModel,
  { threads, calibration }: CalibrationOptions,
): Promise<Map<string, Float32Array>> {
  const texts =
    calibration ?? calibrationTexts.map((turns) => base.tokenizer.chat(turns, { addGenerationPrompt: false }));
  const session = await openSession(readsGraph(base.config), { threads, weights: [base.weights] });
  try {
    const largest = new Map<string, Float32Array>();
    for (const tokens of texts) {
      const { feeds } = forkFeeds([{ prompt: tokens, completions: [] }], base.config);
      const outputs = await session.run({ ...feeds, ...loraFeeds(noLora(base.config)) });
      for (const [reads, { data, dims }] of Object.entries(outputs)) {
        const channels = dims[1]!;
        const name = `model.${reads}.int8.smooth`;
        const sofar = largest.get(name) ?? new Float32Array(channels);
        for (let at = 0; at < data.length; at++) {
          const size = Math.abs(Number(data[at]));
          if (size > sofar[at % channels]!) sofar[at % channels] = size;
        }
        largest.set(name, sofar);
      }
    }
    return largest;
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
