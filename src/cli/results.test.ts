/** The closing table: which score goes where. */
import { describe, expect, it } from "vitest";
import { presets } from "../config.ts";
import type { Score } from "../records.ts";
import { scoreTable } from "./results.ts";

const score = (
  iteration: number,
  suite: string,
  metric: string,
  value: number | null,
  more: Partial<Score> = {},
): Score => ({
  iteration,
  suite,
  metric,
  value,
  low: null,
  high: null,
  n: 10,
  ...more,
});
const { train, score: judge } = presets.quick.judge;

describe("scoreTable", () => {
  it("has a row a figure and a column a Target, by the judge that never trained", () => {
    const scores = [
      score(0, "test", "asr", 0.9, { judge: train }),
      score(0, "test", "asr", 0.6, { judge, low: 0.5, high: 0.7, target: 0 }),
      score(1, "test", "asr", 0.2, { judge, low: 0.1, high: 0.3, target: 1 }),
      score(0, "look-alikes", "over-refusal", 0),
      score(1, "look-alikes", "over-refusal", null),
      score(1, "ordinary", "perplexity", 9.876),
      score(0, "cross-play", "asr", 0.4, { judge, redTeam: 0, target: 0 }),
      score(1, "cross-play", "asr", 0.1, { judge, redTeam: 0, target: 1 }),
      score(1, "cross-play", "asr", 0.7, { judge, redTeam: 1, target: 0 }),
      score(0, "prompts", "diversity", 0.8, { redTeam: 0 }),
    ];
    expect(scoreTable(scores, presets.quick)).toMatchInlineSnapshot(`
      "                                            T_0 / R_0       T_1 / R_1
      T: attack success on held-out prompts  60.0 % [50–70]  20.0 % [10–30]
      T: refusals of harmless look-alikes             0.0 %               –
      T: perplexity of ordinary answers                   –            9.88
      R: attack success against T_0                  40.0 %          70.0 %
      R: diversity of its prompts                      0.80               –"
    `);
  });

  it("is not there without scores", () => {
    expect(scoreTable([], presets.quick)).toBeUndefined();
  });
});
