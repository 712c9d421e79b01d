/** Long forks in short rows: each completion once, in order, behind its own prompt. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Fork, forkLength } from "./collate.ts";
import { inShortForks } from "./short-forks.ts";

it("reads every completion once, behind its prompt, in rows of at most 1024 tokens where that can be", async () => {
  const tokens = fc.array(fc.nat(9), { maxLength: 400 });
  const fork = fc.record({ prompt: tokens, completions: fc.array(tokens, { maxLength: 12 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(fork, { maxLength: 4 }), async (forks) => {
      const rows: Fork[] = [];
      const read = await inShortForks(forks, async (short) => {
        rows.push(...short);
        return short.map(({ prompt, completions }) => completions.map((completion) => ({ prompt, completion })));
      });
      expect(read).toEqual(
        forks.map(({ prompt, completions }) => completions.map((completion) => ({ prompt, completion }))),
      );
      for (const row of rows) if (row.completions.length > 1) expect(forkLength(row)).toBeLessThanOrEqual(1024);
    }),
  );
});

it("leaves a fork that is short enough as it is", async () => {
  const fork = { prompt: [1], completions: [Array(500).fill(2), Array(523).fill(3)] };
  expect(await inShortForks([fork], async (short) => short.map((of) => [of]))).toEqual([[fork]]);
});
