/**
 * The frozen matrices in 8 bits: a second weights file beside the float32 one, made once and kept in the cache.
 *
 * Each matrix is rounded twice, as the forward pass and as the way back read it, by column of the product. Some channels
 * of what a layer reads are far larger than the rest and would take all of the 8 bits; they are divided by a power of
 * two that the matrix is multiplied with (SmoothQuant, Xiao et al., 2211.10438, α = 0.5). How large the channels are is
 * measured on a few texts of ours in float32.
 */
import { open } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { prepareWeights, type WeightsTensor } from "./base/weights-file.ts";
import type { BaseModel, WeightsFile } from "./base-model.ts";
import { forkFeeds } from "./collate.ts";
import { node } from "./graph/node.ts";
import * as o from "./graph/ops.ts";
import { openSession } from "./graph/session.ts";
import { loraFeeds, noLora } from "./lora.ts";
import { readsGraph } from "./losses.ts";
import { headLayer, int8Layer, loraModules } from "./nets/llama.ts";

/** Raised whenever the bytes that we make from one base change. */
const format = 1;

export interface Int8Options {
  readonly threads: number;
  /** Token ids on which channels are measured. @default {@link calibrationTexts} under the chat template */
  readonly calibration?: readonly (readonly number[])[];
  readonly onNote?: (line: string) => void;
}

/**
 * Both weights files of `base`: float32, and 8 bits with their scales.
 *
 * @throws SeasError E_DISK without room, E_ENGINE when ONNX Runtime refuses the graph
 */
export async function prepareInt8(base: BaseModel, options: Int8Options): Promise<readonly WeightsFile[]> {
  const { path } = base.weights;
  const layers = [...loraModules(base.config), headLayer(base.config)].map(int8Layer);
  const head = int8Layer(headLayer(base.config)).name;
  let measured: ReadonlyMap<string, Float32Array> | undefined;
  const smoothing = async (name: string) => {
    measured ??= await measureSmoothing(base, layers, options);
    return measured.get(name)!;
  };

  const tensors: WeightsTensor[] = [];
  for (const smooth of new Set(layers.map((layer) => layer.smooth))) {
    const { inputs } = layers.find((layer) => layer.smooth === smooth)!;
    tensors.push({ name: smooth, shape: [inputs], read: async () => (await smoothing(smooth)).map((s) => 1 / s) });
  }
  // Tensors are read once and in order: the scales come with the values before them.
  const matrix = (name: string, rows: number, columns: number, make: () => Promise<Float32Array>) => {
    let scales: Float32Array = new Float32Array();
    const values = async () => {
      const rounded = byColumn(await make(), rows, columns);
      scales = rounded.scales;
      return rounded.values;
    };
    tensors.push(
      { name, shape: [rows, columns], dtype: "int8", read: values },
      { name: `${name}.scale`, shape: [columns], read: async () => scales },
    );
  };
  for (const { name, inputs, outputs, smooth } of layers) {
    const read = () => readMatrix(base.weights, name);
    matrix(`${name}.int8`, inputs, outputs, async () =>
      transposed(await read(), outputs, inputs, await smoothing(smooth)),
    );
    // Nothing is ever differentiated through the head in 8 bits.
    if (name !== head) matrix(`${name}.int8.back`, outputs, inputs, read);
  }
  const file = await prepareWeights(
    dirname(path),
    `${basename(path, ".f32")}.${format}.int8`,
    tensors,
    options.onNote === undefined ? {} : { onNote: options.onNote },
  );
  return [base.weights, file];
}

/**
 * Whether 8-bit products are right on this processor. Without VNNI, x86 adds pairs of products in 16 bits, where two
 * large ones do not fit.
 */
export async function int8IsExact(threads: number): Promise<boolean> {
  const size = 64;
  const operands = [o.input("x", [1, size]), o.input("w", [size, size], "int8"), o.input("scale", [size])];
  const session = await openSession({ y: node("int8LinearBack", operands, [1, size]) }, { threads });
  try {
    const { y } = await session.run({
      x: { data: new Float32Array(size).fill(1), dims: [1, size] },
      w: { data: new Int8Array(size * size).fill(127), dims: [size, size] },
      scale: { data: new Float32Array(size).fill(1 / 127), dims: [size] },
    });
    return Math.abs(Number(y!.data[0]) / size - 1) < 0.01;
  } finally {
    await session.close();
  }
}

/** Rounds a (rows, columns) matrix so that values · scales[column] is near it, |values| ≤ 127. */
function byColumn(
  matrix: Float32Array,
  rows: number,
  columns: number,
): { readonly values: Int8Array; readonly scales: Float32Array } {
  const scales = new Float32Array(columns);
  for (let r = 0, at = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++, at++) {
      const size = Math.abs(matrix[at]!);
      if (size > scales[c]!) scales[c] = size;
    }
  }
  for (let c = 0; c < columns; c++) scales[c] = scales[c]! / 127;
  const values = new Int8Array(rows * columns);
  for (let r = 0, at = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++, at++) {
      if (scales[c] !== 0) values[at] = Math.max(-127, Math.min(127, Math.round(matrix[at]! / scales[c]!)));
    }
  }
  return { values, scales };
}

/** W (out, in) · diag(smooth) → (in, out). */
function transposed(w: Float32Array, outputs: number, inputs: number, smooth: Float32Array): Float32Array {
  const result = new Float32Array(w.length);
  // By blocks: a column of a large matrix touches a new cache line with every value.
  const block = 64;
  for (let first = 0; first < outputs; first += block) {
    const last = Math.min(outputs, first + block);
    for (let i = 0; i < inputs; i++) {
      for (let out = first; out < last; out++) result[i * outputs + out] = w[out * inputs + i]! * smooth[i]!;
    }
  }
  return result;
}

async function readMatrix({ path, tensors }: WeightsFile, name: string): Promise<Float32Array> {
  const { offset, byteLength } = tensors.get(name)!;
  const file = await open(path);
  try {
    const bytes = Buffer.alloc(byteLength);
    for (let done = 0; done < byteLength; ) {
      const { bytesRead } = await file.read(bytes, done, Math.min(byteLength - done, 1 << 28), offset + done);
      if (bytesRead === 0) throw new Error(`${path} ends before ${name} does`);
      done += bytesRead;
    }
    return new Float32Array(bytes.buffer, bytes.byteOffset, byteLength / 4);
  } finally {
    await file.close();
  }
}

/** For each thing that is read, √(largest read / largest weight) by channel, as a power of two around 1. */
async function measureSmoothing(
  base: BaseModel,
  layers: readonly o.Int8Layer[],
  options: Int8Options,
): Promise<ReadonlyMap<string, Float32Array>> {
  const read = await measureReads(base, options);
  const result = new Map<string, Float32Array>();
  for (const smooth of new Set(layers.map((layer) => layer.smooth))) {
    const readers = layers.filter((layer) => layer.smooth === smooth);
    const { inputs } = readers[0]!;
    const weights = new Float32Array(inputs);
    for (const { name, outputs } of readers) {
      const w = await readMatrix(base.weights, name);
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
  { threads, calibration }: Int8Options,
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
