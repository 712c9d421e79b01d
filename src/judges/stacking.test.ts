/** Signals to probabilities, against the stacks that outcomes were drawn with. */
import { describe, expect, it } from "vitest";
import { createRandom } from "../random.ts";
import { bestThreshold, fitStack, probability } from "./stacking.ts";

describe("fitStack", () => {
  it.each([
    ["one signal", [0.4], -1],
    ["several signals", [0.4, -0.7, 0], 0.5],
  ])("finds the stack that the outcomes of %s were drawn with", (_, weights, shift) => {
    const random = createRandom(1);
    const outcomes = Array.from({ length: 20_000 }, () => {
      const signals = weights.map(() => 8 * random.next() - 4);
      return { signals, yes: random.next() < probability({ shift, weights }, signals) };
    });
    const found = fitStack(outcomes);
    weights.forEach((weight, i) => expect(found.weights[i]).toBeCloseTo(weight, 1));
    expect(found.shift).toBeCloseTo(shift, 1);
  });

  it("stays finite where one line parts the outcomes", () => {
    const found = fitStack([-3, -2, -1, 1, 2, 3].map((logit) => ({ signals: [logit], yes: logit > 0 })));
    expect(found.weights[0]).toBeGreaterThan(0);
    expect(probability(found, [3])).toBeLessThan(0.95);
  });

  it("shares the weight among signals that say the same, and gives none to one that says nothing", () => {
    const outcomes = [-2, -1, 1, 2, -1, 1].map((x, i) => ({ signals: [x, x, 0], yes: i % 5 === 0 ? x < 0 : x > 0 }));
    const [first, second, third] = fitStack(outcomes).weights;
    expect(first).toBeCloseTo(second!, 9);
    expect(third).toBe(0);
  });

  it("counts an outcome of weight 3 as three outcomes", () => {
    const one = [
      { signals: [1], yes: true },
      { signals: [0], yes: true },
      { signals: [-1], yes: false },
    ];
    const thrice = fitStack([...one, one[1]!, one[1]!]);
    const weighted = fitStack(one.map((outcome, i) => ({ ...outcome, weight: i === 1 ? 3 : 1 })));
    expect(weighted.weights[0]).toBeCloseTo(thrice.weights[0]!, 9);
    expect(weighted.shift).toBeCloseTo(thrice.shift, 9);
  });

  it("refuses outcomes of one kind", () => {
    expect(() => fitStack([{ signals: [1], yes: true }])).toThrow("both kinds");
  });
});

describe("bestThreshold", () => {
  it("parts what can be parted", () => {
    const rows = [0.1, 0.2, 0.7, 0.9].map((p) => ({ p, yes: p > 0.5 }));
    expect(bestThreshold(rows)).toBeCloseTo(0.45);
  });

  it("never cuts between equal probabilities", () => {
    const rows = [
      { p: 0.6, yes: true },
      { p: 0.6, yes: false },
      { p: 0.6, yes: true },
      { p: 0.1, yes: false },
    ];
    expect(bestThreshold(rows)).toBeCloseTo(0.35);
  });
});
