/**
 * A run whose players answer over HTTP, at a hundredth of the paper's size: complete, and the same after a kill in the middle of
 * any stage that asks them. The whole size is in test/services/scale.test.ts.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { paperSize, play, startInstantServer } from "../bench/scale/processes.ts";
import { readRun } from "../src/run/inspect.ts";
import { costed, totalUsage, usageByStage } from "../src/run/usage.ts";

let folder: string;
let server: Awaited<ReturnType<typeof startInstantServer>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-scale-"));
  server = await startInstantServer();
}, 60_000);
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

it("ends with the same records when it is killed while it asks", { timeout: 300_000 }, async () => {
  const size = paperSize(100, 2);
  const [whole, cut] = [join(folder, "whole"), join(folder, "cut")];
  expect((await play(server.url, whole, size)).finished).toBe(true);
  const counts = (await readRun(whole)).stages.filter(({ iteration }) => iteration === 2);
  expect(Object.fromEntries(counts.map(({ name, count }) => [name, count]))).toMatchObject({
    prompts: 250,
    attempts: 1250,
    verdicts: 1250,
  });
  const lines = (file: string) =>
    readFile(join(cut, file), "utf8").then(
      (text) => text.split("\n").length,
      () => 0,
    );
  const killed = await play(server.url, cut, size, async () => (await lines("1/attempts.jsonl")) > 300);
  expect(killed.finished).toBe(false);
  const kept = await lines("1/attempts.jsonl");
  expect(kept).toBeLessThan(1250);
  expect((await play(server.url, cut, size)).finished).toBe(true);
  const records = async (dir: string) =>
    (await readRun(dir)).stages.map(({ iteration, name, sha256, usage }) => [iteration, name, sha256, usage]);
  // What was asked of the server for kept rows is counted once, however often it was asked.
  expect(await records(cut)).toEqual(await records(whole));
  const { stages, path, config } = await readRun(cut);
  const asked = totalUsage(await usageByStage({ path }, stages));
  const { usage } = stages.find(({ iteration, name }) => iteration === 1 && name === "attempts")!;
  expect(usage.servers?.target).toMatchObject({ requests: 250, retries: 0, completionTokens: 1250 * 100 });
  expect(Object.keys(asked)).toEqual(["red-team", "target"]);
  expect(costed(asked, config).every(({ cost }) => cost === undefined)).toBe(true);
});
