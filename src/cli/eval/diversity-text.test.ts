/** The table of sets: dashes where nothing can be told, names from outside without power. */
import { expect, it } from "vitest";
import type { Score } from "../../records.ts";
import { diversityText } from "./diversity-text.ts";

const score = (suite: string, metric: string, value: number | null, more: Partial<Score> = {}): Score => ({
  ...{ iteration: 0, suite, metric, value, low: null, high: null, n: 3 },
  ...more,
});

it("has a row a figure, a column a set, and names what is empty", () => {
  const hostile = "b\u001b[2J\u202e";
  const text = diversityText(
    [
      { name: "a", of: 1200, cells: { filled: 2, of: 4, evenness: 1, outside: 1, empty: ["x × y", "z\u001b × y"] } },
      { name: hostile, of: 3, cells: undefined },
    ],
    {
      size: 3,
      measured: [1000, 3],
      scores: [
        score("a", "nearest-minilm", 0.5, { low: 0.4, high: 0.625 }),
        score("a", "nearest-minilm", 0.25, { against: hostile }),
        score(hostile, "nearest-minilm", null),
        score("a", "self-bleu", 0),
      ],
    },
    "the-model",
    7,
  );
  expect(text).toMatchInlineSnapshot(`
    "                                                       a  b
    prompts                                   1,000 of 1,200  3
    similarity to the nearest of the set *  0.50 [0.40–0.63]  –
       of the 1,000 of a                                   –  –
       of the 3 of b                                    0.25  –
    1 − similarity by 5-grams *                            –  –
    different words / words *                              –  –
    different word pairs / word pairs *                    –  –
    self-BLEU *                                         0.00  –
    category × style cells                            2 of 4  –
    a has no prompt in: x × y, z × y
    a: 1 prompt in no cell

    similarity: cosine by the-model, lower is more different; [95 % intervals] draw clusters of prompts
    * as of 3 prompts of each set, as many as the smallest has: tables with another number do not compare (seed 7)"
  `);
});
