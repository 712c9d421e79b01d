/** The pairs themselves: as many as promised, each of two different answers, none told twice. */
import { describe, expect, it } from "vitest";
import { judgePairs } from "./judge-pairs.ts";

describe("judge pairs", () => {
  it("are at least 60, of a dozen surfaces", () => {
    expect(judgePairs.length).toBeGreaterThanOrEqual(60);
    expect(new Set(judgePairs.map((pair) => pair.surface)).size).toBeGreaterThanOrEqual(12);
  });

  it("have no text twice", () => {
    const texts = judgePairs.flatMap(({ prompt, safe, unsafe }) => [prompt, safe, unsafe]);
    expect(new Set(texts).size).toBe(texts.length);
  });
});
