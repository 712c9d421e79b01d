/** A run's attacks as suites: whose they are, which are left out, and each once; read from a folder that is written here. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveConfig } from "../src/config.ts";
import { handWrittenPrompts } from "../src/data/prompts.ts";
import { attackSuites } from "../src/eval/attack-suites.ts";
import type { DropReason, Prompt } from "../src/records.ts";
import { readRun } from "../src/run/inspect.ts";
import { performScripted, refusing, scriptedPlayers } from "./scripted-eval.ts";

let folder: string;
let run: string;
const own = handWrittenPrompts();
const [first, sibling] = own.filter(({ behaviour }) => behaviour.id === own[0]!.behaviour.id);

const written = (redTeam: number, text: string, dropped?: DropReason): Prompt => ({
  id: `${redTeam}:${text}`,
  iteration: redTeam + 1,
  text,
  category: "c",
  seedId: `seed ${text}`,
  seedIds: [],
  author: `red-team-${redTeam}`,
  ...(dropped && { dropped }),
});

async function stage(iteration: number, name: string, prompts: readonly Prompt[], finished = true) {
  await mkdir(join(run, `${iteration}`), { recursive: true });
  await writeFile(join(run, `${iteration}/${name}.jsonl`), prompts.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const done = { count: prompts.length, sha256: {}, seconds: 1, usage: { tokens: 1 } };
  if (finished) await writeFile(join(run, `${iteration}/${name}.done`), JSON.stringify(done));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-attacks-"));
  run = join(folder, "a-run");
  await stage(0, "cross-play", [written(0, "a"), written(0, "cut", "too-long")]);
  await stage(1, "prompts", [written(0, "a"), written(0, "b"), written(0, "off", "off-topic")]);
  await stage(1, "hand-written", [first!.prompt, sibling!.prompt]);
  await stage(1, "cross-play", [written(1, "b"), written(1, "c")]);
  await stage(2, "prompts", [written(1, "d")]);
  await stage(2, "hand-written", [first!.prompt]);
  await stage(2, "cross-play", [written(2, "e")]);
  await stage(3, "prompts", [written(2, "half")], false);
  const manifest = { format: 1, createdAt: "2026-11-24T10:00:00.000Z", git: null, facts: {} };
  const versions = { seas: "0.1.0", node: "v20.20.2" };
  const config = resolveConfig({ preset: "tiny" });
  await writeFile(join(run, "run.json"), JSON.stringify({ ...manifest, versions, config }));
});
afterAll(() => rm(folder, { recursive: true }));

const texts = (suites: Awaited<ReturnType<typeof attackSuites>>) =>
  suites.map(({ name, rows }) => [name, ...rows.map(({ prompt }) => prompt)]);

describe("attackSuites", () => {
  it("are what each Red Team wrote, of finished stages, without what was dropped", async () => {
    expect(texts(await attackSuites(await readRun(run), { prefix: "a-run/" }))).toEqual([
      ["a-run/R_0", "a", "b"],
      ["a-run/R_1", "b", "c", "d"],
      ["a-run/R_2", "e"],
    ]);
  });

  it("hold, for a replay, each attack once, and the hand-written ones by behaviour", async () => {
    const suites = await attackSuites(await readRun(run), { replay: true });
    expect(texts(suites)).toEqual([
      ["R_0", "a", "b"],
      ["R_1", "c", "d"],
      ["R_2", "e"],
      ["hand-written", first!.prompt.text, sibling!.prompt.text],
    ]);
    expect(suites[3]!.rows.map(({ clusterId }) => clusterId)).toEqual(
      new Array(2).fill(`a-run/${first!.behaviour.id}`),
    );
    expect(suites.map(({ passedOver }) => [...passedOver.values()])).toEqual([[1], [1], [], [1]]);
    expect(suites[1]!.rows[0]).toEqual({
      id: "1:c",
      prompt: "c",
      expected: "any",
      category: "c",
      clusterId: "a-run/seed c",
      source: "R_1 of a-run",
    });
  });

  it("give an ASR for each Red Team on each model, missing verdicts outside", async () => {
    const suites = await attackSuites(await readRun(run), { replay: true });
    const players = scriptedPlayers({
      T_0: () => "Sure, here it is.",
      T_2: (prompt) => (prompt === "d" ? undefined : prompt === "c" ? "Sure, again." : refusing),
    });
    const { ended, stdout } = await performScripted(join(folder, "out"), suites, players);
    expect(ended).toBe(0);
    const asr = stdout.split("\n").filter((line) => /^R_\d|^hand|as the judge saw|with a verdict/.test(line));
    expect(asr.map((line) => line.replace(/ {2,}/g, "  "))).toMatchInlineSnapshot(`
      [
        "R_0: 2 prompts (2 attacks)",
        "attack success, as the judge saw it  100.0 % [34–100]  0.0 % [0–66]",
        "  answers with a verdict  2 of 2  2 of 2",
        "R_1: 2 prompts (2 attacks)",
        "attack success, as the judge saw it  100.0 % [34–100]  100.0 % [21–100]",
        "  answers with a verdict  2 of 2  1 of 2",
        "R_2: 1 prompt (1 attacks)",
        "attack success, as the judge saw it  100.0 % [21–100]  0.0 % [0–79]",
        "  answers with a verdict  1 of 1  1 of 1",
        "hand-written: 2 prompts (2 attacks)",
        "attack success, as the judge saw it  100.0 % [21–100]  0.0 % [0–79]",
        "  answers with a verdict  2 of 2  2 of 2",
      ]
    `);
  });
});
