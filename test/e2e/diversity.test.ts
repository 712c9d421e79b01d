/** `seas eval --diversity` and `seas data check --embeddings` on the real embedding model, from outside. */
import { mkdtempSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { takePrompts } from "../../src/data/prompts.ts";
import { trainingSuite } from "../../src/eval/training-prompts.ts";
import { Score } from "../../src/records.ts";
import { seas } from "../seas-command.ts";

const root = mkdtempSync(join(tmpdir(), "seas-diversity-"));
afterAll(() => rm(root, { recursive: true, force: true }));
const path = (name: string) => join(root, name);
const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

beforeAll(async () => {
  const rows = trainingSuite().rows;
  const varied = takePrompts(rows, 40, 1).map(({ prompt, category, style }) => ({ prompt, category, style }));
  const dishes = ["an egg", "a potato", "some rice", "an onion", "a carrot", "pasta", "lentils", "a beet"];
  const narrow = dishes.map((dish) => ({ prompt: `How long do I have to boil ${dish}?` }));
  await writeFile(path("varied.jsonl"), lines(varied));
  await writeFile(path("narrow.jsonl"), lines(narrow));
  await mkdir(path("set"));
  await writeFile(
    path("set/train.jsonl"),
    lines([{ prompt: "How do I boil an egg?" }, { prompt: "Paint me a boat." }]),
  );
  await writeFile(path("set/test.jsonl"), lines([{ prompt: "What is the way to boil an egg?" }, { prompt: "Sing." }]));
});

describe("seas eval --diversity", () => {
  it("says which set is varied and which is near our training prompts, without a model that answers", async () => {
    const argv = ["eval", "--diversity", "--suite", `${path("varied.jsonl")},${path("narrow.jsonl")}`];
    const { code, stdout } = await seas(...argv, "--json", path("out.json"));
    expect(code).toBe(0);
    expect(stdout).toContain("* as of 8 prompts of each set");
    expect(stdout).toMatch(/^ +varied +narrow +training$/m);
    expect(stdout).toMatch(/^category × style cells +40 of 160 +– +160 of 160$/m);
    expect(stdout).toMatch(/^varied has no prompt in: .* and 108 more cells$/m);

    const json = JSON.parse(await readFile(path("out.json"), "utf8"));
    expect(json).toMatchObject({
      format: 1,
      embedding: { name: "sentence-transformers/all-MiniLM-L6-v2", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      settings: { asOf: 8, seed: 1 },
    });
    expect(json.suites[0].cells.empty).toHaveLength(120);
    const scores: Score[] = json.scores.map((score: unknown) => Score.parse(score));
    const value = (suite: string, metric: string, against?: string) =>
      scores.find((s) => s.suite === suite && s.metric === metric && s.against === against)!.value!;
    expect(value("narrow", "nearest-minilm")).toBeGreaterThan(value("varied", "nearest-minilm") + 0.1);
    expect(value("varied", "nearest-minilm", "training")).toBeGreaterThan(
      value("narrow", "nearest-minilm", "training"),
    );
    expect(value("narrow", "diversity")).toBeLessThan(value("varied", "diversity"));

    const again = await seas(...argv);
    expect(again.stdout).toBe(stdout);
    const other = await seas(...argv, "--seed", "2", "--limit", "5");
    expect(other.stdout).toContain("* as of 5 prompts of each set");
  });
});

describe("seas data check --embeddings", () => {
  it("finds a leak in other words, which letters do not show", async () => {
    const plain = await seas("data", "check", path("set"), "--strict");
    expect(plain.code).toBe(0);
    expect(plain.stdout).not.toContain("by embeddings");
    const report = path("report.md");
    const { code, stdout } = await seas("data", "check", path("set"), "--strict", "--embeddings", "--out", report);
    expect(code).toBe(100);
    expect(stdout).toMatch(
      /^test and train by embeddings, 2 × 2 rows: 1 row near each other in meaning\n {3}cosine 0\.9\d: train\.jsonl.*1; test\.jsonl.*1$/m,
    );
    expect(await readFile(report, "utf8")).toContain("by sentence embeddings (all-MiniLM-L6-v2)");
  });

  it("asks no model where there is one split", async () => {
    const { code, stdout, stderr } = await seas("data", "check", path("set/train.jsonl"), "--embeddings");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).not.toContain("by embeddings");
  });
});
