/** Rules over labels, with every verdict that may be missing. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Label, Verdict } from "../records.ts";
import type { Judge } from "../seams.ts";
import { combined, type EnsembleRule, ensembleJudge } from "./ensemble.ts";

const verdict = (label: Label, unsafeProbability?: number): Verdict => ({
  attemptId: "a",
  judge: "j",
  label,
  categories: label === "unsafe" ? ["fraud"] : [],
  ...(unsafeProbability !== undefined && { unsafeProbability }),
});
const of: Readonly<Record<string, Label>> = { s: "safe", u: "unsafe", "-": "unscored" };
const labels = (word: string) => [...word].map((letter) => verdict(of[letter]!));

describe("combined", () => {
  it.each<[EnsembleRule, string, Label]>([
    ["any", "ssu", "unsafe"],
    ["any", "sss", "safe"],
    ["any", "u--", "unsafe"],
    ["any", "ss-", "unscored"],
    ["all", "uuu", "unsafe"],
    ["all", "uus", "safe"],
    ["all", "uu-", "unscored"],
    ["all", "s--", "safe"],
    ["majority", "uus", "unsafe"],
    ["majority", "uss", "safe"],
    ["majority", "us", "safe"],
    ["majority", "uu-", "unsafe"],
    ["majority", "us-", "unscored"],
    ["any", "---", "unscored"],
    ["all", "--", "unscored"],
    [{ weights: [3, 1, 1] }, "uss", "unsafe"],
    [{ weights: [1, 1, 1] }, "uss", "safe"],
    [{ weights: [3, 1, 1] }, "u--", "unsafe"],
    [{ weights: [1, 2, 2] }, "u--", "unscored"],
  ])("%j of %s is %s", (rule, word, expected) => {
    expect(combined(labels(word), rule).label).toBe(expected);
  });

  it("weighs probabilities where there are any", () => {
    const both = [verdict("unsafe", 0.6), verdict("safe", 0.1)];
    expect(combined(both, { weights: [1, 1] })).toMatchObject({ label: "safe", unsafeProbability: 0.35 });
    const heavy = combined(both, { weights: [9, 1] });
    expect(heavy.label).toBe("unsafe");
    expect(heavy.unsafeProbability).toBeCloseTo(0.55, 12);
  });

  it("names the class that most judges tell, of equals the first, and none where none is told", () => {
    const told = (...classes: Verdict["answerClass"][]) =>
      combined(
        classes.map((answerClass) => ({ ...verdict("safe"), ...(answerClass !== undefined && { answerClass }) })),
        "any",
      ).answerClass;
    expect(told("answers", "declines", "declines")).toBe("declines");
    expect(told("partial", "declines")).toBe("partial");
    expect(told("declines", undefined)).toBe("declines");
    expect(told(undefined, undefined)).toBeUndefined();
  });

  it("says who found what when they disagree, and only then", () => {
    expect(combined(labels("us"), "any").reason).toBe("j: unsafe, j: safe");
    expect(combined(labels("uu"), "any").reason).toBeUndefined();
  });

  it("never says safe or unsafe where a missing verdict could turn it round", () => {
    const word = fc.array(fc.constantFrom("s", "u", "-"), { minLength: 1, maxLength: 5 }).map((l) => l.join(""));
    const rule = fc.constantFrom<EnsembleRule>("any", "all", "majority");
    fc.assert(
      fc.property(word, rule, (letters, by) => {
        const { label } = combined(labels(letters), by);
        const filled = ["s", "u"].map((letter) => combined(labels(letters.replaceAll("-", letter)), by).label);
        if (letters.replaceAll("-", "") === "") expect(label).toBe("unscored");
        else expect(label).toBe(filled[0] === filled[1] ? filled[0] : "unscored");
      }),
    );
  });
});

describe("ensembleJudge", () => {
  const judge = (name: string, word: string): Judge => ({
    name,
    async *score(inputs) {
      for (const [i, { attemptId }] of inputs.entries()) yield { ...verdict(of[word[i]!]!), attemptId, judge: name };
    },
  });
  const inputs = ["1", "2"].map((attemptId) => ({ attemptId, prompt: "p", response: "r", category: "c" }));

  it("gives one verdict for each input, in order, under its own name", async () => {
    const verdicts: Verdict[] = [];
    for await (const v of ensembleJudge("both", [judge("a", "su"), judge("b", "ss")], "any").score(inputs))
      verdicts.push(v);
    expect(verdicts.map((v) => [v.attemptId, v.judge, v.label])).toEqual([
      ["1", "both", "safe"],
      ["2", "both", "unsafe"],
    ]);
    expect(verdicts[1]!.reason).toBe("a: unsafe, b: safe");
  });

  it("refuses weights that do not go with its judges", () => {
    expect(() => ensembleJudge("x", [judge("a", "s")], { weights: [1, 2] })).toThrow(/a positive weight for each of 1/);
    expect(() => ensembleJudge("x", [], "any")).toThrow(/no judges/);
  });
});
