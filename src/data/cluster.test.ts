/** MinHash clusters against single link over all pairs. */
import { describe, expect, it } from "vitest";
import { createRandom } from "../random.ts";
import { clusterTexts } from "./cluster.ts";
import { textSimilarity } from "./similarity.ts";

/** Single link by comparing all pairs. */
function allPairs(texts: readonly string[], threshold: number): number[] {
  const label = texts.map((_, i) => i);
  for (let i = 0; i < texts.length; i++) {
    for (let j = 0; j < i; j++) {
      if (label[i] === label[j] || textSimilarity(texts[i]!, texts[j]!) < threshold) continue;
      const [from, to] = [label[i]!, label[j]!];
      for (let k = 0; k < texts.length; k++) if (label[k] === from) label[k] = to;
    }
  }
  const order = [...new Set(label)];
  return label.map((l) => order.indexOf(l));
}

const random = createRandom("cluster-test");
const syllables = ["ka", "lo", "mi", "ren", "tus", "vo", "pel", "dra", "sho", "ni", "gu", "ber"];
const word = (): string => random.pick(syllables) + random.pick(syllables) + random.pick(syllables);
const sentence = (length: number): string => Array.from({ length }, word).join(" ");

describe("clusterTexts", () => {
  it("joins prompts of one wrapper and keeps wrappers apart, as all pairs would", () => {
    const templates = Array.from({ length: 12 }, () => sentence(10));
    const texts = Array.from({ length: 300 }, (_, i) => `${templates[i % 12]} ${sentence(4)}`);
    const clusters = clusterTexts(texts);
    expect(clusters).toEqual(allPairs(texts, 0.4));
    expect(new Set(clusters).size).toBe(12);
  });

  it("links by chains, numbers clusters by first appearance, leaves empty texts alone", () => {
    const [a, b, c] = [sentence(6), sentence(6), sentence(6)];
    expect(clusterTexts([`${a} ${b}`, "", `${c} ${sentence(6)}`, `${b} ${c}`, "  ", a], 0.4)).toEqual([
      0, 1, 0, 0, 2, 0,
    ]);
    expect(clusterTexts([])).toEqual([]);
  });

  it("takes thousands of prompts of one wrapper without comparing them all", { timeout: 20_000 }, () => {
    const template = sentence(40);
    const texts = Array.from({ length: 4000 }, () => `${template} ${sentence(5)}`);
    expect(new Set(clusterTexts(texts)).size).toBe(1);
  });
});
