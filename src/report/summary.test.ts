/** From a run folder to the summary that the page draws, unfinished runs included. */
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scoreJudge, trainJudge } from "../../test/browser/fixture-judges.ts";
import { cellOf, writeFixtureRun } from "../../test/browser/fixture-run.ts";
import { hostile } from "../../test/browser/hostile.ts";
import { mostDisagreements, mostPrompts, spread } from "./answers.ts";
import { summarize } from "./summary.ts";

let folder: string;
const runDir = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-report-"));
  await writeFixtureRun(runDir("whole"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("a whole run", () => {
  it("has every part and no gap", async () => {
    const summary = await summarize(runDir("whole"));
    expect(summary).toMatchObject({ name: "whole", status: "success", seconds: 561.3, planned: 3, last: 3, gaps: [] });
    expect(summary.asr.map((s) => [s.judge, s.scoring, s.points.map((p) => p.value)])).toEqual([
      [scoreJudge, true, [0.62, 0.41, 0.27, 0.2]],
      [trainJudge, false, [0.62, 0.41, 0.27, 0.2].map((v) => v * 0.82)],
    ]);
    expect(summary.overRefusal.map((p) => p.index)).toEqual([0, 1, 2, 3]);
    expect(Object.keys(summary.prompts)).toEqual(["diversity", "distinct-2", "self-bleu", "kept"]);
    expect(summary.judges[0]).toMatchObject({
      judge: scoreJudge,
      scores: true,
      trains: false,
      measured: { f1: { n: 200 } },
      labels: { rows: 204, questions: 180, source: "calibration", date: "2026-11-20T08:00:00.000Z" },
    });
  });

  it("has the whole matrix", async () => {
    const [scoring] = (await summarize(runDir("whole"))).matrix;
    expect(scoring?.cells).toHaveLength(16);
    for (const { redTeam, target, value } of scoring!.cells) expect(value).toBe(cellOf(redTeam, target));
  });

  it("has the ratings after the last iteration only", async () => {
    const { elo } = await summarize(runDir("whole"));
    expect(elo.map(({ judge, scoring, iteration }) => [judge, scoring, iteration])).toEqual([
      [scoreJudge, true, 3],
      [trainJudge, false, 3],
    ]);
    expect(elo[0]!.players.map(({ role, index, value }) => [role, index, value])).toEqual([
      ...[0, 1, 2, 3].map((k) => ["red-team", k, 55 * k - 120]),
      ...[0, 1, 2, 3].map((k) => ["target", k, 70 * k - 90]),
    ]);
  });

  it("has the bins of a judge's calibration where it kept them", async () => {
    const [scoring, training] = (await summarize(runDir("whole"))).judges;
    expect(scoring!.bins).toHaveLength(10);
    expect(scoring!.bins![4]).toEqual({ n: 0, probability: null, unsafe: { value: null, low: null, high: null } });
    const { value, low, high } = scoring!.bins![9]!.unsafe;
    expect([low! < value!, value! < high!]).toEqual([true, true]);
    expect(training!.bins).toBeNull();
  });

  it("counts prompts, drops, verdicts and pairs as they are on file", async () => {
    const [first] = (await summarize(runDir("whole"))).counts;
    const { written, used, dropped } = first!.prompts!;
    expect(written).toBe(72);
    expect(Object.values(dropped).reduce((a, b) => a + b, 0)).toBe(written - used);
    const verdicts = first!.verdicts![trainJudge]!;
    expect(verdicts.safe + verdicts.unsafe + verdicts.unscored).toBe(used * 3);
    expect(first!.pairs).toEqual({
      "red-team": { attack: 14 },
      target: { attack: 16, guided: 12, "look-alike": 24, general: 12 },
    });
    expect(first!.pairLosses["red-team"]).toMatchObject({ seeds: 24, pairs: 14 });
  });

  it("keeps hostile texts as they are", async () => {
    const { answers } = await summarize(runDir("whole"));
    const texts = answers.rows.map((row) => row.prompt.text);
    for (const text of hostile) expect(texts).toContain(JSON.parse(JSON.stringify(text)));
    expect(answers.rows[0]!.answers.map((a) => a.target)).toEqual([0, 1, 2, 3]);
  });

  it("says how often the judges agree", async () => {
    const { judges, bothSafe, bothUnsafe, onlyFirstUnsafe, onlySecondUnsafe, unscored } = (
      await summarize(runDir("whole"))
    ).agreement!;
    expect(judges).toEqual([scoreJudge, trainJudge]);
    expect(bothSafe + bothUnsafe + onlyFirstUnsafe + onlySecondUnsafe + unscored).toBe(160);
  });

  it("has each ASR without its judge's errors beside it", async () => {
    const { asr, matrix, judges } = await summarize(runDir("whole"));
    const { truePositives: tp, falseNegatives: fn, falsePositives: fp, trueNegatives: tn } = judges[0]!.labels!;
    const [recall, specificity] = [tp / (tp + fn), tn / (tn + fp)];
    for (const figure of [...asr[0]!.points, ...matrix[0]!.cells]) {
      const expected = Math.max(0, (figure.value! + specificity - 1) / (recall + specificity - 1));
      expect(figure.corrected!.value).toBeCloseTo(Math.min(1, expected), 9);
      const width = figure.corrected!.high! - figure.corrected!.low!;
      // Errors that are taken out leave more doubt, but where the interval is cut off at 0 or 1.
      const cut = figure.corrected!.low === 0 || figure.corrected!.high === 1;
      expect(width).toBeGreaterThan(cut ? 0 : figure.high! - figure.low!);
    }
  });

  it("has the answers on which the judges are furthest apart", async () => {
    const { agreement, disagreements, answers } = await summarize(runDir("whole"));
    const { onlyFirstUnsafe, onlySecondUnsafe } = agreement!;
    const lookAlikes = answers.rows
      .filter((row) => row.suite === "look-alikes")
      .flatMap((row) => row.answers)
      .filter(({ verdicts: [a, b] }) => a!.label !== b!.label && ![a!.label, b!.label].includes("unscored"));
    expect(disagreements.total).toBe(onlyFirstUnsafe + onlySecondUnsafe + lookAlikes.length);
    expect(disagreements.rows).toHaveLength(Math.min(mostDisagreements, disagreements.total));
    const gaps = disagreements.rows.map(({ verdicts: [a, b] }) =>
      Math.abs(a.unsafeProbability! - b.unsafeProbability!),
    );
    expect(gaps).toEqual(gaps.toSorted((a, b) => b - a));
    for (const { verdicts } of disagreements.rows)
      expect(verdicts.map((v) => v.judge)).toEqual([scoreJudge, trainJudge]);
  });

  it("does not show where runs are kept", async () => {
    const { config } = await summarize(runDir("whole"));
    expect(config).toMatchObject({ preset: "quick" });
    expect(config).not.toHaveProperty("output");
  });
});

describe("a broken run", () => {
  it("says what is missing, and where lines cannot be read", async () => {
    const dir = runDir("broken");
    await writeFixtureRun(dir, { iterations: 2 });
    for (const name of ["end.json", "2/scores.jsonl", "1/pairs.target.jsonl", "1/prompts.jsonl"])
      await rm(join(dir, name));
    await appendFile(join(dir, "0/scores.jsonl"), '{"no":"score"}\nnot json\n{"torn":');
    await writeFile(
      join(dir, "run.json"),
      (await readFile(join(dir, "run.json"), "utf8")).replace('"iterations":2', '"iterations":4'),
    );
    const summary = await summarize(dir);
    expect(summary).toMatchObject({ status: "unfinished", last: 1 });
    expect(summary.counts[0]!.prompts).toBeNull();
    expect(summary.gaps).toMatchInlineSnapshot(`
      [
        "0/scores.jsonl: 2 of 47 lines cannot be read (the first is line 46).",
        "Iteration 1 lacks prompts.jsonl, pairs.target.jsonl.",
        "Iteration 2 lacks scores.jsonl.",
        "Not begun: iteration 3, 4 of 0 to 4.",
      ]
    `);
  });

  it("is refused only when it is no run at all", async () => {
    await expect(summarize(runDir("nowhere"))).rejects.toMatchObject({ code: "E_RUN" });
    await expect(summarize(folder)).rejects.toThrow("is not a run folder: it has no run.json");
  });
});

describe("spread", () => {
  it("keeps all of few, and some of many from end to end", () => {
    expect(spread([1, 2, 3], 5)).toEqual([1, 2, 3]);
    expect(spread([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 4)).toEqual([0, 2, 5, 7]);
    expect(new Set(spread([...Array(1001).keys()], mostPrompts)).size).toBe(mostPrompts);
  });
});
