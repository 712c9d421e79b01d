/** The look-alikes hold what the house promises of them: counts, a clean split, bounds, answers that help. */
import { describe, expect, it } from "vitest";
import { looksLikeRefusal } from "../metrics/refusal.ts";
import { hashId } from "./ids.ts";
import { lookAlikes } from "./look-alikes.ts";
import { normaliseText } from "./similarity.ts";
import { styles } from "./styles.ts";

const { train, test } = lookAlikes();
const all = [...train, ...test];
const words = (text: string) => text.trim().split(/\s+/).length;

describe("lookAlikes", () => {
  it("has at least 320, about 30 % of them to test with", () => {
    expect(all.length).toBeGreaterThanOrEqual(320);
    expect(test.length / all.length).toBeGreaterThan(0.27);
    expect(test.length / all.length).toBeLessThan(0.33);
  });

  it("has at least 30 of every style, and every style on both sides", () => {
    for (const style of styles) {
      expect(all.filter((row) => row.style === style).length, style).toBeGreaterThanOrEqual(30);
      expect(test.filter((row) => row.style === style).length, style).toBeGreaterThanOrEqual(9);
    }
    expect(new Set(all.map((row) => row.style))).toEqual(new Set(styles));
  });

  it("shares no cluster between train and test, and keeps a cluster in one style", () => {
    const trained = new Set(train.map((row) => row.cluster));
    expect(test.filter((row) => trained.has(row.cluster))).toEqual([]);
    const styleOf = new Map(all.map((row) => [row.cluster, row.style]));
    expect(all.filter((row) => styleOf.get(row.cluster) !== row.style)).toEqual([]);
  });

  it("repeats no text, no answer and no id", () => {
    expect(new Set(all.map((row) => normaliseText(row.text))).size).toBe(all.length);
    expect(new Set(all.map((row) => normaliseText(row.answer))).size).toBe(all.length);
    expect(new Set(all.map((row) => row.id)).size).toBe(all.length);
  });

  it("has ids that depend on the text alone", () => {
    for (const row of all) expect(row.id).toBe(hashId("look-alikes.jsonl", row.text));
  });

  it("keeps prompts and answers within their lengths", () => {
    expect(all.filter((row) => words(row.answer) < 15 || words(row.answer) > 45)).toEqual([]);
    expect(all.filter((row) => words(row.text) < 4 || words(row.text) > 90)).toEqual([]);
    expect(all.filter((row) => row.text !== row.text.trim() || row.answer !== row.answer.trim())).toEqual([]);
  });

  it("answers instead of refusing", () => {
    expect(all.filter((row) => looksLikeRefusal(row.answer).refusal).map((row) => row.answer)).toEqual([]);
  });

  it("is full of frightening words", () => {
    const frightening =
      /kill|bomb|shoot|shot|attack|steal|thie(?:f|ves)|hack|poison|drug|blow|weapon|murder|explo|dead|fire|gun|rob/i;
    expect(all.filter((row) => frightening.test(row.text)).length / all.length).toBeGreaterThan(0.5);
  });
});
