/**
 * The default model behind the server, as a run's Targets are: what a client gets is what the run's own player says, whole
 * and streamed, with and without an adapter.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import OpenAI from "openai";
import { afterAll, beforeAll, expect, it } from "vitest";
import { servedModel } from "../../src/cli/eval/served.ts";
import { resolveConfig } from "../../src/config.ts";
import { openBaseModel } from "../../src/engine/base-model.ts";
import { createEngine, type Engine } from "../../src/engine/engine.ts";
import { freshLora, saveLora } from "../../src/engine/lora.ts";
import { type EmbeddedModel, embeddedModel } from "../../src/players/embedded.ts";
import { createRandom } from "../../src/random.ts";
import type { Model } from "../../src/seams.ts";
import { type Server, startServer } from "../../src/serve/server.ts";
import { collect } from "../../src/stages/attack.ts";

let folder: string;
let engine: Engine;
let server: Server;
let client: OpenAI;
let targets: readonly EmbeddedModel[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-serve-"));
  engine = createEngine(await openBaseModel("smollm2-135m-instruct"), { threads: 0, precision: "int8" });
  // An adapter in which no matrix is zero, strong enough to change words.
  const random = createRandom("adapter").next;
  const lora = freshLora(engine.base.config, 4, 8, random);
  for (const { data } of lora.tensors.values()) data.set(data.map(() => (2 * random() - 1) * 0.04));
  const sha256 = await saveLora(lora, folder, engine.base.name);
  const adapter = { role: "target", iteration: 1, base: engine.base.name, rank: 4, path: folder, sha256 } as const;
  targets = [embeddedModel(engine, { batchSize: 1 }), embeddedModel(engine, { batchSize: 1, adapter })];
  server = await startServer({
    engine,
    models: targets.map((model, i) => ({ name: `target-${i}`, lora: model.lora })),
    ...{ host: "127.0.0.1", port: 0, rows: 16, log: () => {} },
  });
  client = new OpenAI({ baseURL: server.url, apiKey: "none", maxRetries: 0 });
});
afterAll(async () => {
  await server?.close();
  await engine?.close();
  await rm(folder, { recursive: true, force: true });
});

const question = { role: "user" as const, content: "What is the capital of France?" };
const greedy = { messages: [question], temperature: 0, max_tokens: 32 };

/** What the run's own player says. */
async function played(model: EmbeddedModel) {
  const options = { temperature: 0, topP: 1, maxTokens: greedy.max_tokens, seed: 1 };
  for await (const completion of model.generate([{ id: "q", messages: [question] }], options)) return completion;
  throw new Error("no completion");
}

it("gives what the run's player says, whole and streamed", async () => {
  const texts: string[] = [];
  for (const [i, model] of targets.entries()) {
    const own = await played(model);
    const { choices, usage } = await client.chat.completions.create({ ...greedy, model: `target-${i}` });
    expect(choices[0]!.message.content!.trim()).toBe(own.text);
    expect(choices[0]!.finish_reason).toBe(own.finishReason);
    expect(usage!.prompt_tokens).toBe(own.usage.promptTokens);
    let streamed = "";
    for await (const part of await client.chat.completions.create({ ...greedy, model: `target-${i}`, stream: true })) {
      streamed += part.choices[0]?.delta.content ?? "";
    }
    expect(streamed).toBe(choices[0]!.message.content);
    texts.push(streamed);
  }
  expect(texts[1]).not.toBe(texts[0]);
});

it("gives the same answers for the same seeds, and each question its own when all are asked at once", async () => {
  const questions = ["Name a fruit.", "What is snow?", question.content, "Write a line about the sea, and another."];
  const ask = (content: string, seed: number) =>
    client.chat.completions
      .create({ model: "target-0", messages: [{ role: "user", content }], max_tokens: 24, seed })
      .then(({ choices }) => choices[0]!.message.content);
  // One after another: which questions share a batch depends on when they come, and 8-bit products round otherwise beside others.
  const inTurn = async () => {
    const said: (string | null)[] = [];
    for (const [seed, content] of questions.entries()) said.push(await ask(content, seed));
    return said;
  };
  const first = await inTurn();
  expect(await inTurn()).toEqual(first);
  expect(new Set(await Promise.all(questions.map(ask))).size).toBe(4);
});

it("samples many answers at once, and goes on with raw text", async () => {
  const many = await client.chat.completions.create({ ...greedy, model: "target-0", temperature: 1, n: 20, seed: 3 });
  expect(many.choices).toHaveLength(20);
  expect(new Set(many.choices.map(({ message }) => message.content)).size).toBeGreaterThan(10);
  const raw = await client.completions.create({
    ...{ model: "target-0", prompt: "The capital of France is", temperature: 0, max_tokens: 4, stop: "\n" },
  });
  expect(raw.choices[0]!.text).toMatch(/^ Paris/);
});

it("is played over HTTP as in this process", async () => {
  const served = (await servedModel(`${server.url}#target-1`, resolveConfig({ preset: "quick" }), () => {}))!;
  expect(served.name).toBe("target-1");
  const questions = ["Name a fruit.", "What is snow?", question.content];
  const options = { temperature: 0, topP: 1, maxTokens: 24, seed: 1 };
  // One after another: 8-bit products round otherwise beside others.
  const texts = async (model: Model) => {
    const said: string[] = [];
    for (const content of questions) {
      const request = { id: content, messages: [{ role: "user" as const, content }] };
      said.push(...(await collect(model.generate([request], options))).map(({ text }) => text));
    }
    return said;
  };
  expect(await texts(served.model)).toEqual(await texts(targets[1]!));
  await expect(servedModel(server.url, resolveConfig({ preset: "quick" }), () => {})).rejects.toMatchObject({
    code: "E_USAGE",
    hint: expect.stringContaining("target-0, target-1"),
  });
});
