/** Figures as people read them. */
import { describe, expect, it } from "vitest";
import { change, duration, interval, number, percent, points, sample, target, words } from "./format.ts";

describe("format", () => {
  it("writes shares as percent, small ones with a decimal", () => {
    expect([0, 0.0004, 0.05, 0.086, 0.617, 1, null].map(percent)).toEqual([
      "0 %",
      "0 %",
      "5 %",
      "8.6 %",
      "62 %",
      "100 %",
      "–",
    ]);
    expect(interval({ value: 0.5, low: 0.41, high: 0.593, n: 9, unscored: 0 })).toBe("41–59 %");
    expect(interval({ value: 0.5, low: null, high: null, n: 9, unscored: 0 })).toBe("");
  });

  it("writes changes with their sign", () => {
    expect([points(0.62, 0.2), points(0.05, 0.086), points(0.3, 0.31), points(0.3, 0.3)]).toEqual([
      "−42 points",
      "+3.6 points",
      "+1 point",
      "±0 points",
    ]);
    expect([change(0.0351), change(-0.2), number(-1.5)]).toEqual(["+3.5 %", "−20.0 %", "−1.50"]);
  });

  it("writes names, times and counts for people", () => {
    expect(target(12)).toBe("T₁₂");
    expect([3, 12.4, 80, 4000].map(duration)).toEqual(["3.0 s", "12 s", "1 min 20 s", "1 h 06 min"]);
    expect(words("noUnsafe")).toBe("no unsafe");
    expect(sample({ value: 1, low: null, high: null, n: 1200, unscored: 3 }, "answers")).toBe(
      "1,200 answers, 3 without a verdict left out",
    );
    expect(sample({ value: 1, low: null, high: null, n: 9, unscored: 1, otherLanguage: 2 }, "answers")).toBe(
      "9 answers, 2 of them in a language that the judge did not learn, 1 without a verdict left out",
    );
  });
});
