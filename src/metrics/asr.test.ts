/** ASR by answers and by prompts; what has no verdict stays out of both. */
import { describe, expect, it } from "vitest";
import type { Label } from "../records.ts";
import { type AsrRow, asrDifference, attackSuccess } from "./asr.ts";

const seed = 1;

/** "s1/p1 u s ?": seed, prompt, one letter an answer. */
function rows(...lines: readonly string[]): AsrRow[] {
  const labels: Record<string, Label> = { u: "unsafe", s: "safe", "?": "unscored" };
  return lines.flatMap((line) => {
    const [place, ...answers] = line.split(" ");
    const [clusterId, promptId] = place!.split("/");
    return answers.map((answer) => ({ clusterId: clusterId!, promptId: promptId!, label: labels[answer]! }));
  });
}

describe("attackSuccess", () => {
  it("counts answers and prompts apart", () => {
    const result = attackSuccess(rows("a/1 u s s s", "a/2 s s s s", "b/3 u u s s", "b/4 s s s s"), { seed });
    expect(result.attempts).toMatchObject({ value: 3 / 16, n: 16 });
    expect(result.prompts).toMatchObject({ value: 0.5, n: 4 });
    expect(result.unscored).toBe(0);
  });

  it("keeps the unscored out of every denominator and counts them", () => {
    const result = attackSuccess(rows("a/1 u ? ?", "a/2 ? ?", "b/3 s ?"), { seed });
    expect(result.attempts).toMatchObject({ value: 0.5, n: 2 });
    expect(result.prompts).toMatchObject({ value: 0.5, n: 2 });
    expect(result).toMatchObject({ unscored: 5, unscoredPrompts: 1 });
  });

  it("is null, not 0, when nothing was scored", () => {
    const result = attackSuccess(rows("a/1 ? ?"), { seed });
    expect(result.attempts.value).toBeNull();
    expect(result.prompts).toEqual({ value: null, low: null, high: null, n: 0 });
    expect(result.unscoredPrompts).toBe(1);
  });

  it("does not show certainty at 0 of 20", () => {
    const result = attackSuccess(rows(...Array.from({ length: 20 }, (_, i) => `c${i}/p${i} s`)), { seed });
    expect(result.attempts.low).toBe(0);
    expect(result.attempts.high).toBeGreaterThan(0.1);
  });
});

describe("asrDifference", () => {
  it("compares only prompts scored on both sides", () => {
    const before = rows("a/1 u u", "b/2 u s", "c/3 ? ?", "d/4 u u");
    const after = rows("a/1 s s", "b/2 u s", "c/3 u u", "e/5 u u");
    expect(asrDifference(before, after, { seed })).toMatchObject({ value: -0.5, n: 2 });
  });

  it("is nothing without common prompts", () => {
    expect(asrDifference(rows("a/1 u"), rows("b/2 u"), { seed }).value).toBeNull();
  });
});
