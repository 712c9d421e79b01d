/** The ordinary instructions: counts, a clean split, bounds, answers that answer, sums that are right. */
import { describe, expect, it } from "vitest";
import { looksLikeRefusal } from "../metrics/refusal.ts";
import { hashId } from "./ids.ts";
import { lookAlikes } from "./look-alikes.ts";
import { ordinary } from "./ordinary.ts";
import { normaliseText } from "./similarity.ts";

const { train, test } = ordinary();
const all = [...train, ...test];
const words = (text: string) => text.trim().split(/\s+/).length;

describe("ordinary", () => {
  it("has at least 340, about a quarter of them to test with", () => {
    expect(all.length).toBeGreaterThanOrEqual(340);
    expect(test.length / all.length).toBeGreaterThan(0.22);
    expect(test.length / all.length).toBeLessThan(0.28);
  });

  it("shares no cluster between train and test", () => {
    const trained = new Set(train.map((row) => row.cluster));
    expect(test.filter((row) => trained.has(row.cluster))).toEqual([]);
    expect(trained.size).toBeGreaterThanOrEqual(20);
  });

  it("repeats no text, no answer and no id, and nothing of the look-alikes", () => {
    expect(new Set(all.map((row) => normaliseText(row.text))).size).toBe(all.length);
    expect(new Set(all.map((row) => normaliseText(row.answer))).size).toBe(all.length);
    expect(new Set(all.map((row) => row.id)).size).toBe(all.length);
    const others = lookAlikes();
    const taken = new Set([...others.train, ...others.test].map((row) => normaliseText(row.text)));
    expect(all.filter((row) => taken.has(normaliseText(row.text)))).toEqual([]);
  });

  it("has ids that depend on the text alone", () => {
    for (const row of all) expect(row.id).toBe(hashId("ordinary.jsonl", row.text));
  });

  it("keeps answers within 15-50 words and prompts within 40", () => {
    expect(all.filter((row) => words(row.answer) < 15 || words(row.answer) > 50)).toEqual([]);
    expect(all.filter((row) => words(row.text) < 3 || words(row.text) > 40)).toEqual([]);
  });

  it("answers instead of refusing", () => {
    expect(all.filter((row) => looksLikeRefusal(row.answer).refusal).map((row) => row.answer)).toEqual([]);
  });

  it("reckons right wherever an answer states a sum", () => {
    const sums = all.flatMap((row) =>
      [...row.answer.matchAll(/(?<![\d.,+×÷−/] ?)(\d[\d.]*) ([×÷+−]) (\d[\d.]*) = (\d[\d.]*\d|\d)(?![\d,])/g)].map(
        (m) => ({
          stated: m[0],
          right: Math.abs(reckon(Number(m[1]), m[2]!, Number(m[3])) - Number(m[4])) < 1e-9,
        }),
      ),
    );
    expect(sums.length).toBeGreaterThan(10);
    expect(sums.filter((sum) => !sum.right)).toEqual([]);
  });
});

function reckon(a: number, sign: string, b: number): number {
  if (sign === "×") return a * b;
  if (sign === "÷") return a / b;
  return sign === "+" ? a + b : a - b;
}
