/** Which attempts the list shows. */
import { describe, expect, it } from "vitest";
import type { AttemptIndex } from "../../attempts/types.ts";
import { everything, filterAttempts, filterFrom } from "./filter.ts";

/** Four attempts: two answers of an attack, one held out, one harmless. */
const index = {
  rows: {
    prompt: [0, 0, 1, 2],
    iteration: [1, 1, 2, 2],
    suite: [0, 0, 1, 2],
    scored: [0, 0, 2, 1],
    trained: [2, 3, 1, 1],
  },
  prompts: { id: ["a", "b", "c"], category: [0, 1, 1], style: [-1, 0, 0] },
  categories: ["malware", "privacy"],
  styles: ["plain"],
} as unknown as AttemptIndex;
const found = (asked: object) => [...filterAttempts(index, { ...everything, ...asked })];

describe("filterAttempts", () => {
  it("lets everything pass when nothing is asked", () => {
    expect(found({})).toEqual([0, 1, 2, 3]);
  });

  it("goes by what is known of an attempt and of its prompt", () => {
    expect(found({ suite: "attack" })).toEqual([0, 1]);
    expect(found({ iteration: "2" })).toEqual([2, 3]);
    expect(found({ category: "privacy" })).toEqual([2, 3]);
    expect(found({ style: "plain", suite: "test" })).toEqual([2]);
    expect(found({ prompt: "a" })).toEqual([0, 1]);
  });

  it("takes the reported judge's word, and where it has none the training judge's", () => {
    expect(found({ verdict: "unsafe" })).toEqual([0, 2]);
    expect(found({ verdict: "safe" })).toEqual([3]);
    expect(found({ verdict: "unscored" })).toEqual([1]);
  });

  it("finds where one judge says safe and the other unsafe", () => {
    expect(found({ disagree: "yes" })).toEqual([2]);
  });

  it("finds nothing for what is not there", () => {
    for (const asked of [{ category: "x" }, { style: "x" }, { prompt: "x" }, { suite: "x" }, { iteration: "x" }])
      expect(found(asked)).toEqual([]);
  });
});

describe("filterFrom", () => {
  it("takes what it knows from an address", () => {
    expect(
      filterFrom(
        new Map([
          ["suite", "test"],
          ["page", "2"],
        ]),
      ),
    ).toEqual({ ...everything, suite: "test" });
  });
});
