/**
 * Constructors of nodes, with shape inference. What an operation computes stands in its line here; how it is written
 * as ONNX stands in lower.ts, its derivative in gradient.ts.
 */
import { broadcast, type Dim, type DType, type Node, node, type Shape } from "./node.ts";

/** A value given at every run. LoRA matrices are inputs too. */
export function input(name: string, shape: Shape, dtype: DType = "float32"): Node {
  return node("input", [], shape, { name }, dtype);
}

/** A frozen matrix of the base model, kept in the external weights file under its Hugging Face name. */
export function weight(name: string, shape: Shape, dtype: DType = "float32"): Node {
  return node("weight", [], shape, { name }, dtype);
}

/** A small value inside the graph. */
export function constant(values: number | readonly number[], shape: Shape = []): Node {
  return node("constant", [], shape, { values: typeof values === "number" ? [values] : values });
}

export function add(a: Node, b: Node): Node {
  return node("add", [a, b], broadcast(a.shape, b.shape));
}
export function sub(a: Node, b: Node): Node {
  return node("sub", [a, b], broadcast(a.shape, b.shape));
}
export function mul(a: Node, b: Node): Node {
  return node("mul", [a, b], broadcast(a.shape, b.shape));
}
export function div(a: Node, b: Node): Node {
  return node("div", [a, b], broadcast(a.shape, b.shape));
}
export function neg(a: Node): Node {
  return node("neg", [a], a.shape);
}
export function sqrt(a: Node): Node {
  return node("sqrt", [a], a.shape);
}
export function exp(a: Node): Node {
  return node("exp", [a], a.shape);
}
export function sigmoid(a: Node): Node {
  return node("sigmoid", [a], a.shape);
}
/** log(1 + exp(a)), stable for large |a|. */
export function softplus(a: Node): Node {
  return node("softplus", [a], a.shape);
}
/** a · sigmoid(a) */
export function silu(a: Node): Node {
  return node("silu", [a], a.shape);
}

/** GELU by its tanh form (Hendrycks & Gimpel, 1606.08415): a · sigmoid(2√(2/π)(a + 0.044715 a³)) */
export function gelu(a: Node): Node {
  return node("gelu", [a], a.shape);
}

/** GELU as it is defined, a · Φ(a) (Hendrycks & Gimpel, 1606.08415), by the error function; it has no derivative here. */
export function geluErf(a: Node): Node {
  return node("geluErf", [a], a.shape);
}

/**
 * op(a) · op(b) over the last two dimensions, leading dimensions equal (or 1 in b, which then has no derivative); 2-D
 * operands take ONNX Gemm, others FusedMatMul, so that a transpose costs no copy.
 */
export function matmul(a: Node, b: Node, options: { readonly transA?: boolean; readonly transB?: boolean } = {}): Node {
  const transA = options.transA ? 1 : 0;
  const transB = options.transB ? 1 : 0;
  const rank = a.shape.length;
  if (rank !== b.shape.length || rank < 2) throw new Error(`matmul: ranks [${a.shape}] and [${b.shape}]`);
  const m = a.shape[rank - 2 + transA]!;
  const ka = a.shape[rank - 1 - transA]!;
  const kb = b.shape[rank - 2 + transB]!;
  const n = b.shape[rank - 1 - transB]!;
  if (ka !== kb) throw new Error(`matmul: inner dimensions ${ka} and ${kb} of [${a.shape}] and [${b.shape}]`);
  return node("matmul", [a, b], [...a.shape.slice(0, -2), m, n], { transA, transB });
}

/** A frozen linear layer whose matrix is kept in 8 bits, twice: for the way forward and for the way back. */
export interface Int8Layer {
  /** Hugging Face name of the float32 matrix. */
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Name of the vector that evens out the input's channels; layers that read one input share it. */
  readonly smooth: string;
  /** Whether one step of rounding, measured beforehand, does for all rows of the input; otherwise each row has its own. */
  readonly fixedStep: boolean;
  /** Whether the way back is in 8 bits as well; otherwise it is the float32 matrix. */
  readonly backInt8: boolean;
}

/**
 * x · Wᵀ in 8-bit integers, (N, in) → (N, out): `x` has a step of rounding for all rows or one for each, each column of W its
 * own; channels are evened out first (SmoothQuant, Xiao et al., 2211.10438). See engine/int8.ts for the weights.
 */
export function int8Linear(x: Node, layer: Int8Layer): Node {
  const { name, inputs, outputs, smooth, fixedStep, backInt8 } = layer;
  const operands = [
    x,
    weight(smooth, [inputs]),
    weight(`${name}.int8`, [inputs, outputs], "int8"),
    weight(`${name}.int8.scale`, [outputs]),
  ];
  return node("int8Linear", operands, [x.shape[0]!, outputs], {
    name,
    inputs,
    outputs,
    smooth,
    fixedStep: Number(fixedStep),
    backInt8: Number(backInt8),
  });
}

/** d · W in 8-bit integers, (N, out) → (N, in): the derivative of {@link int8Linear} as if nothing were rounded. */
export function int8LinearBack(d: Node, { name, inputs, outputs }: Int8Layer): Node {
  const operands = [
    d,
    weight(`${name}.int8.back`, [outputs, inputs], "int8"),
    weight(`${name}.int8.back.scale`, [inputs]),
  ];
  return node("int8LinearBack", operands, [d.shape[0]!, inputs]);
}

/** Same values in another shape; at most one dimension may be a name that no graph input has. */
export function reshape(a: Node, shape: Shape): Node {
  return node("reshape", [a], shape, {}, a.dtype);
}

/** Dimension i of the result is dimension perm[i] of `a`. */
export function transpose(a: Node, perm: readonly number[]): Node {
  return node(
    "transpose",
    [a],
    perm.map((p) => a.shape[p]!),
    { perm },
  );
}

/** Rows of `a` (R, …) at `indices` (N) → (N, …). */
export function gatherRows(a: Node, indices: Node): Node {
  return node("gatherRows", [a, indices], [...indices.shape, ...a.shape.slice(1)], {}, a.dtype);
}

/** Zeros like `like` (R, D) with `rows` (N, D) added at `indices` (N): the derivative of gatherRows. */
export function scatterRows(like: Node, indices: Node, rows: Node): Node {
  return node("scatterRows", [like, indices, rows], like.shape);
}

/** Sum over `axes` (non-negative), which stay as 1 when `keep`. */
export function sum(a: Node, axes: readonly number[], keep: boolean): Node {
  return node("sum", [a], reduced(a.shape, axes, keep), { axes, keep: keep ? 1 : 0 });
}
export function mean(a: Node, axes: readonly number[], keep: boolean): Node {
  return node("mean", [a], reduced(a.shape, axes, keep), { axes, keep: keep ? 1 : 0 });
}
function reduced(shape: Shape, axes: readonly number[], keep: boolean): Shape {
  return shape.flatMap((d, i) => (axes.includes(i) ? (keep ? [1] : []) : [d]));
}

/** Softmax over the last dimension. */
export function softmax(a: Node): Node {
  return node("softmax", [a], a.shape);
}

/** a / sqrt(mean(a²) + epsilon) · scale over the last dimension: (…, D), scale (D). */
export function rmsNorm(a: Node, scale: Node, epsilon: number): Node {
  return node("rmsNorm", [a, scale], a.shape, { epsilon });
}

/**
 * (a − mean) / sqrt(variance + epsilon) · scale + shift over the last dimension (Ba et al., 1607.06450): (…, D), scale and
 * shift (D); it has no derivative here.
 */
export function layerNorm(a: Node, scale: Node, shift: Node, epsilon: number): Node {
  return node("layerNorm", [a, scale, shift], a.shape, { epsilon });
}

/**
 * Rotary position embedding (Su et al., 2104.09864), half-split as in Hugging Face: a (B, H, T, D); positions (B, T) int64,
 * rows of cos and sin (L, D/2).
 */
export function rope(a: Node, positions: Node, cos: Node, sin: Node): Node {
  return node("rope", [a, positions, cos, sin], a.shape);
}

/** log softmax(logits)[target] by row: (N, V), targets (N) int64 → (N). */
export function tokenLogProb(logits: Node, targets: Node): Node {
  return node("tokenLogProb", [logits, targets], [logits.shape[0]!]);
}

/** Derivative of tokenLogProb: (onehot(target) − softmax(logits)) · upstream, (N, V). */
export function tokenLogProbGrad(logits: Node, targets: Node, upstream: Node): Node {
  return node("tokenLogProbGrad", [logits, targets, upstream], logits.shape);
}

/** log Σ exp over the last dimension, kept as 1. */
export function logSumExp(a: Node): Node {
  return node("logSumExp", [a], [...a.shape.slice(0, -1), 1]);
}

/** `a` and `b` side by side in the last dimension, which gets the name `joined`. */
export function concat(a: Node, b: Node, joined: string): Node {
  return node("concat", [a, b], [...a.shape.slice(0, -1), joined]);
}

/** The last dimension from `start` (a number or a named dimension) on, `size` of it or, without `end`, all that is left. */
export function slice(a: Node, { start = 0, end }: { readonly start?: Dim; readonly end?: Dim }, size: Dim): Node {
  return node("slice", [a], [...a.shape.slice(0, -1), size], { start, ...(end === undefined ? {} : { end }) });
}

/** The k largest of the last dimension, sorted: values and int64 indices, (B, k). */
export function topK(a: Node, k: number): { readonly values: Node; readonly indices: Node } {
  const shape = [...a.shape.slice(0, -1), k];
  const values = node("topKValues", [a], shape, { k });
  return { values, indices: node("topKIndices", [values], shape, {}, "int64") };
}
