/**
 * The graph: immutable nodes {op, inputs, attrs, shape, dtype}, nothing else. A graph is whatever is reachable from
 * its outputs. Equal nodes are merged when the graph is written (onnx.ts), so building needs no context and no state.
 *
 * A dimension is a number or a name. Names of graph inputs' dimensions ("B", "T") are known at run time; a name that
 * no input has ("BT") may stand once in a reshape and is inferred there.
 */

export type Dim = number | string;
export type Shape = readonly Dim[];
export type DType = "float32" | "int64" | "int8";
export type AttrValue = number | string | readonly number[];
export type Attrs = Readonly<Record<string, AttrValue>>;

/** Every operation of the engine. Each has a line in lower.ts (ONNX) and in gradient.ts (its rule, or none). */
export type Op =
  | "input"
  | "weight"
  | "constant"
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "neg"
  | "sqrt"
  | "exp"
  | "sigmoid"
  | "softplus"
  | "silu"
  | "gelu"
  | "geluErf"
  | "matmul"
  | "int8Linear"
  | "int8LinearBack"
  | "reshape"
  | "transpose"
  | "gatherRows"
  | "scatterRows"
  | "sum"
  | "mean"
  | "softmax"
  | "rmsNorm"
  | "layerNorm"
  | "rope"
  | "tokenLogProb"
  | "tokenLogProbGrad"
  | "concat"
  | "slice"
  | "topKValues"
  | "topKIndices"
  | "logSumExp";

export interface Node {
  readonly op: Op;
  readonly inputs: readonly Node[];
  readonly attrs: Attrs;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A node; shape and dtype are the caller's promise, checked by ONNX Runtime when a session opens. */
export function node(op: Op, inputs: readonly Node[], shape: Shape, attrs: Attrs = {}, dtype: DType = "float32"): Node {
  return { op, inputs, attrs, shape, dtype };
}

/** Nodes reachable from `outputs`, inputs before their users, in a fixed order. Deep graphs: no recursion. */
export function topological(outputs: readonly Node[]): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const stack: { readonly at: Node; next: number }[] = [];
  for (const output of outputs) {
    if (!seen.has(output)) {
      seen.add(output);
      stack.push({ at: output, next: 0 });
    }
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const input = top.at.inputs[top.next++];
      if (input === undefined) {
        order.push(top.at);
        stack.pop();
      } else if (!seen.has(input)) {
        seen.add(input);
        stack.push({ at: input, next: 0 });
      }
    }
  }
  return order;
}

/** NumPy's broadcasting over numbers and names. */
export function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw new Error(`shapes do not broadcast: [${a}] and [${b}]`);
    return x === 1 ? y : x;
  });
}
