/**
 * How each operation is written as ONNX: one table, op → ONNX nodes. Operators of domain "com.microsoft" are ONNX
 * Runtime's own and always in its CPU build. Reshapes to named dimensions read the sizes off the graph inputs.
 */
import type { AttrValue, Dim, Node, Op, Shape } from "./node.ts";

/** What lowering needs from the writer. */
export interface Emitter {
  /** Name of an input's value. */
  value(node: Node): string;
  /** Adds an ONNX node and gives the names of its outputs (the first `outputs`, default 1). */
  emit(opType: string, inputs: readonly string[], options?: EmitOptions): string[];
  /** Name of a float32 scalar, kept once. */
  float(value: number): string;
  /** Name of a uint8 scalar, kept once. */
  byte(value: number): string;
  /** Name of an int64 vector, kept once. */
  ints(values: readonly number[]): string;
  /** Name of an int64 vector of one element holding a named dimension, or undefined when no input has that name. */
  dimension(name: string): string | undefined;
}
export interface EmitOptions {
  readonly attrs?: Readonly<Record<string, AttrValue | { readonly float: number }>>;
  readonly domain?: string;
  readonly outputs?: number;
}

type Lowering = (node: Node, e: Emitter) => string;

const microsoft = "com.microsoft";
const plain =
  (opType: string): Lowering =>
  (n, e) =>
    e.emit(opType, n.inputs.map(e.value))[0]!;

/** Operations that the writer handles itself have no line here: input, weight, constant. */
export const lowerings: Readonly<Record<Exclude<Op, "input" | "weight" | "constant">, Lowering>> = {
  add: plain("Add"),
  sub: plain("Sub"),
  mul: plain("Mul"),
  div: plain("Div"),
  neg: plain("Neg"),
  sqrt: plain("Sqrt"),
  exp: plain("Exp"),
  sigmoid: plain("Sigmoid"),
  softplus: plain("Softplus"),
  silu: (n, e) => e.emit("QuickGelu", n.inputs.map(e.value), { domain: microsoft, attrs: { alpha: { float: 1 } } })[0]!,
  gelu: (n, e) => e.emit("FastGelu", n.inputs.map(e.value), { domain: microsoft })[0]!,
  geluErf: (n, e) => e.emit("Gelu", n.inputs.map(e.value), { domain: microsoft })[0]!,
  matmul: (n, e) => {
    const { transA, transB } = n.attrs as { transA: number; transB: number };
    const inputs = n.inputs.map(e.value);
    if (n.shape.length === 2) return e.emit("Gemm", inputs, { attrs: { transA, transB } })[0]!;
    return e.emit("FusedMatMul", inputs, { domain: microsoft, attrs: { transA, transB } })[0]!;
  },
  int8Linear: (n, e) => {
    const [x, smooth, matrix, scale] = n.inputs.map(e.value);
    const even = e.emit("Mul", [x!, smooth!])[0]!;
    if (n.attrs.fixedStep === 0) return int8Product(even, matrix!, scale!, e);
    // The step is part of what evens the channels out, and of the matrix's scale.
    const rounded = e.emit("QuantizeLinear", [even, e.float(1), e.byte(128)])[0]!;
    return integerProduct(rounded, matrix!, scale!, e);
  },
  int8LinearBack: (n, e) => {
    const [d, matrix, scale] = n.inputs.map(e.value);
    return int8Product(d!, matrix!, scale!, e);
  },
  reshape: (n, e) => e.emit("Reshape", [e.value(n.inputs[0]!), shapeTensor(n.shape, e)])[0]!,
  transpose: (n, e) => e.emit("Transpose", n.inputs.map(e.value), { attrs: { perm: n.attrs.perm! } })[0]!,
  gatherRows: (n, e) => e.emit("Gather", n.inputs.map(e.value), { attrs: { axis: 0 } })[0]!,
  scatterRows: (n, e) => {
    const [like, indices, rows] = n.inputs.map(e.value);
    const zeros = e.emit("ConstantOfShape", [e.emit("Shape", [like!])[0]!])[0]!;
    const column = e.emit("Unsqueeze", [indices!, e.ints([1])])[0]!;
    return e.emit("ScatterND", [zeros, column, rows!], { attrs: { reduction: "add" } })[0]!;
  },
  sum: (n, e) => reduce("ReduceSum", n, e),
  mean: (n, e) => reduce("ReduceMean", n, e),
  softmax: (n, e) => e.emit("Softmax", n.inputs.map(e.value), { attrs: { axis: -1 } })[0]!,
  rmsNorm: (n, e) =>
    e.emit("SimplifiedLayerNormalization", n.inputs.map(e.value), {
      attrs: { axis: -1, epsilon: { float: n.attrs.epsilon as number }, stash_type: 1 },
    })[0]!,
  layerNorm: (n, e) =>
    e.emit("LayerNormalization", n.inputs.map(e.value), {
      attrs: { axis: -1, epsilon: { float: n.attrs.epsilon as number }, stash_type: 1 },
    })[0]!,
  rope: (n, e) => {
    return e.emit("RotaryEmbedding", n.inputs.map(e.value), {
      domain: microsoft,
      attrs: { interleaved: 0 },
    })[0]!;
  },
  tokenLogProb: (n, e) => {
    const [logits, targets] = n.inputs.map(e.value);
    const column = e.emit("Unsqueeze", [targets!, e.ints([1])])[0]!;
    const picked = e.emit("GatherElements", [logits!, column], { attrs: { axis: 1 } })[0]!;
    const total = logSumExp(logits!, n.inputs[0]!.shape, e);
    return e.emit("Squeeze", [e.emit("Sub", [picked, total])[0]!, e.ints([1])])[0]!;
  },
  tokenLogProbGrad: (n, e) => {
    const [logits, targets, upstream] = n.inputs.map(e.value);
    const d = e.emit("Unsqueeze", [upstream!, e.ints([1])])[0]!;
    const { exps, total } = shiftedExp(logits!, n.shape, e);
    const probabilities = e.emit("Div", [exps, total])[0]!;
    const scaled = e.emit("Mul", [probabilities, e.emit("Neg", [d])[0]!])[0]!;
    const column = e.emit("Unsqueeze", [targets!, e.ints([1])])[0]!;
    return e.emit("ScatterElements", [scaled, column, d], { attrs: { axis: 1, reduction: "add" } })[0]!;
  },
  logSumExp: (n, e) => logSumExp(e.value(n.inputs[0]!), n.inputs[0]!.shape, e),
  concat: (n, e) => e.emit("Concat", n.inputs.map(e.value), { attrs: { axis: -1 } })[0]!,
  slice: (n, e) => {
    const { start, end } = n.attrs as { start: Dim; end?: Dim };
    const at = (d: Dim) => (typeof d === "number" ? e.ints([d]) : e.dimension(d)!);
    const last = e.ints([-1]);
    // 2³¹ − 1: to the end, as ONNX has it.
    return e.emit("Slice", [e.value(n.inputs[0]!), at(start), at(end ?? 2 ** 31 - 1), last])[0]!;
  },
  // The writer gives the outputs of one ONNX node the names `x`, `x:1`, `x:2`.
  topKValues: (n, e) =>
    e.emit("TopK", [e.value(n.inputs[0]!), e.ints([n.attrs.k as number])], { outputs: 2, attrs: { axis: -1 } })[0]!,
  topKIndices: (n, e) => `${e.value(n.inputs[0]!)}:1`,
};

/**
 * x · matrix · scale in 8 bits. Each row has a step of its own, 1/127 of its largest size, so that what is in one row does
 * not depend on the others. Layers that read the same x share its rounding, for equal nodes are written once.
 */
function int8Product(x: string, matrix: string, scale: string, e: Emitter): string {
  const rowwise = { attrs: { keepdims: 1 } };
  const last = e.ints([-1]);
  // Not ReduceMax of Abs, which writes all of x once more.
  const most = e.emit("ReduceMax", [x, last], rowwise)[0]!;
  const least = e.emit("Neg", [e.emit("ReduceMin", [x, last], rowwise)[0]!])[0]!;
  const largest = e.emit("Max", [most, least, e.float(1e-30)])[0]!; // a row of zeros stays one
  const step = e.emit("Mul", [largest, e.float(1 / 127)])[0]!;
  const steps = e.emit("Squeeze", [step, last])[0]!;
  const zeros = e.emit("Expand", [e.byte(128), e.emit("Shape", [steps])[0]!])[0]!;
  const rounded = e.emit("QuantizeLinear", [x, steps, zeros], { attrs: { axis: 0 } })[0]!;
  return e.emit("Mul", [integerProduct(rounded, matrix, scale, e), step])[0]!;
}

/** rounded · matrix · scale, in which 128 stands for 0. */
function integerProduct(rounded: string, matrix: string, scale: string, e: Emitter): string {
  const operands = [rounded, matrix, e.float(1), scale, e.byte(128)];
  return e.emit("MatMulIntegerToFloat", operands, { domain: microsoft })[0]!;
}

function reduce(opType: string, n: Node, e: Emitter): string {
  const axes = e.ints(n.attrs.axes as readonly number[]);
  return e.emit(opType, [e.value(n.inputs[0]!), axes], { attrs: { keepdims: n.attrs.keep! } })[0]!;
}

/** max + log Σ exp(x − max): not ReduceLogSumExp, whose stability differs between versions. */
function logSumExp(logits: string, shape: Shape, e: Emitter): string {
  const { max, total } = shiftedExp(logits, shape, e);
  return e.emit("Add", [e.emit("Log", [total])[0]!, max])[0]!;
}

/**
 * exp(x − max) and its sum over the last dimension, in blocks: one float32 sum over a vocabulary of 49,152 loses the many
 * small terms, 1.8e-5 of the whole, always the same way; Softmax and LogSoftmax lose half of that.
 */
function shiftedExp(
  x: string,
  shape: Shape,
  e: Emitter,
): { readonly max: string; readonly exps: string; readonly total: string } {
  const keep = { attrs: { keepdims: 1 } };
  const last = e.ints([-1]);
  const max = e.emit("ReduceMax", [x, last], keep)[0]!;
  const exps = e.emit("Exp", [e.emit("Sub", [x, max])[0]!])[0]!;
  const block = blockOf(shape[shape.length - 1]!);
  if (block === 1) return { max, exps, total: e.emit("ReduceSum", [exps, last], keep)[0]! };
  const blocks = e.emit("Reshape", [exps, e.ints([...shape.slice(0, -1).map(() => 0), -1, block])])[0]!;
  const sums = e.emit("ReduceSum", [blocks, last], { attrs: { keepdims: 0 } })[0]!;
  return { max, exps, total: e.emit("ReduceSum", [sums, last], keep)[0]! };
}

/** The largest divisor up to 512; 1 when the size is not known or has none. */
function blockOf(size: Dim): number {
  if (typeof size === "string") return 1;
  for (let block = 512; block > 1; block--) if (size % block === 0) return block;
  return 1;
}

/** A shape as ONNX wants it: numbers, sizes of named input dimensions, and −1 for the one name nobody knows. */
function shapeTensor(shape: Shape, e: Emitter): string {
  let unknown = 0;
  const parts = shape.map((d: Dim) => {
    const known = typeof d === "number" ? d : e.dimension(d);
    if (known === undefined && ++unknown > 1) throw new Error(`reshape to [${shape}]: more than one unknown dimension`);
    return known ?? -1;
  });
  if (parts.every((p) => typeof p === "number")) return e.ints(parts);
  return e.emit(
    "Concat",
    parts.map((p) => (typeof p === "number" ? e.ints([p]) : p)),
    { attrs: { axis: 0 } },
  )[0]!;
}
