/** The embedded trainer on a tiny model: how much of a step is kept. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { tinyConfig, tinyLlama } from "../../test/tiny-llama.ts";
import { createEngine, type Engine } from "../engine/engine.ts";
import { between, type Lora, loadLora } from "../engine/lora.ts";
import { embeddedModel } from "../players/embedded.ts";
import type { Adapter } from "../records.ts";
import type { TrainOptions } from "../seams.ts";
import { embeddedTrainer } from "./embedded.ts";

let tiny: Awaited<ReturnType<typeof tinyLlama>>;
let engine: Engine;
beforeAll(async () => {
  tiny = await tinyLlama();
  const encode = (text: string) => [...text].map((letter) => 5 + (letter.codePointAt(0)! % 27));
  const tokenizer = {
    ...tiny.base.tokenizer,
    encode,
    chat: (messages: readonly { readonly content: string }[]) => encode(messages.map((m) => m.content).join("")),
  };
  engine = createEngine({ ...tiny.base, tokenizer }, { threads: 1 });
});
afterAll(async () => {
  await engine.close();
  await tiny.remove();
});

/** Trains the same step, weakened as `accept` wants it. */
async function train(name: string, accept?: TrainOptions["accept"]): Promise<{ adapter: Adapter; lora: Lora }> {
  const outputDir = join(tiny.folder, name);
  await rm(outputDir, { recursive: true, force: true });
  const examples = ["ab", "cd"].map((completion, i) => ({
    id: `${i}`,
    prompt: [{ role: "user" as const, content: "say" }],
    completion,
  }));
  const adapter = await embeddedTrainer().sft(embeddedModel(engine, { batchSize: 2 }), examples, {
    role: "target",
    iteration: 1,
    outputDir,
    learningRate: 0.01,
    batchSize: 1,
    epochs: 2,
    warmupRatio: 0,
    schedule: "constant",
    weightDecay: 0,
    maxGradNorm: 1,
    maxLength: 16,
    loraRank: 2,
    loraAlpha: 4,
    seed: 1,
    ...(accept === undefined ? {} : { accept }),
  });
  return { adapter, lora: await loadLora(adapter.path, tinyConfig) };
}

it.each([
  [1, 1],
  [0.9, 0.75],
  [0.5, 0.5],
  [0.3, 0.25],
  [0, 0],
])("of a step of which %d would do, keeps %d", async (limit, expected) => {
  const whole = (await train("whole")).lora;
  const none = (await train("none", async () => false)).lora;
  const name = "layers.1.mlp.up_proj.lora_B";
  const length = (lora: Lora) => Math.hypot(...lora.tensors.get(name)!.data);
  expect(length(none)).toBe(0);
  const seen: number[] = [];
  const { adapter, lora } = await train("part", async (candidate) => {
    seen.push(length(await loadLora(candidate.path, tinyConfig)) / length(whole));
    return seen.at(-1)! <= limit + 1e-6;
  });
  expect(seen[0]).toBe(1);
  expect(adapter.kept).toBe(expected);
  // What lies in the folder is what was kept, not what was tried last.
  expect(lora.tensors).toEqual(between(none, whole, expected).tensors);
});

it("asks nobody without a limit", async () => {
  expect((await train("free")).adapter).not.toHaveProperty("kept");
});
