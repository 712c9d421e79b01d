/** Shares of classes add up, and what nobody scored is outside. */
import { describe, expect, it } from "vitest";
import { AnswerClass } from "../records.ts";
import type { ScoredClass } from "./answer-class.ts";
import { answering, classDifference, classRate, refusing } from "./over-refusal.ts";

const rows = (classes: readonly ScoredClass[]) =>
  classes.map((answerClass, i) => ({ clusterId: `c${i >> 1}`, promptId: `p${i}`, answerClass }));

describe("classRate", () => {
  it("gives each class its share of the scored answers", () => {
    const all = rows(["declines", "answers", "off-topic", "partial", "unscored", "declines-with-alternative"]);
    const rate = (...counted: AnswerClass[]) => classRate(all, counted, { seed: 1 });
    expect(rate("declines")).toMatchObject({ value: 0.2, n: 5, unscored: 1 });
    expect(rate(...refusing).value).toBe(0.6);
    expect(rate(...answering).value).toBe(0.4);
    const sum = AnswerClass.options.reduce((total, one) => total + rate(one).value!, 0);
    expect(sum).toBeCloseTo(1, 12);
  });

  it("does not call 0 refusals in 20 certain, nor 0 of 0 a rate", () => {
    const none = classRate(rows(new Array<ScoredClass>(20).fill("answers")), refusing, { seed: 1 });
    expect(none.value).toBe(0);
    expect(none.high).toBeGreaterThan(0.2);
    expect(classRate(rows(["unscored"]), refusing, { seed: 1 }).value).toBeNull();
  });
});

describe("classDifference", () => {
  it("compares prompts scored on both sides, answers to one prompt averaged", () => {
    const row = (promptId: string, answerClass: ScoredClass) => ({ clusterId: `c${promptId}`, promptId, answerClass });
    const before = [row("1", "answers"), row("2", "answers"), row("3", "unscored"), row("4", "declines")];
    const after = [row("1", "declines"), row("1", "off-topic"), row("2", "partial"), row("3", "declines")];
    expect(classDifference(before, after, refusing, { seed: 1 })).toMatchObject({ value: 0.75, n: 2 });
    expect(classDifference(before, after, ["declines"], { seed: 1 }).value).toBe(0.25);
    const nothing = { value: null, low: null, high: null, n: 0 };
    expect(classDifference([], after, refusing, { seed: 1 })).toEqual(nothing);
  });

  it("is sure of a change that every cluster shows, and not of one that few do", () => {
    const forty = (of: (i: number) => ScoredClass) =>
      Array.from({ length: 40 }, (_, i) => ({ clusterId: `c${i}`, promptId: `p${i}`, answerClass: of(i) }));
    const before = forty(() => "answers");
    const most = classDifference(
      before,
      forty((i) => (i < 30 ? "declines" : "answers")),
      ["declines"],
      { seed: 1 },
    );
    expect(most.low).toBeGreaterThan(0.5);
    const same = classDifference(
      forty((i) => (i % 2 ? "declines" : "answers")),
      forty((i) => (i % 4 > 1 ? "declines" : "answers")),
      ["declines"],
      { seed: 1 },
    );
    expect(same.value).toBe(0);
    expect(same.low).toBeLessThan(-0.1);
    expect(same.high).toBeGreaterThan(0.1);
  });
});
