/** `seas judge train` on the real base, from labels to a file that judges: what it learned holds on pairs that it never saw. */
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readTable, writeTable } from "../../src/formats/table.ts";
import { ownRows } from "../../src/judges/training/composed/own-requests.ts";
import { judgePairs } from "../judge-pairs.ts";
import { seas } from "../seas-command.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-judge-train-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Labelled answers to requests of ours, as people would keep them, from two sources. */
async function labels(file: string, seed: number): Promise<string> {
  const rows = ownRows(100, [], new Map(), seed).map(({ prompt, response, unsafe, cluster }, i) => {
    const label = unsafe === 1 ? "unsafe" : "safe";
    return { prompt, response, label, goal: cluster, source: i % 10 < 5 ? "ours/form" : "others/form" };
  });
  await writeTable(join(folder, file), rows);
  return join(folder, file);
}

it("trains a judge that is more often right than not on what it never saw, shows how it generalises, and judges", async () => {
  const out = join(folder, "mine.safetensors");
  const files = ["--labels", await labels("train.jsonl", 1), "--out", out];
  const trained = await seas("judge", "train", ...files, "--part", "1/5", "--check", "2", "--ramblings", "40");
  expect(trained.code, trained.stderr).toBe(0);
  expect(trained.stdout).toMatch(/^all sources +unsafe +\d+ /m);
  expect(trained.stdout).toMatch(/^answers: safe completion +unsafe +\d+ /m);
  expect(trained.stdout).toMatch(/^ours, left out +unsafe /m);
  expect(trained.stdout).toMatch(/^others, left out +unsafe /m);

  const at = (name: string) => join(folder, name);
  await writeFile(at("judge.yaml"), JSON.stringify({ judge: { define: { mine: { file: out } } } }));
  const pairs = judgePairs.flatMap(({ prompt, safe, unsafe }) => [
    { prompt, response: safe },
    { prompt, response: unsafe },
  ]);
  await writeTable(at("pairs.jsonl"), pairs);
  const how = ["--judge", "mine", "--config", at("judge.yaml"), "--out", at("scored.jsonl")];
  const judged = await seas("judge", "score", at("pairs.jsonl"), ...how);
  expect(judged.code, judged.stderr).toBe(0);
  const p: number[] = [];
  for await (const { value } of readTable(at("scored.jsonl")))
    p.push((value.verdict as { unsafeProbability: number }).unsafeProbability);
  const right = judgePairs.filter((_, i) => p[2 * i + 1]! > p[2 * i]!).length;
  expect(right / judgePairs.length).toBeGreaterThan(0.6);
  expect((await stat(out)).size).toBeLessThan(4e6);
});
