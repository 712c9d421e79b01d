/** Padding, positions and targets of a batch; cutting and grouping of sequences. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tinyConfig } from "../../test/tiny-llama.ts";
import { byTokens, collate, forkFeeds, truncate } from "./collate.ts";
import type { Tensor } from "./graph/session.ts";

/** A tensor's values as nested rows of numbers. */
function rows({ data, dims }: Tensor): number[] | number[][] {
  const flat = Array.from(data as ArrayLike<number | bigint>, Number);
  if (dims.length === 1) return flat;
  return Array.from({ length: dims[0]! }, (_, i) => flat.slice(i * dims[1]!, (i + 1) * dims[1]!));
}

const ids = (max: number) => fc.array(fc.nat(31), { minLength: 1, maxLength: max });
const sequence = fc.record({ prompt: ids(8), completion: ids(8) });
const fork = fc.record({ prompt: ids(8), completions: fc.array(ids(8), { maxLength: 4 }) });

describe("collate", () => {
  const example = [
    { prompt: [5, 6], completions: [[8, 2], [3]] },
    { prompt: [7], completions: [[9]] },
  ];

  it("gives the tensors of the file's example", () => {
    const { feeds, counts } = collate(example, tinyConfig);
    expect(counts).toEqual([2, 1, 1]);
    expect(rows(feeds.ids!)).toEqual([
      [5, 6, 8, 2, 3],
      [7, 9, 0, 0, 0],
    ]);
    expect(rows(feeds.positions!)).toEqual([
      [0, 1, 2, 3, 2],
      [0, 1, 2, 3, 4],
    ]);
    expect(rows(feeds.at!)).toEqual([1, 2, 1, 5]);
    expect(rows(feeds.targets!)).toEqual([8, 2, 3, 9]);
    expect(rows(feeds.sum!)).toEqual([
      [1, 1, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
    ]);
  });

  it("lets a token see its prompt and its own completion up to itself, and nothing else", () => {
    fc.assert(
      fc.property(fc.array(fork, { minLength: 1, maxLength: 3 }), (forks) => {
        const { feeds, length } = forkFeeds(forks, tinyConfig);
        const mask = feeds.mask!.data as Float32Array;
        forks.forEach(({ prompt, completions }, b) => {
          // Which completion each token belongs to; −1 is the prompt.
          const of = [...prompt.map(() => -1), ...completions.flatMap((c, i) => c.map(() => i))];
          of.forEach((mine, t) => {
            of.forEach((other, u) => {
              const seen = mask[(b * length + t) * length + u]! > -1e8;
              expect(seen).toBe(u <= t && (other === -1 || other === mine));
            });
          });
        });
      }),
    );
  });

  it("predicts each completion token from the token before it, in any batch", () => {
    fc.assert(
      fc.property(fc.array(fork, { minLength: 1, maxLength: 5 }), (forks) => {
        const { feeds } = collate(forks, tinyConfig);
        const flat = (rows(feeds.ids!) as number[][]).flat();
        const before = (rows(feeds.at!) as number[]).map((at) => flat[at]);
        const expected = forks.flatMap(({ prompt, completions }) =>
          completions.flatMap((c) => c.map((id, i) => [i === 0 ? prompt.at(-1) : c[i - 1], id])),
        );
        expect(before).toEqual(expected.map(([id]) => id));
        expect(rows(feeds.targets!)).toEqual(expected.map(([, id]) => id));
      }),
    );
  });
});

describe("truncate", () => {
  it("cuts the end of the completion first, then the start of the prompt", () => {
    const prompt = [1, 2, 3, 4];
    const completion = [5, 6, 7];
    expect(truncate({ prompt, completion }, 7)).toEqual({ prompt, completion });
    expect(truncate({ prompt, completion }, 5)).toEqual({ prompt, completion: [5] });
    expect(truncate({ prompt, completion }, 3)).toEqual({ prompt: [3, 4], completion: [5] });
  });

  it("keeps a token of each side, the next to each other, and never more than asked for", () => {
    fc.assert(
      fc.property(sequence, fc.integer({ min: 2, max: 20 }), ({ prompt, completion }, maxLength) => {
        const cut = truncate({ prompt, completion }, maxLength);
        expect(cut.prompt.length + cut.completion.length).toBe(Math.min(maxLength, prompt.length + completion.length));
        expect(cut.prompt.length).toBeGreaterThan(0);
        expect(cut.completion.length).toBeGreaterThan(0);
        expect(prompt.slice(-cut.prompt.length)).toEqual(cut.prompt);
        expect(completion.slice(0, cut.completion.length)).toEqual(cut.completion);
      }),
    );
  });
});

describe("byTokens", () => {
  it("groups in order within the padded budget", () => {
    expect(byTokens([3, 3, 4, 1, 9, 1], (n) => n, 8)).toEqual([[3, 3], [4, 1], [9], [1]]);
    expect(byTokens([], (n: number) => n, 8)).toEqual([]);
  });

  it("loses nothing and goes over budget only for a single item", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 })), fc.integer({ min: 1, max: 60 }), (lengths, budget) => {
        const groups = byTokens(lengths, (n) => n, budget);
        expect(groups.flat()).toEqual(lengths);
        for (const group of groups) {
          expect(group.length).toBeGreaterThan(0);
          if (group.length > 1) expect(Math.max(...group) * group.length).toBeLessThanOrEqual(budget);
        }
      }),
    );
  });
});
