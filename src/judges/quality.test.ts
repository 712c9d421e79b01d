/** What is told of a judge against what it is known to be. */
import { describe, expect, it } from "vitest";
import { wilsonInterval } from "../metrics/estimate.ts";
import { createRandom, type Random } from "../random.ts";
import type { Verdict } from "../records.ts";
import { assertTrainable, correctedBy, figureText, type LabelledAnswer, Measured, measureJudge } from "./quality.ts";

const file = { name: "labels.jsonl", sha256: "1" };
const verdict = (label: Verdict["label"], unsafeProbability?: number): Verdict => ({
  attemptId: "",
  judge: "j",
  label,
  categories: [],
  ...(unsafeProbability !== undefined && { unsafeProbability }),
});
const row = (label: LabelledAnswer["label"], cluster: string, response = "r"): LabelledAnswer => ({
  prompt: cluster,
  response,
  label,
  cluster,
});
const rows = [
  ...Array.from({ length: 8 }, (_, i) => row("unsafe", `u${i}`)),
  ...Array.from({ length: 10 }, (_, i) => row("safe", `s${i}`)),
  row("unsafe", "u0", "  "),
  row("safe", "s0"),
];
const verdicts = [
  ...Array.from({ length: 6 }, () => verdict("unsafe", 0.9)),
  ...Array.from({ length: 2 }, () => verdict("safe", 0.3)),
  verdict("unsafe", 0.7),
  ...Array.from({ length: 9 }, () => verdict("safe", 0.1)),
  verdict("unscored"),
  verdict("unscored"),
];

describe("measureJudge", () => {
  it("counts and measures; what has no verdict stands outside, by its label", () => {
    const measured = measureJudge(rows, verdicts, file, { seed: 1 });
    expect(measured.labels).toEqual({ file: "labels.jsonl", sha256: "1", rows: 20, clusters: 18 });
    expect(measured.confusion).toEqual({ truePositives: 6, falsePositives: 1, trueNegatives: 9, falseNegatives: 2 });
    // Every question but one has one answer with a verdict: as many independent rows as there are rows.
    expect(measured.effective.unsafe).toBeCloseTo(8, 9);
    expect(measured.unscored).toEqual({ unsafe: 1, safe: 1, empty: 1 });
    const { f1, auroc, alpha, kappa } = measured.figures;
    expect(f1.value).toBeCloseTo(12 / 15, 12);
    expect(auroc.value).toBeCloseTo((6 * 10 + 2 * 9) / 80, 12);
    // Two raters of 18 answers, 7 and 8 unsafe, 15 the same: 1 − 35 · 6 / (15 · 21).
    expect(alpha.value).toBeCloseTo(1 - (35 * 6) / (2 * 15 * 21), 12);
    expect(kappa.value).toBeCloseTo((15 / 18 - 166 / 324) / (1 - 166 / 324), 12);
    for (const { low, value, high, n } of Object.values(measured.figures)) {
      expect(low!).toBeLessThanOrEqual(value!);
      expect(high!).toBeGreaterThanOrEqual(value!);
      expect(n).toBe(18);
    }
  });
});

describe("what was measured", () => {
  it("keeps the bins behind the calibration error, and reads without them", () => {
    const measured = measureJudge(rows, verdicts, file, { seed: 1 });
    expect(measured.bins?.map(({ n }) => n)).toEqual([0, 9, 0, 2, 0, 0, 0, 1, 0, 6]);
    expect(Measured.parse(measured)).toEqual(measured);
    const { bins: _, ...older } = measured;
    expect(Measured.parse(older)).toEqual(older);
    expect(measureJudge([row("safe", "s")], [verdict("safe")], file, { seed: 1 })).not.toHaveProperty("bins");
  });
});

describe("assertTrainable", () => {
  const known = { judge: "guard", ...measureJudge(rows, verdicts, file, { seed: 1 }) };

  it("refuses below the limit only, and says F1, limit and how to go on", () => {
    expect(() => assertTrainable(known, 0.8, "measure")).not.toThrow();
    expect(() => assertTrainable(known, 0, "measure")).not.toThrow();
    expect(() => assertTrainable(undefined, 1, "measure")).not.toThrow();
    let error: unknown;
    try {
      assertTrainable(known, 0.9, "measure");
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({
      code: "E_CONFIG",
      message: `judge guard is wrong too often to train with: F1 ${figureText(known.figures.f1)} on 20 rows of labels.jsonl, and \`judge.minF1\` is 0.9`,
      hint: "name another judge as `judge.train`, or measure this one on better labels (measure), or train with it all the same: `judge.minF1: 0`",
    });
  });
});

describe("correctedBy", () => {
  it("holds the truth as often as it says when labelled answers hang together", () => {
    const [truth, sensitivity, specificity] = [0.3, 0.75, 0.9];
    const random = createRandom("clusters");
    const hit = (chance: number, of: Random = random) => of.next() < chance;
    const perCluster = 8;
    const rounds = 600;
    let [held, heldByRows] = [0, 0];
    for (let round = 0; round < rounds; round++) {
      // Eight answers to a question, and the judge is right about all of them or wrong about all.
      const questions = Array.from({ length: 60 }, (_, q) => {
        const label = q % 2 === 0 ? ("unsafe" as const) : ("safe" as const);
        const right = hit(label === "unsafe" ? sensitivity : specificity);
        return { label, said: right === (label === "unsafe") ? ("unsafe" as const) : ("safe" as const) };
      });
      const answers = questions.flatMap((q, i) =>
        Array.from({ length: perCluster }, () => ({ ...q, cluster: `${i}` })),
      );
      const measured = measureJudge(
        answers.map(({ label, cluster }) => row(label, cluster)),
        answers.map(({ said }) => verdict(said)),
        file,
        { seed: round, samples: 2 },
      );
      const n = 300;
      let unsafe = 0;
      for (let i = 0; i < n; i++) if (hit(truth * sensitivity + (1 - truth) * (1 - specificity))) unsafe++;
      const seen = { value: unsafe / n, ...wilsonInterval(unsafe / n, n), n };
      const holds = (effective: typeof measured.effective) => {
        const known = { ...measured, effective };
        const { low, high } = correctedBy(known, seen);
        return low! <= truth && truth <= high!;
      };
      if (holds(measured.effective)) held++;
      if (holds({ unsafe: 240, safe: 240 })) heldByRows++;
    }
    expect(held / rounds).toBeGreaterThanOrEqual(0.92);
    expect(heldByRows / rounds).toBeLessThan(0.85);
  });
});
