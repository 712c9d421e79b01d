/**
 * What we export, loaded by the programs it is for, on the default model and a fixed adapter in which no matrix is zero:
 * peft and transformers give our logits, llama.cpp our greedy text. Python and llama.cpp are brought by programs.ts.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type BaseModel, openBaseModel } from "../../src/engine/base-model.ts";
import { forkFeeds } from "../../src/engine/collate.ts";
import { createEngine, type Engine } from "../../src/engine/engine.ts";
import { exportAdapter } from "../../src/engine/export/export-adapter.ts";
import { sampleBatch } from "../../src/engine/generate.ts";
import { type Lora, loraFeeds, noLora, saveLora } from "../../src/engine/lora.ts";
import type { Message } from "../../src/records.ts";
import { fixedLora } from "../parity/fixed-values.ts";
import { together } from "./common-prefix.ts";
import { llamaGreedy, python } from "./programs.ts";

// On these, unlike on many others, the base is sure enough of its first tokens that llama.cpp, which multiplies with
// activations rounded to 8 bits, chooses the same ones.
const questions = [
  "Write two sentences about the sea.",
  "Count from one to ten.",
  "List three fruits.",
  "How do I boil an egg?",
];
const user = (content: string): Message[] => [{ role: "user", content }];
/** Largest difference of two logits that count as the same. */
const tolerance = 1e-3;

let folder: string;
let base: BaseModel;
let engine: Engine;
let lora: Lora;
let adapter: string;
let prompts: number[][];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-services-"));
  // llama.cpp wants a GGUF file, and the wheel holds one.
  vi.stubEnv("SEAS_MODEL_SOURCE", "wheel");
  base = await openBaseModel("smollm2-135m-instruct");
  // All that follows is about exactness.
  engine = createEngine(base, { threads: 0, precision: "float32" });
  // Strong enough to change what the base says to every question.
  lora = fixedLora(base.config, 16, 64, 0);
  await saveLora(lora, join(folder, "saved"), base.name);
  adapter = join(folder, "adapter");
  await exportAdapter({ format: "peft", adapter: join(folder, "saved"), out: adapter });
  prompts = questions.map((content) => base.tokenizer.chat(user(content), { addGenerationPrompt: true }));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await engine?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Our logits at every position of every prompt, one after another. */
async function ourLogits(): Promise<Float32Array> {
  const session = await engine.session("logits");
  const rows = prompts.map((prompt) => ({ prompt, completions: [] }));
  const { feeds, length } = forkFeeds(rows, base.config);
  const at = prompts.flatMap((prompt, b) => prompt.map((_, t) => BigInt(b * length + t)));
  const positions = { data: BigInt64Array.from(at), dims: [at.length] };
  const { logits } = await session.run({ ...feeds, ...loraFeeds(lora), at: positions });
  return logits!.data as Float32Array;
}

/** Largest difference between our logits with the adapter and transformers', of a model and an adapter for peft or none. */
async function largestDifference(model: string, peftAdapter: string | null): Promise<number> {
  const logits = join(folder, "logits.f32");
  await python("logits", folder, { model, adapter: peftAdapter, prompts, logits });
  const bytes = await readFile(logits);
  const theirs = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const ours = await ourLogits();
  expect(theirs).toHaveLength(ours.length);
  let largest = 0;
  let sum = 0;
  ours.forEach((x, i) => {
    // NaN is never larger, so the sum looks out for it.
    const off = Math.abs(x - theirs[i]!);
    sum += off;
    if (off > largest) largest = off;
  });
  expect(sum).not.toBeNaN();
  return largest;
}

describe("transformers", () => {
  it("loads the merged folder: our logits under the adapter, at every position", async () => {
    const merged = await exportAdapter({ format: "merged", adapter, base, out: join(folder, "merged") });
    const largest = await largestDifference(merged, null);
    console.info(`merged in transformers: largest difference of a logit ${largest}`);
    expect(largest).toBeLessThanOrEqual(tolerance);
  });

  it("reads text and chats of the merged folder as we do", async () => {
    const { tokenizer } = base;
    const texts = ["Hello, world!", "  naïve cafés, 12345 日本語 🙂\n\n\tx", "it's <|im_end|> 3.14", "don't\u00a0stop"];
    const chats: Message[][] = [
      user("What is 12 × 3?"),
      [{ role: "system", content: "Be brief." }, ...user("Hi"), { role: "assistant", content: "Hello." }, ...user("?")],
    ];
    const got = await python("tokenizer", folder, { model: join(folder, "merged"), texts, chats });
    const ids = texts.map((text) => tokenizer.encode(text, { special: true }));
    expect(got).toEqual({
      ids,
      decoded: ids.map((row) => tokenizer.decode(row)),
      chats: chats.map((chat) => tokenizer.chatText(chat, { addGenerationPrompt: true })),
      chatIds: chats.map((chat) => tokenizer.chat(chat, { addGenerationPrompt: true })),
      eos: tokenizer.eosIds[0],
      pad: tokenizer.padId,
    });
  });
});

describe("peft", () => {
  it("loads the adapter over the base: our logits at every position", async () => {
    const bare = await exportAdapter({ format: "merged", adapter: undefined, base, out: join(folder, "bare") });
    const largest = await largestDifference(bare, adapter);
    console.info(`adapter in peft: largest difference of a logit ${largest}`);
    expect(largest).toBeLessThanOrEqual(tolerance);
  });
});

describe("llama.cpp", () => {
  it("loads the adapter over the GGUF file of the base: it changes the text as it does here", async () => {
    const file = await exportAdapter({ format: "gguf", adapter, base, out: join(folder, "adapter.gguf") });
    const maxTokens = 12;
    const asked = { model: base.path, prompts, maxTokens, eosIds: base.tokenizer.eosIds };
    const sample = async (given: Lora) => {
      const requests = prompts.map((prompt) => ({ prompt, seed: "" }));
      const answers = await sampleBatch(engine, given, requests, { temperature: 0, topP: 1, maxTokens });
      return texts(answers.map(({ tokens }) => tokens));
    };
    const texts = (tokens: readonly (readonly number[])[]) => tokens.map((row) => base.tokenizer.decode(row));
    const without = texts((await llamaGreedy(folder, { ...asked, lora: null })).tokens);
    const withIt = texts((await llamaGreedy(folder, { ...asked, lora: file })).tokens);
    const ours = { without: await sample(noLora), withIt: await sample(lora) };
    console.info(JSON.stringify({ llama: { without, withIt }, ours }, null, 1));
    // llama.cpp rounds what the 4-bit matrices read, on each processor in its own way: a near tie may fall the other way, and
    // what follows differs. So it is how far the texts go together that counts.
    expect(together(without, ours.without)).toBeGreaterThan(0.6);
    expect(together(withIt, ours.withIt)).toBeGreaterThan(0.6);
    expect(together(withIt, ours.withIt)).toBeGreaterThan(together(withIt, ours.without) + 0.1);
    // On some prompts the base is surer than the adapter strong.
    expect(withIt.filter((text, i) => text !== without[i]).length).toBeGreaterThanOrEqual(2);
  });
});
