/**
 * The main job killed with SIGKILL at twenty random moments and started again until it is through, on the real model:
 * its artefacts must be, byte for byte, those of a run that was left alone.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { stringify } from "yaml";
import { readRun } from "../../src/run/inspect.ts";

const kills = 20;
const root = mkdtempSync(join(tmpdir(), "seas-resume-"));
const errors = join(root, "stderr.txt");
afterAll(() => rm(root, { recursive: true, force: true }));

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** Half of the tiny preset: every stage and both trainings, two iterations. */
const config = {
  preset: "tiny",
  iterations: 2,
  judge: { labels: null },
  initialization: { redTeam: { examples: 8 } },
  attack: { seeds: 4, batchSize: 4, maxResponseTokens: 24, maxPromptTokens: 40 },
  optimization: {
    target: { maxPairs: 4, generalPairs: [2], lookAlikePairs: 2, batchSize: 2 },
    redTeam: { batchSize: 2 },
  },
  evaluation: { testPrompts: 4, lookAlikes: 4, ordinary: 2, crossPlaySeeds: 2 },
};

/**
 * Goes on with the unfinished run in `output`, or begins one. What it says on standard error goes to a file: a pipe that
 * nobody reads would stop it when full, and a run that fails must say why.
 */
function start(output: string) {
  const args = ["--import", "tsx", main, "run", join(root, "config.yaml"), "--output", output, "--yes"];
  const log = openSync(errors, "w");
  try {
    return spawn(process.execPath, args, { stdio: ["ignore", "ignore", log] });
  } finally {
    closeSync(log);
  }
}

/** What the run that ended last said on standard error. */
const said = () => readFileSync(errors, "utf8");

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function runIn(output: string): Promise<string> {
  const names = await readdir(output);
  expect(names).toHaveLength(1);
  return join(output, names[0]!);
}

/** Hashes of everything a run leaves but its diary and its marks, which hold times. */
async function artefacts(output: string): Promise<Map<string, string>> {
  const dir = await runIn(output);
  const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((f) => f.isFile());
  const paths = files.map((f) => join(f.parentPath, f.name)).filter((path) => /\.(jsonl|safetensors)$/.test(path));
  const read = paths
    .map((path) => relative(dir, path))
    .filter((name) => name !== "events.jsonl")
    .sort()
    .map(async (name) => [name, sha256(await readFile(join(dir, name)))] as const);
  return new Map(await Promise.all(read));
}

it(`killed at ${kills} moments, a run ends with the bytes of one that was left alone`, {
  timeout: 1_800_000,
}, async () => {
  await writeFile(join(root, "config.yaml"), stringify(config));
  const [whole, cut] = [join(root, "whole"), join(root, "cut")];
  const begun = performance.now();
  expect(await once(start(whole), "exit"), said()).toEqual([0, null]);
  const duration = performance.now() - begun;

  // A start costs seconds before it does anything new, so some moments lie there and most later.
  let longest = 10_000 + (2 * duration) / kills;
  let done = 0;
  for (let killed = 0; killed < kills; ) {
    const child = start(cut);
    const exit = once(child, "exit");
    await Promise.race([sleep(Math.random() * longest), exit]);
    if (child.kill("SIGKILL")) killed++;
    const [code] = await exit;
    if (code === 0) {
      // Through already: the remaining moments hit another run, and come sooner. The machine may have become faster.
      done++;
      longest *= 0.7;
      await rm(cut, { recursive: true });
    } else expect(code, said()).toBeNull();
  }
  expect(done, `${done} runs got through between ${kills} kills, at most ${longest} ms apart`).toBeLessThan(kills / 2);
  expect(await once(start(cut), "exit"), said()).toEqual([0, null]);
  expect((await readRun(await runIn(cut))).status).toBe("success");
  expect(await artefacts(cut)).toEqual(await artefacts(whole));
  expect((await artefacts(whole)).size).toBeGreaterThan(20);
});
