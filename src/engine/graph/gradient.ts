/**
 * Reverse mode: one table of rules and a short walk. A rule takes a node and the derivative of the loss with respect
 * to its value, and gives the derivatives with respect to its inputs (null = none: an index, a frozen scale).
 * `none` marks operations that training never passes through. Every rule is held by finite differences
 * (gradient.test.ts). The layout follows tinygrad's: op → rule.
 */
import { type Node, type Op, topological } from "./node.ts";
import * as o from "./ops.ts";

type Rule = (node: Node, upstream: Node) => readonly (Node | null)[];

const none = null;
const one = o.constant(1);

/** What each operation does to a derivative. */
export const rules: Readonly<Record<Op, Rule | null>> = {
  input: () => [],
  weight: () => [],
  constant: () => [],
  add: ({ inputs: [a, b] }, d) => [unbroadcast(d, a!), unbroadcast(d, b!)],
  sub: ({ inputs: [a, b] }, d) => [unbroadcast(d, a!), unbroadcast(o.neg(d), b!)],
  mul: ({ inputs: [a, b] }, d) => [unbroadcast(o.mul(d, b!), a!), unbroadcast(o.mul(d, a!), b!)],
  div: (n, d) => [
    unbroadcast(o.div(d, n.inputs[1]!), n.inputs[0]!),
    unbroadcast(o.neg(o.div(o.mul(d, n), n.inputs[1]!)), n.inputs[1]!),
  ],
  neg: (_, d) => [o.neg(d)],
  sqrt: (n, d) => [o.div(d, o.mul(o.constant(2), n))],
  exp: (n, d) => [o.mul(d, n)],
  sigmoid: (n, d) => [o.mul(d, o.mul(n, o.sub(one, n)))],
  softplus: ({ inputs: [a] }, d) => [o.mul(d, o.sigmoid(a!))],
  // With s = sigmoid(a): s + y·(1 − s)
  silu: (n, d) => {
    const s = o.sigmoid(n.inputs[0]!);
    return [o.mul(d, o.add(s, o.mul(n, o.sub(one, s))))];
  },
  // With u = 2√(2/π)(a + 0.044715 a³) and s = sigmoid(u): s + y·(1 − s)·u′
  gelu: (n, d) => {
    const a = n.inputs[0]!;
    const c = 2 * Math.sqrt(2 / Math.PI);
    const square = o.mul(a, a);
    const s = o.sigmoid(o.mul(a, o.add(o.constant(c), o.mul(square, o.constant(c * 0.044715)))));
    const slope = o.add(o.constant(c), o.mul(square, o.constant(3 * c * 0.044715)));
    return [o.mul(d, o.add(s, o.mul(o.mul(n, o.sub(one, s)), slope)))];
  },
  matmul: ({ inputs: [a, b], attrs }, d) => {
    const transA = attrs.transA === 1;
    const transB = attrs.transB === 1;
    return [
      transA ? o.matmul(b!, d, { transA: transB, transB: true }) : o.matmul(d, b!, { transB: !transB }),
      transB ? o.matmul(d, a!, { transA: true, transB: transA }) : o.matmul(a!, d, { transA: !transA }),
    ];
  },
  // Straight through: the rounding of the forward pass is taken for no rounding. Not for finite differences.
  int8Linear: ({ attrs }, d) => {
    const layer = attrs as unknown as o.Int8Layer;
    const back = layer.backInt8
      ? o.int8LinearBack(d, layer)
      : o.matmul(d, o.weight(layer.name, [layer.outputs, layer.inputs]));
    return [back, none, none, none];
  },
  int8LinearBack: none,
  reshape: ({ inputs: [a] }, d) => [o.reshape(d, a!.shape)],
  transpose: ({ attrs }, d) => {
    const perm = attrs.perm as readonly number[];
    return [
      o.transpose(
        d,
        perm.map((_, i) => perm.indexOf(i)),
      ),
    ];
  },
  gatherRows: ({ inputs: [a, indices] }, d) => [o.scatterRows(a!, indices!, d), none],
  scatterRows: none,
  sum: (n, d) => [spread(n, d)],
  mean: (n, d) => {
    const axes = n.attrs.axes as readonly number[];
    const size = axes.reduce((product, axis) => product * sized(n.inputs[0]!, axis), 1);
    return [o.mul(spread(n, d), o.constant(1 / size))];
  },
  softmax: (n, d) => [o.mul(n, o.sub(d, o.sum(o.mul(d, n), [n.shape.length - 1], true)))],
  // With r = 1/sqrt(mean(a²)+ε) and g = upstream·scale: r·g − a·r³·mean(g·a); of the scale, Σ upstream·a·r.
  rmsNorm: ({ inputs: [a, scale], attrs }, d) => {
    const last = [a!.shape.length - 1];
    const g = o.mul(d, scale!);
    const r = o.div(one, o.sqrt(o.add(o.mean(o.mul(a!, a!), last, true), o.constant(attrs.epsilon as number))));
    const c = o.mul(o.mul(r, o.mul(r, r)), o.mean(o.mul(g, a!), last, true));
    const rows = [...Array(last[0]!).keys()];
    return [o.sub(o.mul(g, r), o.mul(a!, c)), o.sum(o.mul(d, o.mul(a!, r)), rows, false)];
  },
  // A rotation's derivative is the rotation back.
  rope: ({ inputs: [, positions, cos, sin] }, d) => [o.rope(d, positions!, cos!, o.neg(sin!)), none, none, none],
  tokenLogProb: ({ inputs: [logits, targets] }, d) => [o.tokenLogProbGrad(logits!, targets!, d), none],
  tokenLogProbGrad: none,
  geluErf: none,
  layerNorm: none,
  logSumExp: ({ inputs: [a] }, d) => [o.mul(d, o.softmax(a!))],
  concat: none,
  slice: none,
  topKValues: none,
  topKIndices: none,
};

/**
 * Derivatives of a scalar with respect to `parameters`, in their order. Only nodes that depend on a parameter are
 * walked, so a frozen base costs nothing it need not.
 */
export function gradient(loss: Node, parameters: readonly Node[]): Node[] {
  if (loss.shape.length !== 0) throw new Error(`gradient of a value of shape [${loss.shape}], not of a scalar`);
  const order = topological([loss]);
  const depends = new Set<Node>(parameters);
  for (const n of order) if (n.inputs.some((i) => depends.has(i))) depends.add(n);
  const upstream = new Map<Node, Node>([[loss, one]]);
  for (const n of order.reverse()) {
    const d = upstream.get(n);
    if (d === undefined || !depends.has(n) || n.inputs.length === 0) continue;
    const rule = rules[n.op];
    if (rule === null) throw new Error(`no gradient through ${n.op}`);
    const parts = rule(n, d);
    n.inputs.forEach((input, i) => {
      const part = parts[i];
      if (part === undefined || part === null || !depends.has(input)) return;
      const sofar = upstream.get(input);
      upstream.set(input, sofar === undefined ? part : o.add(sofar, part));
    });
  }
  return parameters.map((p) => upstream.get(p) ?? o.mul(p, o.constant(0)));
}

/** Sums `d` over the dimensions in which `like` was broadcast. */
function unbroadcast(d: Node, like: Node): Node {
  const extra = d.shape.length - like.shape.length;
  const axes = d.shape.flatMap((size, i) => (i < extra || (like.shape[i - extra] === 1 && size !== 1) ? [i] : []));
  if (axes.length === 0) return d;
  const summed = o.sum(d, axes, true);
  return extra === 0 ? summed : o.reshape(summed, like.shape);
}

/** Upstream of a reduction back over the reduced dimensions, by broadcasting against zeros of the input. */
function spread(n: Node, d: Node): Node {
  const input = n.inputs[0]!;
  const axes = n.attrs.axes as readonly number[];
  const kept =
    n.attrs.keep === 1
      ? d
      : o.reshape(
          d,
          input.shape.map((size, i) => (axes.includes(i) ? 1 : size)),
        );
  return o.add(kept, o.mul(input, o.constant(0)));
}

function sized(n: Node, axis: number): number {
  const size = n.shape[axis];
  if (typeof size !== "number") throw new Error(`mean over a dimension of unknown size, ${size}`);
  return size;
}
