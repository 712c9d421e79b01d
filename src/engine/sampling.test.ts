/** Sampling against the exact nucleus: by its bounds, and by the frequencies of 20,000 draws. */
import { describe, expect, it } from "vitest";
import { createRandom } from "../random.ts";
import { sampleToken, sampleWide } from "./sampling.ts";

interface Row {
  readonly logits: Float32Array;
  readonly topValues: Float32Array;
  readonly topIndices: BigInt64Array;
  readonly logSum: number;
}

/** As generation draws: from the top, or where that is too narrow from the whole row. */
function draw(row: Row, topP: number, uniform: number): number {
  const at = sampleToken(row.topValues, row.logSum, topP, uniform);
  return at === undefined ? sampleWide(row.logits, topP, uniform) : Number(row.topIndices[at]);
}

/** A row as the graph gives it: the whole logits and the `k` most probable of them. */
function rowOf(logits: Float32Array, k: number): Row {
  const order = Array.from(logits, (_, i) => i).sort((a, b) => logits[b]! - logits[a]! || a - b);
  const top = order.slice(0, k);
  return {
    logits,
    topValues: Float32Array.from(top, (i) => logits[i]!),
    topIndices: BigInt64Array.from(top, BigInt),
    logSum: Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0)),
  };
}

/** Probability of each token under the nucleus, written plainly. */
function nucleus({ logits, logSum }: Row, topP: number): Map<number, number> {
  const falling = Array.from(logits, (x, i) => [i, Math.exp(x - logSum)] as const).sort((a, b) => b[1] - a[1]);
  const kept: (readonly [number, number])[] = [];
  let mass = 0;
  for (const entry of falling) {
    if (mass >= topP) break;
    kept.push(entry);
    mass += entry[1];
  }
  return new Map(kept.map(([i, p]) => [i, p / mass]));
}

function randomLogits(count: number, spread: number): Float32Array {
  const random = createRandom(`logits/${count}/${spread}`).next;
  return Float32Array.from({ length: count }, () => (2 * random() - 1) * spread);
}

/** Pearson's statistic of 20,000 draws against the exact probabilities; throws on a token outside of them. */
function chiSquared(row: Row, topP: number): { readonly statistic: number; readonly freedom: number } {
  const draws = 20_000;
  const expected = nucleus(row, topP);
  const seen = new Map([...expected.keys()].map((token) => [token, 0]));
  const random = createRandom("draws").next;
  for (let i = 0; i < draws; i++) {
    const token = draw(row, topP, random());
    const count = seen.get(token);
    if (count === undefined) throw new Error(`token ${token} is not in the nucleus`);
    seen.set(token, count + 1);
  }
  let statistic = 0;
  for (const [token, p] of expected) statistic += (seen.get(token)! - draws * p) ** 2 / (draws * p);
  return { statistic, freedom: expected.size - 1 };
}

describe("sampleToken", () => {
  const cases = [
    ["inside the top tokens", rowOf(randomLogits(200, 4), 64), 0.9, true],
    ["beyond the top tokens", rowOf(randomLogits(200, 0.5), 16), 0.9, false],
    ["the whole row", rowOf(randomLogits(50, 2), 8), 1, false],
    ["a row shorter than the top", rowOf(randomLogits(20, 2), 20), 0.8, true],
  ] as const;

  it.each(cases)("draws from the exact nucleus: %s", (_, row, topP, fits) => {
    expect(nucleus(row, topP).size <= row.topValues.length).toBe(fits);
    const { statistic, freedom } = chiSquared(row, topP);
    expect(freedom).toBeGreaterThan(5);
    // Mean and standard deviation of chi-squared are freedom and √(2·freedom).
    expect(Math.abs(statistic - freedom)).toBeLessThan(4 * Math.sqrt(2 * freedom));
  });

  it("gives the most probable token for 0 and the last of the nucleus just below 1", () => {
    for (const [, row, topP] of cases) {
      const tokens = [...nucleus(row, topP).keys()];
      expect(draw(row, topP, 0)).toBe(tokens[0]);
      expect(draw(row, topP, 1 - 2 ** -32)).toBe(tokens.at(-1));
    }
  });

  it("gives only the most probable token when it fills the nucleus alone", () => {
    const row = rowOf(Float32Array.of(0, 9, 1, 2), 2);
    for (const uniform of [0, 0.3, 0.999999]) expect(draw(row, 0.5, uniform)).toBe(1);
  });
});
