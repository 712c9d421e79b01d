/** Logits to probabilities, against the scaling that outcomes were drawn with. */
import { describe, expect, it } from "vitest";
import { createRandom } from "../random.ts";
import { bestThreshold, calibrated, fitPlatt } from "./platt.ts";

describe("fitPlatt", () => {
  it("finds the scaling that the outcomes were drawn with", () => {
    const random = createRandom(1);
    const truth = { scale: 0.4, shift: -1 };
    const outcomes = Array.from({ length: 20_000 }, () => {
      const logit = 16 * random.next() - 8;
      return { logit, yes: random.next() < calibrated(truth, logit) };
    });
    const found = fitPlatt(outcomes);
    expect(found.scale).toBeCloseTo(truth.scale, 1);
    expect(found.shift).toBeCloseTo(truth.shift, 1);
  });

  it("stays finite where one line parts the outcomes", () => {
    const found = fitPlatt([-3, -2, -1, 1, 2, 3].map((logit) => ({ logit, yes: logit > 0 })));
    expect(found.scale).toBeGreaterThan(0);
    expect(calibrated(found, 3)).toBeLessThan(0.95);
  });

  it("refuses outcomes of one kind", () => {
    expect(() => fitPlatt([{ logit: 1, yes: true }])).toThrow("both kinds");
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
