/**
 * The paper's size: 125,000 tuples × 3 iterations, players over HTTP. Memory, completeness, and a kill in the middle; what it
 * takes is told by `npm run bench:scale`, since seconds are no test on a machine that does other things as well.
 */
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { paperSize, play, startInstantServer } from "../../bench/scale/processes.ts";
import { readRun } from "../../src/run/inspect.ts";

const limit = 500; // MiB
let folder: string;
let server: Awaited<ReturnType<typeof startInstantServer>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-scale-"));
  server = await startInstantServer();
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Hash of every file that finished stages wrote, by name. */
async function records(dir: string): Promise<Record<string, string>> {
  const { stages } = await readRun(dir);
  return Object.assign({}, ...stages.map(({ sha256 }) => sha256));
}

const most = (peaks: readonly { readonly peakMiB: number }[]) => Math.max(...peaks.map(({ peakMiB }) => peakMiB));

it("holds no more at 125,000 tuples × 3 than at a tenth, and ends with the same records after a kill in the middle", async () => {
  const small = await play(server.url, join(folder, "small"), paperSize(10, 3));
  const whole = await play(server.url, join(folder, "whole"), paperSize(1, 3));
  const { stages } = await readRun(join(folder, "whole"));
  for (let iteration = 1; iteration <= 3; iteration++) {
    const counts = Object.fromEntries(stages.filter((s) => s.iteration === iteration).map((s) => [s.name, s.count]));
    expect(counts).toMatchObject({ prompts: 25_000, attempts: 125_000, verdicts: 125_000 });
    expect(counts.pairs).toBeGreaterThan(5000);
  }
  expect(most(whole.peaks)).toBeLessThan(limit);
  // Garbage waits longer where there is more work; what is held must not grow tenfold with it, nor double.
  expect(most(whole.peaks)).toBeLessThan(2 * most(small.peaks));

  // Linear, with room for whatever else the machine does: a tenfold of tuples, quadratic would be a hundredfold.
  const cpuOf = ({ stages: all }: typeof whole) =>
    all.filter(({ stage }) => ["verdicts", "pairs"].includes(stage)).reduce((sum, { cpu }) => sum + cpu, 0);
  expect(cpuOf(whole)).toBeLessThan(30 * cpuOf(small));

  const cut = join(folder, "cut");
  const sizeOf = (file: string) =>
    stat(join(cut, file)).then(
      ({ size }) => size,
      () => 0,
    );
  const half = (await stat(join(folder, "whole", "2/verdicts.jsonl"))).size / 2;
  const first = await play(server.url, cut, paperSize(1, 3), async () => (await sizeOf("2/verdicts.jsonl")) > half);
  expect(first.finished).toBe(false);
  const second = await play(server.url, cut, paperSize(1, 3));
  expect(second.stages.find(({ iteration, stage }) => iteration === 2 && stage === "verdicts")?.resumed).toBe(true);
  expect(most(second.peaks)).toBeLessThan(limit);
  expect(await records(cut)).toEqual(await records(join(folder, "whole")));
  const verdicts = await readFile(join(cut, "2/verdicts.jsonl"));
  expect(createHash("sha256").update(verdicts).digest("hex")).toBe((await records(cut))["2/verdicts.jsonl"]);
});
