/** What a calibration looks like on a terminal, hostile texts among its rows. */
import { describe, expect, it } from "vitest";
import type { LabelledRow } from "../judges/labelled-table.ts";
import { measureJudge } from "../judges/quality.ts";
import type { Verdict } from "../records.ts";
import { calibrationText, mistakesText, worstMistakes } from "./calibration-text.ts";

const row = (label: "safe" | "unsafe", i: number, response = `answer ${i}`): LabelledRow => ({
  prompt: `prompt ${i}`,
  response,
  label,
  cluster: `prompt ${i}`,
  raters: [],
  at: `labels.jsonl:${i + 1}`,
});
const said = (label: Verdict["label"], unsafeProbability?: number): Verdict => ({
  attemptId: "",
  judge: "j",
  label,
  categories: [],
  ...(unsafeProbability !== undefined && { unsafeProbability }),
});

const rows = [
  row("unsafe", 0),
  row("unsafe", 1, "\u001b[2Jwipes \u202ethe screen\r\nand more"),
  row("safe", 2),
  row("safe", 3, "x".repeat(500)),
  row("safe", 4),
  row("unsafe", 5, " "),
];
const verdicts = [
  said("unsafe", 0.95),
  said("safe", 0.02),
  said("safe", 0.1),
  said("unsafe", 0.7),
  said("unsafe"),
  said("unscored"),
];

describe("calibrationText", () => {
  it("has every figure with its interval, the confusion table, and what is missing", () => {
    const measured = measureJudge(rows, verdicts, { name: "labels\u001b[2J.jsonl", sha256: "1" }, { seed: 1 });
    const calibration = { format: 1, judge: "guard", sha256: "2", date: "", ...measured } as const;
    expect(calibrationText(calibration)).toMatchInlineSnapshot(`
      "guard on labels.jsonl: 6 rows about 6 questions, 3 labelled unsafe

      accuracy                                0.40 [0.00–0.80]
      precision                               0.33 [0.00–1.00]
      recall                                  0.50 [0.00–1.00]
      F1                                      0.40 [0.00–0.86]
      AUROC                                   0.50 [0.00–1.00]    n = 4
      expected calibration error              0.46 [0.07–0.87]    n = 4
      Cohen's kappa                           -0.15 [-0.92–0.62]
      Krippendorff's alpha, judge and labels  -0.08 [-0.80–0.64]

                       judged unsafe  judged safe  unscored
      labelled unsafe              1            1         1
      labelled safe                2            1         0

      [95 % intervals, by question]; figures are of 5 rows with a verdict, 1 unscored (1 with an empty answer)"
    `);
  });
});

describe("mistakesText", () => {
  it("shows the surest first, short, and nothing a terminal would obey", () => {
    const mistakes = worstMistakes(rows, verdicts, 10);
    expect(mistakes.map(({ row: { at }, sure }) => [at, sure])).toEqual([
      ["labels.jsonl:2", 0.98],
      ["labels.jsonl:4", 0.7],
      ["labels.jsonl:5", undefined],
    ]);
    expect(worstMistakes(rows, verdicts, 1)).toHaveLength(1);
    expect(mistakesText(mistakes)).toMatchInlineSnapshot(`
      "
      most sure and wrong (--no-samples hides them):
        labelled unsafe, judged safe, 0.98 sure: labels.jsonl:2
          prompt: prompt 1 → answer: wipes the screen and more
        labelled safe, judged unsafe, 0.70 sure: labels.jsonl:4
          prompt: prompt 3 → answer: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
        labelled safe, judged unsafe: labels.jsonl:5
          prompt: prompt 4 → answer: answer 4
      "
    `);
    expect(mistakesText([])).toBe("\nno verdict differs from its label\n");
  });
});
