/**
 * The frozen matrices in 8 bits: a second weights file beside the float32 one, made once and kept in the cache.
 *
 * Each matrix is rounded twice, as the forward pass and as the way back read it, by column of the product. In the forward
 * pass channels are evened out first (int8-smoothing.ts).
 */
import { basename, dirname } from "node:path";
import { prepareWeights, readWeights, type WeightsTensor } from "./base/weights-file.ts";
import type { BaseModel, WeightsFile } from "./base-model.ts";
import { node } from "./graph/node.ts";
import * as o from "./graph/ops.ts";
import { openSession } from "./graph/session.ts";
import { type CalibrationOptions, measureSmoothing, type Smoothing } from "./int8-smoothing.ts";
import { headLayer, int8Layer, loraModules } from "./nets/linear.ts";

/** Raised whenever the bytes that we make from one base change. */
const format = 2;

export interface Int8Options extends CalibrationOptions {
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
  let measured: ReadonlyMap<string, Smoothing> | undefined;
  const smoothing = async (name: string) => {
    measured ??= await measureSmoothing(base, layers, options);
    return measured.get(name)!;
  };

  const tensors: WeightsTensor[] = [];
  for (const smooth of new Set(layers.map((layer) => layer.smooth))) {
    const { inputs } = layers.find((layer) => layer.smooth === smooth)!;
    const divisors = async () => {
      const { channels, step } = await smoothing(smooth);
      return channels.map((s) => 1 / (s * step));
    };
    tensors.push({ name: smooth, shape: [inputs], read: divisors });
  }
  // Tensors are read once and in order: the scales come with the values before them.
  const matrix = (
    name: string,
    [rows, columns]: readonly [number, number],
    make: () => Promise<Float32Array>,
    step = async () => 1,
  ) => {
    let scales: Float32Array = new Float32Array();
    const values = async () => {
      const rounded = byColumn(await make(), rows, columns);
      const by = await step();
      scales = rounded.scales.map((s) => s * by);
      return rounded.values;
    };
    tensors.push(
      { name, shape: [rows, columns], dtype: "int8", read: values },
      { name: `${name}.scale`, shape: [columns], read: async () => scales },
    );
  };
  for (const { name, inputs, outputs, smooth, backInt8 } of layers) {
    const read = () => readWeights(base.weights, name);
    const made = async () => transposed(await read(), outputs, inputs, (await smoothing(smooth)).channels);
    matrix(`${name}.int8`, [inputs, outputs], made, async () => (await smoothing(smooth)).step);
    if (backInt8) matrix(`${name}.int8.back`, [outputs, inputs], read);
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
