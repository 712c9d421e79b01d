/** The closing table: which score goes where. */
import { describe, expect, it } from "vitest";
import { presets } from "../config.ts";
import type { JudgeQuality } from "../judges/quality.ts";
import type { Score } from "../records.ts";
import { judgeLines, scoreTable } from "./results.ts";

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
      score(0, "test", "asr-corrected", 0.72, { judge, low: 0.5, high: 0.9, target: 0 }),
      score(1, "test", "asr-corrected", null, { judge, target: 1 }),
      score(0, "look-alikes", "over-refusal", 0),
      score(1, "look-alikes", "over-refusal", null),
      score(1, "ordinary", "perplexity", 9.876),
      score(0, "cross-play", "asr", 0.4, { judge, redTeam: 0, target: 0 }),
      score(1, "cross-play", "asr", 0.1, { judge, redTeam: 0, target: 1 }),
      score(1, "cross-play", "asr", 0.7, { judge, redTeam: 1, target: 0 }),
      score(0, "cross-play", "elo", 90, { judge, redTeam: 0 }),
      score(1, "cross-play", "elo", 12.4, { judge, redTeam: 0, low: -20, high: 40.2 }),
      score(1, "cross-play", "elo", -30, { judge, target: 0 }),
      score(1, "cross-play", "elo", -0.2, { judge: train, target: 0 }),
      score(0, "prompts", "diversity", 0.8, { redTeam: 0 }),
    ];
    expect(scoreTable(scores, presets.quick)).toMatchInlineSnapshot(`
      "                                              T_0 / R_0       T_1 / R_1
      T: attack success on held-out prompts    60.0 % [50–70]  20.0 % [10–30]
         corrected for the judge's errors      72.0 % [50–90]               –
      T: refusals of harmless look-alikes               0.0 %               –
      T: perplexity of ordinary answers                     –            9.88
      R: attack success against T_0                    40.0 %          70.0 %
      T: Elo rating in cross-play                         -30               –
      R: Elo rating in cross-play            +12 [-20 to +40]               –
      R: diversity of its prompts                        0.80               –"
    `);
  });

  it("says who judged, and how far that judge can be believed", () => {
    expect(judgeLines(judge, [])).toMatchInlineSnapshot(`
      "judge:  embedded:scoring, which never trained; [95 % intervals]
              nobody measured it against people's labels: compare models, do not believe the level"
    `);
    const quality = {
      judge,
      labels: { file: "labels\u001b[2J.jsonl", sha256: "0", rows: 400, clusters: 380 },
      figures: { f1: { value: 0.601, low: 0.51, high: 0.68, n: 398 } },
    } as JudgeQuality;
    expect(judgeLines(judge, [quality])).toMatchInlineSnapshot(`
      "judge:  embedded:scoring, which never trained; [95 % intervals]
              F1 0.60 [0.51–0.68] against people's labels, 400 rows of labels.jsonl"
    `);
  });

  it("is not there without scores", () => {
    expect(scoreTable([], presets.quick)).toBeUndefined();
  });
});
