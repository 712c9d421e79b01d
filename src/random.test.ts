/** The generator is uniform, repeats itself for a seed, and never changes its numbers. */
import { describe, expect, it } from "vitest";
import { createRandom } from "./random.ts";

describe("createRandom", () => {
  it("repeats itself for a seed and differs between seeds, number and text apart", () => {
    const first = (seed: number | string) => Array.from({ length: 4 }, createRandom(seed).next).join();
    expect(first(1)).toBe(first(1));
    expect(new Set([1, 2, "1", "seeds/1", 1.5].map(first)).size).toBe(5);
  });

  it("does not change from one release to the next", () => {
    const random = createRandom("golden");
    expect(Array.from({ length: 5 }, () => random.int(1000))).toMatchInlineSnapshot(`
      [
        733,
        678,
        391,
        330,
        635,
      ]
    `);
  });

  it("is uniform: bits, means and neighbours", () => {
    const random = createRandom(7);
    const draws = Array.from({ length: 20_000 }, () => random.next());
    expect(draws.every((x) => x >= 0 && x < 1)).toBe(true);
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.01);
    const lag = draws.slice(1).reduce((sum, x, i) => sum + (x - 0.5) * (draws[i]! - 0.5), 0) / draws.length;
    expect(Math.abs(lag)).toBeLessThan(0.003);
    const counts = new Array<number>(10).fill(0);
    for (const x of draws) counts[Math.floor(x * 10)]!++;
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });

  it("shuffles a copy, samples without replacement, picks what is there", () => {
    const random = createRandom(3);
    const list = Array.from({ length: 50 }, (_, i) => i);
    const shuffled = random.shuffle(list);
    expect(shuffled).not.toEqual(list);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(list);
    expect(new Set(random.sample(list, 20)).size).toBe(20);
    expect(list).toContain(random.pick(list));
    const firsts = new Set(Array.from({ length: 500 }, () => random.sample([1, 2, 3, 4], 2).join("")));
    expect(firsts.size).toBe(12);
  });

  it("refuses what it cannot draw", () => {
    const random = createRandom(0);
    expect(() => random.int(0)).toThrow("int(0)");
    expect(() => random.pick([])).toThrow();
    expect(() => random.sample([1], 2)).toThrow("sample: 2 of a list of 1");
  });
});
