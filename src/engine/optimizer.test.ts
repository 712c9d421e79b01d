/** AdamW and clipping against torch, as recorded by test/parity/scripts/record_engine.py; the schedules against hand values. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { adamState, adamStep, clipGradients, scheduleFactor, type TensorSet } from "./optimizer.ts";

type Arrays = Readonly<Record<string, readonly number[]>>;
const recorded = JSON.parse(
  readFileSync(new URL("../../test/parity/recorded/adamw.json", import.meta.url), "utf8"),
) as {
  maxGradNorm: number;
  weightDecay: number;
  start: Arrays;
  steps: { learningRate: number; gradients: Arrays; norm: number; weights: Arrays }[];
};

function tensorsOf(arrays: Arrays): TensorSet {
  return new Map(Object.entries(arrays).map(([name, values]) => [name, { data: Float32Array.from(values) }]));
}

describe("adamStep and clipGradients", () => {
  it("follow torch over five steps, clipping in some and not in others", () => {
    const tensors = tensorsOf(recorded.start);
    const state = adamState(tensors);
    const { maxGradNorm, weightDecay } = recorded;
    const norms = recorded.steps.map((s) => s.norm);
    expect(Math.max(...norms)).toBeGreaterThan(maxGradNorm);
    expect(Math.min(...norms)).toBeLessThan(maxGradNorm);
    recorded.steps.forEach(({ learningRate, gradients, norm, weights }, i) => {
      const grads = tensorsOf(gradients);
      expect(clipGradients(grads, maxGradNorm)).toBeCloseTo(norm, 5);
      adamStep(tensors, grads, state, i + 1, { learningRate, weightDecay });
      for (const [name, expected] of Object.entries(weights)) {
        const got = tensors.get(name)!.data;
        for (const [j, x] of expected.entries())
          expect(Math.abs(got[j]! - x), `step ${i + 1}, ${name}[${j}]`).toBeLessThan(2e-7);
      }
    });
  });

  it("moves each weight by the rate in the first step, whatever the size of its gradient", () => {
    const tensors = tensorsOf({ w: [1, 1, 1] });
    const options = { learningRate: 0.01, weightDecay: 0 };
    adamStep(tensors, tensorsOf({ w: [1e-3, -50, 0] }), adamState(tensors), 1, options);
    const [down, up, still] = tensors.get("w")!.data;
    expect(down).toBeCloseTo(0.99, 6);
    expect(up).toBeCloseTo(1.01, 6);
    expect(still).toBe(1);
  });

  it("decays a weight without a gradient by rate times decay only", () => {
    const tensors = tensorsOf({ w: [2] });
    adamStep(tensors, tensorsOf({ w: [0] }), adamState(tensors), 1, { learningRate: 0.1, weightDecay: 0.5 });
    expect(tensors.get("w")!.data[0]).toBeCloseTo(1.9, 6);
  });

  it("leaves gradients within the bound as they are and scales larger ones together", () => {
    const small = tensorsOf({ a: [0.3], b: [0.4] });
    expect(clipGradients(small, 1)).toBeCloseTo(0.5, 6);
    expect([small.get("a")!.data[0], small.get("b")!.data[0]]).toEqual([Math.fround(0.3), Math.fround(0.4)]);
    const large = tensorsOf({ a: [3], b: [4] });
    expect(clipGradients(large, 1)).toBe(5);
    expect(large.get("a")!.data[0]).toBeCloseTo(0.6, 5);
    expect(large.get("b")!.data[0]).toBeCloseTo(0.8, 5);
  });
});

describe("scheduleFactor", () => {
  const over = (kind: "linear" | "cosine" | "constant", total: number, warmup: number) =>
    Array.from({ length: total }, (_, step) => Number(scheduleFactor(kind, step, total, warmup).toFixed(4)));

  it("rises over the warm-up from above 0, then falls linearly", () => {
    expect(over("linear", 10, 0.3)).toEqual([0.25, 0.5, 0.75, 1, 0.8571, 0.7143, 0.5714, 0.4286, 0.2857, 0.1429]);
  });
  it("falls with half a cosine", () => {
    expect(over("cosine", 8, 0)).toEqual([1, 0.9619, 0.8536, 0.6913, 0.5, 0.3087, 0.1464, 0.0381]);
  });
  it("stays", () => {
    expect(over("constant", 5, 0.2)).toEqual([0.5, 1, 1, 1, 1]);
  });
  it("gives a rate to the only step of a run that is all warm-up", () => {
    expect(over("cosine", 1, 0.1)).toEqual([0.5]);
    expect(over("linear", 2, 1)).toEqual([0.3333, 0.6667]);
  });
});
