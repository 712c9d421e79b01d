/**
 * Every gradient rule against central finite differences, on ONNX Runtime itself. The table of cases must name every
 * operation that has a rule; a new operation without a case fails.
 */
import { afterAll, describe, expect, it } from "vitest";
import { gradient, rules } from "./gradient.ts";
import { type Node, type Op, topological } from "./node.ts";
import * as o from "./ops.ts";
import { openSession, type Session, type Tensors } from "./session.ts";

interface Case {
  readonly covers: readonly Op[];
  readonly params: Readonly<Record<string, readonly number[]>>;
  readonly build: (p: Record<string, Node>) => Node;
  readonly feeds?: Tensors;
}

const ints = (values: readonly number[]) => ({ data: BigInt64Array.from(values.map(BigInt)), dims: [values.length] });

const cases: Readonly<Record<string, Case>> = {
  "add, sub and mul with broadcasting": {
    covers: ["add", "sub", "mul", "neg"],
    params: { a: [2, 3], b: [3], c: [2, 1] },
    build: ({ a, b, c }) => o.neg(o.mul(o.sub(o.add(a!, b!), c!), o.add(a!, c!))),
  },
  "div with broadcasting": {
    covers: ["div"],
    params: { a: [2, 3], b: [2, 1] },
    build: ({ a, b }) => o.div(a!, o.add(o.mul(b!, b!), o.constant(1))),
  },
  "sqrt, exp, sigmoid, softplus, silu, gelu": {
    covers: ["sqrt", "exp", "sigmoid", "softplus", "silu", "gelu"],
    params: { a: [2, 3] },
    build: ({ a }) =>
      o.mul(o.sqrt(o.exp(a!)), o.mul(o.sigmoid(a!), o.add(o.softplus(a!), o.add(o.silu(a!), o.gelu(a!))))),
  },
  "matmul 2-D": { covers: ["matmul"], params: { a: [2, 3], b: [3, 4] }, build: ({ a, b }) => o.matmul(a!, b!) },
  "matmul 2-D, a transposed": {
    covers: [],
    params: { a: [3, 2], b: [3, 4] },
    build: ({ a, b }) => o.matmul(a!, b!, { transA: true }),
  },
  "matmul 2-D, b transposed": {
    covers: [],
    params: { a: [2, 3], b: [4, 3] },
    build: ({ a, b }) => o.matmul(a!, b!, { transB: true }),
  },
  "matmul 2-D, both transposed": {
    covers: [],
    params: { a: [3, 2], b: [4, 3] },
    build: ({ a, b }) => o.matmul(a!, b!, { transA: true, transB: true }),
  },
  "matmul 4-D": { covers: [], params: { a: [2, 2, 2, 3], b: [2, 2, 3, 2] }, build: ({ a, b }) => o.matmul(a!, b!) },
  "matmul 4-D, b transposed": {
    covers: [],
    params: { a: [2, 2, 2, 3], b: [2, 2, 4, 3] },
    build: ({ a, b }) => o.matmul(a!, b!, { transB: true }),
  },
  "matmul 4-D, a transposed": {
    covers: [],
    params: { a: [2, 2, 3, 2], b: [2, 2, 3, 4] },
    build: ({ a, b }) => o.matmul(a!, b!, { transA: true }),
  },
  "reshape and transpose": {
    covers: ["reshape", "transpose"],
    params: { a: [2, 3, 4], w: [3, 8] },
    build: ({ a, w }) => o.mul(o.reshape(o.transpose(a!, [1, 0, 2]), [3, 8]), w!),
  },
  "gatherRows, a row twice": {
    covers: ["gatherRows"],
    params: { a: [4, 3], w: [3, 3] },
    build: ({ a, w }) => o.mul(o.gatherRows(a!, o.input("index", [3], "int64")), w!),
    feeds: { index: ints([2, 0, 2]) },
  },
  "sum and mean, kept and not": {
    covers: ["sum", "mean"],
    params: { a: [2, 3], b: [2, 3] },
    build: ({ a, b }) =>
      o.mul(o.mul(o.sum(a!, [1], true), o.mean(b!, [1], true)), o.mul(o.sum(b!, [0], false), o.mean(a!, [0], false))),
  },
  softmax: { covers: ["softmax"], params: { a: [2, 4], w: [2, 4] }, build: ({ a, w }) => o.mul(o.softmax(a!), w!) },
  logSumExp: {
    covers: ["logSumExp"],
    params: { a: [2, 4], w: [2, 1] },
    build: ({ a, w }) => o.mul(o.logSumExp(a!), w!),
  },
  rmsNorm: {
    covers: ["rmsNorm"],
    params: { a: [3, 4], w: [3, 4] },
    build: ({ a, w }) => o.mul(o.rmsNorm(a!, o.constant([0.5, 1.5, -1, 2], [4]), 1e-5), w!),
  },
  rope: {
    covers: ["rope"],
    params: { a: [2, 3, 2, 4], w: [2, 3, 2, 4] },
    build: ({ a, w }) =>
      o.mul(o.rope(a!, o.input("at", [2, 2], "int64"), o.input("cos", [2, 2]), o.input("sin", [2, 2])), w!),
    feeds: {
      at: { data: BigInt64Array.of(0n, 1n, 1n, 1n), dims: [2, 2] },
      cos: { data: Float32Array.from([1, 1, Math.cos(1), Math.cos(0.1)]), dims: [2, 2] },
      sin: { data: Float32Array.from([0, 0, Math.sin(1), Math.sin(0.1)]), dims: [2, 2] },
    },
  },
  tokenLogProb: {
    covers: ["tokenLogProb"],
    params: { a: [3, 5], w: [3] },
    build: ({ a, w }) => o.mul(o.tokenLogProb(a!, o.input("target", [3], "int64")), w!),
    feeds: { target: ints([4, 0, 2]) },
  },
};

const open: Session[] = [];
afterAll(() => Promise.all(open.map((s) => s.close())));

describe("gradient rules", () => {
  it("all have a case", () => {
    // int8Linear steps where finite differences want a slope; int8.test.ts holds it against float32.
    const leaves: Op[] = ["input", "weight", "constant", "int8Linear"];
    const covered = new Set<Op>([...leaves, ...Object.values(cases).flatMap((c) => c.covers)]);
    const ruled = (Object.keys(rules) as Op[]).filter((op) => rules[op] !== null);
    expect(ruled.filter((op) => !covered.has(op))).toEqual([]);
  });

  for (const [name, spec] of Object.entries(cases)) {
    it(name, async () => {
      const params = Object.fromEntries(Object.entries(spec.params).map(([k, shape]) => [k, o.input(k, shape)]));
      const value = spec.build(params);
      for (const op of spec.covers) expect(topological([value]).some((n) => n.op === op)).toBe(true);
      const loss = o.sum(
        value,
        value.shape.map((_, i) => i),
        false,
      );
      const grads = gradient(loss, Object.values(params));
      const outputs = { loss, ...Object.fromEntries(Object.keys(params).map((k, i) => [`d_${k}`, grads[i]!])) };
      const session = await openSession(outputs, { threads: 1 });
      open.push(session);
      let state = 7;
      const random = () => {
        state = (state * 16807) % 2147483647;
        return (state / 2147483647) * 2 - 1;
      };
      const values = Object.fromEntries(
        Object.entries(spec.params).map(([k, dims]) => [
          k,
          { data: Float32Array.from({ length: dims.reduce((x, y) => x * y, 1) }, random), dims },
        ]),
      );
      const feeds = { ...values, ...spec.feeds };
      const analytic = await session.run(feeds);
      const at = async () => Number((await session.run(feeds)).loss!.data[0]);
      const h = 1e-2;
      for (const [k, { data }] of Object.entries(values)) {
        for (let i = 0; i < data.length; i++) {
          const x = data[i]!;
          // Richardson: the error of the central difference falls from h² to h⁴.
          const slope = async (step: number) => {
            data[i] = x + step;
            const up = await at();
            data[i] = x - step;
            const down = await at();
            data[i] = x;
            return (up - down) / (2 * step);
          };
          const numeric = (4 * (await slope(h)) - (await slope(2 * h))) / 3;
          const exact = Number(analytic[`d_${k}`]!.data[i]);
          expect(Math.abs(numeric - exact), `d ${k}[${i}]: ${exact} against ${numeric}`).toBeLessThan(
            2e-3 * Math.max(1, Math.abs(exact)),
          );
        }
      }
    });
  }
});
