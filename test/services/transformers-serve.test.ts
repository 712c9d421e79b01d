/**
 * A run whose players and training judge are served by `transformers serve`: what it says is what the engine says, with and without an
 * adapter, the Target that iteration 1 trained answers in iteration 2, and a guard's verdicts train.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { embeddedCast } from "../../src/cast.ts";
import { ServerDefinition } from "../../src/config/servers.ts";
import { resolveConfig } from "../../src/config.ts";
import { openBaseModel } from "../../src/engine/base-model.ts";
import { createEngine, type Engine } from "../../src/engine/engine.ts";
import { exportAdapter } from "../../src/engine/export/export-adapter.ts";
import { freshLora, saveLora } from "../../src/engine/lora.ts";
import { embeddedModel } from "../../src/players/embedded.ts";
import { servedPlayer } from "../../src/players/served.ts";
import { createRandom } from "../../src/random.ts";
import { readRun } from "../../src/run/inspect.ts";
import { costed, totalUsage, usageByStage } from "../../src/run/usage.ts";
import type { Model } from "../../src/seams.ts";
import { seas } from "../../src/seas.ts";
import { collect } from "../../src/stages/attack.ts";
import type { ServerProcess } from "./server-process.ts";
import { smallGuard } from "./small-guard.ts";
import { startTransformersServer } from "./transformers-server.ts";

let folder: string;
let engine: Engine;
let server: ServerProcess;
/** The base, as the server finds it. */
let base: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-served-"));
  engine = createEngine(await openBaseModel("smollm2-135m-instruct"), { threads: 0, precision: "float32" });
  base = await exportAdapter({ format: "merged", adapter: undefined, base: engine.base, out: join(folder, "base") });
  server = await startTransformersServer();
});
afterAll(async () => {
  await server?.close();
  await engine?.close();
  await rm(folder, { recursive: true, force: true });
});

const local = () =>
  ServerDefinition.parse({ url: server.url, model: base, adapters: { kind: "folder" }, concurrency: 4 });

it("says what the engine says, with and without an adapter", async () => {
  const served = servedPlayer("local", local(), {}, () => {}, {
    merged: ({ path }, out) => exportAdapter({ format: "merged", adapter: path, base: engine.base, out }),
    gguf: () => Promise.reject(new Error("no server here reads GGUF")),
  });
  const here = embeddedModel(engine, { batchSize: 4 });
  // An adapter in which no matrix is zero, strong enough to change words.
  const random = createRandom("adapter").next;
  const lora = freshLora(engine.base.config, 4, 8, random);
  for (const { data } of lora.tensors.values()) data.set(data.map(() => (2 * random() - 1) * 0.04));
  const path = join(folder, "adapter");
  const sha256 = await saveLora(lora, path, engine.base.name);
  const adapter = { role: "target", iteration: 1, base: engine.base.name, rank: 4, path, sha256 } as const;
  const questions = ["What is the capital of France?", "Name a fruit.", "What is snow?", "Write a line about the sea."];
  const requests = questions.map((content, i) => ({ id: `q${i}`, messages: [{ role: "user" as const, content }] }));
  const options = { temperature: 0, topP: 1, maxTokens: 20, seed: 1 };
  const texts = async (model: Model) => (await collect(model.generate(requests, options))).map(({ text }) => text);
  const [bare, adapted] = [await texts(served), await texts(served.with(adapter))];
  expect(bare).toEqual(await texts(here));
  expect(adapted).toEqual(await texts(here.with(adapter)));
  expect(adapted).not.toEqual(bare);
});

it("plays both sides of a run, each iteration with the adapters of the one before", async () => {
  const guard = await smallGuard(engine, folder);
  const config = resolveConfig({
    preset: "tiny",
    output: folder,
    iterations: 2,
    model: { server: "local", precision: "float32" },
    servers: { local: { ...local(), prices: { input: 1, output: 2 } } },
    initialization: { redTeam: { examples: 8 } },
    attack: { seeds: 2, promptsPerSeed: 2, handWritten: 3, responsesPerPrompt: 1, maxResponseTokens: 24 },
    optimization: { redTeam: { minDiversity: 0 }, target: { maxOverRefusal: 1 } },
    judge: {
      train: "guard",
      define: { guard: { guard: "llama-guard-3", url: server.url, model: guard, concurrency: 4 } },
    },
    evaluation: { testPrompts: 4, lookAlikes: 4, ordinary: 4, crossPlaySeeds: 0 },
  });
  const cast = await embeddedCast(config);
  try {
    const { dir, status, scores } = await seas(config, { cast });
    expect(status).toBe("success");
    const asr = scores.filter(({ suite, metric }) => suite === "test" && metric === "asr");
    expect(asr.map(({ n, unscored = 0 }) => n + unscored)).toEqual([4, 4, 4, 4, 4, 4]);
    const attempts = (await readFile(join(dir, "2", "attempts.jsonl"), "utf8")).trim().split("\n");
    expect(attempts.map((line) => JSON.parse(line).error).filter(Boolean)).toEqual([]);
    for (const name of ["seas-red-team-0", "seas-red-team-1", "seas-target-1", "seas-target-2"])
      expect(server.log()).toContain(name);
    const labels = (await readFile(join(dir, "2", "verdicts.jsonl"), "utf8")).trim().split("\n");
    for (const line of labels)
      expect(JSON.parse(line)).toMatchObject({ judge: "guard", label: expect.stringMatching(/^(un)?safe$/) });
    const { facts } = JSON.parse(await readFile(join(dir, "run.json"), "utf8"));
    expect(JSON.stringify(facts)).toContain(base);
    // What the server was asked for is counted, by what it says itself: it knows no `n`, so each answer is a request.
    const { stages, path } = await readRun(dir);
    const attack = stages.find(({ iteration, name }) => iteration === 2 && name === "attempts")!;
    expect(attack.usage.servers?.target).toMatchObject({
      requests: attack.count,
      completionTokens: attack.usage.tokens,
    });
    const roles = costed(totalUsage(await usageByStage({ path }, stages)), config);
    expect(roles.map(({ role }) => role)).toEqual(["red-team", "target", "judge guard"]);
    for (const { role, promptTokens, completionTokens, cost } of roles) {
      if (role === "judge guard") continue;
      expect(Math.min(promptTokens, completionTokens)).toBeGreaterThan(0);
      expect(cost?.amount).toBeCloseTo((promptTokens + 2 * completionTokens) / 1e6, 12);
    }
  } finally {
    await cast.close();
  }
});
