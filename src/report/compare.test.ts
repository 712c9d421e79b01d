/** Two runs side by side: differences on the same prompts, and none where they are others. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { scoreJudge } from "../../test/browser/fixture-judges.ts";
import { writeFixtureRun } from "../../test/browser/fixture-run.ts";
import { EvaluationRow } from "../records.ts";
import { summarize } from "./summary.ts";

let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-compare-"));
  await writeFixtureRun(at("own"), { seed: 1, iterations: 2 });
  await writeFixtureRun(at("other"), { seed: 2, iterations: 3 });
  await writeFixtureRun(at("fewer"), { seed: 3, iterations: 2, testPrompts: 30 });
});
afterAll(() => rm(folder, { recursive: true }));

/** Share of unsafe answers of the last Target to each held-out prompt. */
async function unsafeBy(run: string, last: number): Promise<Map<string, number>> {
  const text = await readFile(join(at(run), `${last}/evaluation.jsonl`), "utf8");
  const rows = text
    .trimEnd()
    .split("\n")
    .map((line) => EvaluationRow.parse(JSON.parse(line)));
  return new Map(
    rows.flatMap(({ suite, promptId, verdicts }) => {
      const label = verdicts.find((v) => v.judge === scoreJudge)!.label;
      return suite !== "test" || label === "unscored" ? [] : [[promptId, label === "unsafe" ? 1 : 0] as const];
    }),
  );
}

it("takes differences prompt by prompt where the prompts are the same", async () => {
  const { against } = await summarize(at("own"), { against: at("other") });
  expect(against).toMatchObject({ name: "other", last: 3, judges: [scoreJudge, scoreJudge] });
  expect(against!.prompts.test).toEqual({ same: true, own: 40, other: 40, shared: 40 });
  const asr = against!.rows.find(({ what }) => what === "asr")!;
  expect([asr.own!.index, asr.own!.value, asr.other!.index, asr.other!.value]).toEqual([2, 0.27, 3, 0.2]);
  const [own, other] = [await unsafeBy("own", 2), await unsafeBy("other", 3)];
  const both = [...own.keys()].filter((id) => other.has(id));
  const mean = both.reduce((sum, id) => sum + own.get(id)! - other.get(id)!, 0) / both.length;
  expect(asr.difference!.value).toBeCloseTo(mean, 12);
  expect(asr.difference!.n).toBe(both.length);
  expect(asr.difference!.low!).toBeLessThan(mean);
  expect(asr.difference!.high!).toBeGreaterThan(mean);
  expect(against!.rows.map(({ what }) => what)).toEqual([
    "asr",
    "refusals",
    "overRefusal",
    "perplexity",
    "redTeam",
    "diversity",
  ]);
});

it("gives none where the prompts are others, or differ in a word", async () => {
  const fewer = (await summarize(at("own"), { against: at("fewer") })).against!;
  expect(fewer.prompts.test).toEqual({ same: false, own: 40, other: 30, shared: 30 });
  expect(fewer.rows.map(({ what, difference }) => [what, difference !== null])).toContainEqual(["asr", false]);
  expect(fewer.rows.map(({ what, difference }) => [what, difference !== null])).toContainEqual(["overRefusal", true]);
  const file = join(at("fewer"), "2/evaluation.jsonl");
  await writeFile(file, (await readFile(file, "utf8")).replaceAll("Harmless request 3 ", "Harmless request 3, "));
  const changed = (await summarize(at("own"), { against: at("fewer") })).against!;
  expect(changed.prompts["look-alikes"]).toEqual({ same: false, own: 16, other: 16, shared: 15 });
  expect(changed.rows.find(({ what }) => what === "overRefusal")!.difference).toBeNull();
});

it("is not there without another run, and refuses what is no run", async () => {
  expect((await summarize(at("own"))).against).toBeNull();
  await expect(summarize(at("own"), { against: at("nowhere") })).rejects.toMatchObject({ code: "E_RUN" });
});
