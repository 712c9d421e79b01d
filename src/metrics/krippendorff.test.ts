/** Alpha against worked examples. */
import { describe, expect, it } from "vitest";
import { krippendorffAlpha, type Ratings } from "./krippendorff.ts";

const seed = 1;
/** Answers from the rows of raters, a letter an answer, "." = not rated. */
const byRater = (...rows: string[]): Ratings[] =>
  [...rows[0]!].map((_, i) => rows.map((row) => row[i]!).filter((label) => label !== "."));

describe("krippendorffAlpha", () => {
  it("is 0.095 and 0.743 in Krippendorff's examples with two and with four raters", () => {
    expect(krippendorffAlpha(byRater("0100000000", "1110010100"), { seed }).value).toBeCloseTo(0.095, 3);
    const four = byRater("123321412...", "1233224125.3", ".3332342251.", "12332441251.");
    expect(krippendorffAlpha(four, { seed })).toMatchObject({ n: 11 });
    expect(krippendorffAlpha(four, { seed }).value).toBeCloseTo(0.743, 3);
  });

  it("is 1 where all agree, below 0 where they take care not to, and not known where nothing differs", () => {
    expect(krippendorffAlpha(byRater("aabb", "aabb"), { seed }).value).toBe(1);
    expect(krippendorffAlpha(byRater("abab", "baba"), { seed }).value).toBeLessThan(0);
    expect(krippendorffAlpha(byRater("aaaa", "aaaa"), { seed }).value).toBeNull();
    expect(krippendorffAlpha([["a"], []], { seed })).toEqual({ value: null, low: null, high: null, n: 0 });
  });

  it("has an interval around it that more answers make narrower", () => {
    const few = krippendorffAlpha(byRater("ababbbaabb", "abaabbaabb"), { seed });
    const many = krippendorffAlpha(byRater("ababbbaabb".repeat(20), "abaabbaabb".repeat(20)), { seed });
    expect(few.low!).toBeLessThan(few.value!);
    expect(many.high! - many.low!).toBeLessThan((few.high! - few.low!) / 2);
  });

  it("draws clusters: answers that hang together say less", () => {
    const answers = byRater("ababbbaabb".repeat(10), "abaabbaabb".repeat(10));
    // Ten kinds of answer, ten copies of each.
    const clusterIds = answers.map((_, i) => `${i % 10}`);
    const [apart, together] = [{ seed }, { seed, clusterIds }].map((options) => krippendorffAlpha(answers, options));
    expect(together).toMatchObject({ value: apart!.value, n: 100 });
    expect(together!.high! - together!.low!).toBeGreaterThan(2 * (apart!.high! - apart!.low!));
  });
});
