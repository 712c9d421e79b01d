/**
 * What we export, in the programs that it is for: an adapter in peft, a GGUF adapter in llama.cpp, a merged folder in
 * transformers, on the default model with one fixed random adapter.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BaseModel, openBaseModel } from "../../src/engine/base-model.ts";
import { forkFeeds } from "../../src/engine/collate.ts";
import { createEngine, type Engine } from "../../src/engine/engine.ts";
import { exportAdapter } from "../../src/engine/export/export-adapter.ts";
import { sampleBatch } from "../../src/engine/generate.ts";
import { type Lora, loraFeeds, noLora, saveLora } from "../../src/engine/lora.ts";
import { fixedLora } from "../parity/fixed-values.ts";
import { llamaGreedy, python } from "./programs.ts";

const questions = [
  "Why does bread go stale?",
  "Write a line about the sea.",
  "Which planet has the shortest year?",
  "How do I fold a paper boat?",
];
const texts = [
  "The ferry leaves at seven.",
  "naïve café — “quoted” 🙂",
  "x = 3 + 4\n\tprint(x)",
  "  two  spaces",
  "<|im_end|>",
];

let root = "";
let base: BaseModel;
let engine: Engine;
/** Large enough to change what the model says. */
let lora: Lora;
let adapter = "";
let prompts: number[][] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "seas-services-"));
  base = await openBaseModel("smollm2-135m-instruct");
  engine = createEngine(base, { threads: 0 });
  lora = fixedLora(base.config, 16, 160, 3);
  adapter = join(root, "adapter");
  await saveLora(lora, adapter, base.name);
  prompts = questions.map((content) => base.tokenizer.chat([{ role: "user", content }], { addGenerationPrompt: true }));
});
afterAll(async () => {
  await engine?.close();
  await rm(root, { recursive: true, force: true });
});

/** Logits at every position of every prompt by our engine. */
async function logitsOf(trained: Lora): Promise<Float32Array> {
  const session = await engine.session("logits");
  const rows: number[] = [];
  for (const prompt of prompts) {
    const { feeds } = forkFeeds([{ prompt, completions: [] }], base.config);
    const at = { data: BigInt64Array.from(prompt, (_, t) => BigInt(t)), dims: [prompt.length] };
    const { logits } = await session.run({ ...feeds, ...loraFeeds(trained), at });
    for (const value of logits!.data) rows.push(Number(value));
  }
  return Float32Array.from(rows);
}

/** The largest difference of ours from what transformers wrote. */
async function farthest(ours: Float32Array, path: string): Promise<number> {
  const bytes = await readFile(path);
  expect(bytes.byteLength).toBe(4 * ours.length);
  return ours.reduce((most, x, i) => Math.max(most, Math.abs(x - bytes.readFloatLE(4 * i))), 0);
}

type Texts = readonly (readonly number[])[];

/** Tokens that two texts begin with in common. */
function sameTokens(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((token, t) => token !== b[t]);
  return at < 0 ? a.length : at;
}

describe("exports", () => {
  it("merged loads in transformers: the same logits, tokens and chats; and under peft the adapter gives the same", async () => {
    const [bare, merged] = [join(root, "bare"), join(root, "merged")];
    await exportAdapter({ format: "merged", adapter: undefined, base, out: bare });
    await exportAdapter({ format: "merged", adapter, base, out: merged });
    const ours = await logitsOf(lora);
    const withoutAdapter = await logitsOf(noLora(base.config));
    expect(ours.reduce((most, x, i) => Math.max(most, Math.abs(x - withoutAdapter[i]!)), 0)).toBeGreaterThan(1);
    for (const [model, peftAdapter, expected] of [
      [bare, null, withoutAdapter],
      [bare, adapter, ours],
      [merged, null, ours],
    ] as const) {
      const logits = join(root, "logits.f32");
      await python("logits", root, { model, adapter: peftAdapter, prompts, logits });
      const off = await farthest(expected, logits);
      console.info(`${peftAdapter === null ? model.slice(root.length + 1) : "bare + peft"}: ${off.toExponential(1)}`);
      expect(off).toBeLessThanOrEqual(1e-3);
    }

    const chats = questions.map((content) => [{ role: "user" as const, content }]);
    const theirs = await python<{
      readonly ids: number[][];
      readonly decoded: string[];
      readonly chats: string[];
      readonly chatIds: number[][];
      readonly eos: number;
    }>("tokenizer", root, { model: merged, texts, chats });
    const { tokenizer } = base;
    expect(theirs.ids).toEqual(texts.map((text) => tokenizer.encode(text, { special: true })));
    expect(theirs.decoded).toEqual(theirs.ids.map((ids) => tokenizer.decode(ids)));
    expect(theirs.chats).toEqual(chats.map((chat) => tokenizer.chatText(chat, { addGenerationPrompt: true })));
    expect(theirs.chatIds).toEqual(prompts);
    expect(theirs.eos).toBe(tokenizer.eosIds[0]);
  });

  it("gguf loads in llama.cpp and changes its greedy text as it changes ours", async () => {
    const out = join(root, "adapter.gguf");
    await exportAdapter({ format: "gguf", adapter, base, out });
    const maxTokens = 12;
    const options = { temperature: 0, topP: 1, maxTokens };
    const requests = prompts.map((prompt) => ({ prompt, seed: "" }));
    const input = { model: base.path, prompts, maxTokens, eosIds: base.tokenizer.eosIds };
    const texts: Texts[] = [];
    for (const [trained, file] of [
      [noLora(base.config), null],
      [lora, out],
    ] as const) {
      texts.push((await sampleBatch(engine, trained, requests, options)).map(({ tokens }) => tokens));
      const { release, tokens } = await llamaGreedy(root, { ...input, lora: file });
      texts.push(tokens);
      const said = tokens.map((ids) => base.tokenizer.decode(ids));
      console.info(`llama.cpp ${release}, ${file === null ? "bare" : "with the adapter"}: ${JSON.stringify(said)}`);
    }
    const [bare, theirBare, adapted, theirAdapted] = texts as [Texts, Texts, Texts, Texts];
    // llama.cpp rounds what it multiplies to 8 bits, so a near tie may fall the other way; what follows then differs.
    const same = prompts.map((_, i) => sameTokens(bare[i]!, theirBare[i]!));
    const sameAdapted = prompts.map((_, i) => sameTokens(adapted[i]!, theirAdapted[i]!));
    const changes = prompts.map((_, i) => sameTokens(bare[i]!, adapted[i]!));
    console.info(`tokens that agree: ${same}, with the adapter ${sameAdapted}; it changes our texts after ${changes}`);
    expect(changes.every((at) => at < maxTokens)).toBe(true);
    expect(same.filter((n) => n === maxTokens).length).toBeGreaterThanOrEqual(3);
    expect(sameAdapted.filter((n, i) => n > changes[i]!).length).toBeGreaterThanOrEqual(3);
  });
});
