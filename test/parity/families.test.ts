/**
 * Every family of decoders against transformers, peft and TRL, on tiny random models with the config.json that transformers
 * saves, as recorded by scripts/record_families.py: logits and cached greedy text beyond the window, DPO with LoRA and of all
 * weights.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configFromHub } from "../../src/engine/base/config-hub.ts";
import { decoderTensors } from "../../src/engine/base/decoder-tensors.ts";
import { openBaseModel } from "../../src/engine/base-model.ts";
import { forkFeeds } from "../../src/engine/collate.ts";
import { dpo, dpoGradients, type TokenPair } from "../../src/engine/dpo.ts";
import { createEngine, type Engine } from "../../src/engine/engine.ts";
import { sampleBatch } from "../../src/engine/generate.ts";
import { copyOf, noLora } from "../../src/engine/lora.ts";
import { logProbs } from "../../src/engine/score.ts";
import { sft } from "../../src/engine/sft.ts";
import { loadTrained, saveTrained, untrained } from "../../src/engine/trained.ts";
import { writeSafetensors } from "../../src/formats/safetensors.ts";
import { fixedEntries, fixedLora, floats, mix, type RecordedGradients, worstGradient } from "./fixed-values.ts";

interface Family {
  readonly config: { readonly model_type: string };
  readonly ids: readonly number[];
  readonly logits: string;
  readonly prompts: readonly number[][];
  readonly greedy: readonly number[][];
  readonly pairs: readonly TokenPair[];
  readonly lora: RecordedGradients & {
    readonly sftWeight: number;
    readonly metrics: Readonly<Record<string, number>>;
    readonly weightsAfterAdamW: string;
  };
  readonly full: RecordedGradients & { readonly loss: number; readonly names: readonly string[] };
}

const recorded: {
  readonly rank: number;
  readonly alpha: number;
  readonly beta: number;
  readonly entries: number;
  readonly adamW: { readonly learningRate: number; readonly weightDecay: number };
  readonly families: readonly Family[];
} = JSON.parse(gunzipSync(await readFile(new URL("recorded/families.json.gz", import.meta.url))).toString());

/** Weights of the recorded model, or with 19000 of the reference of its full training, by name. */
function weightsOf({ config }: Family, firstStream: number) {
  const named = decoderTensors(configFromHub(config, "config.json")).map(({ name, shape }) => ({ name, shape }));
  named.sort((a, b) => (a.name < b.name ? -1 : 1));
  return named.map(({ name, shape }, k) => {
    const middle = name.includes("norm") && !config.model_type.startsWith("gemma") ? 1 : 0;
    const bound = shape.length === 1 ? 0.3 : 1.5 / Math.sqrt(shape[1]!);
    const size = shape.reduce((a, b) => a * b, 1);
    const value = (_: unknown, i: number) => (2 * (mix(firstStream + k, i) / 2 ** 32) - 1) * bound + middle;
    return [name, { shape, data: Float32Array.from({ length: size }, value) }] as const;
  });
}

/** A Hugging Face folder of the recorded model. */
async function writeFolder(family: Family): Promise<string> {
  const { config } = family;
  const folder = await mkdtemp(join(tmpdir(), "seas-family-"));
  const tensors = weightsOf(family, 9000);
  await writeSafetensors(join(folder, "model.safetensors"), new Map(tensors), { format: "pt" });
  await writeFile(join(folder, "config.json"), JSON.stringify(config));
  const vocab = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [i === 0 ? "<end>" : `w${i}`, i]));
  const tokenizer = {
    model: { type: "BPE", vocab, merges: [] },
    added_tokens: [{ id: 0, content: "<end>", special: true }],
  };
  await writeFile(join(folder, "tokenizer.json"), JSON.stringify(tokenizer));
  await writeFile(join(folder, "tokenizer_config.json"), JSON.stringify({ eos_token: "<end>" }));
  return folder;
}

describe.each(recorded.families.map((family) => [family.config.model_type, family] as const))("%s", (_, family) => {
  let folder = "";
  let engine: Engine;
  beforeAll(async () => {
    folder = await writeFolder(family);
    engine = createEngine(await openBaseModel(folder, { cacheDir: join(folder, "cache") }), { threads: 1 });
  });
  afterAll(async () => {
    await engine.close();
    await rm(folder, { recursive: true });
  });

  it("gives transformers' logits at every position", async () => {
    const { config } = engine.base;
    const { feeds } = forkFeeds([{ prompt: family.ids, completions: [] }], config);
    const at = { data: BigInt64Array.from(family.ids, (_, t) => BigInt(t)), dims: [family.ids.length] };
    const session = await engine.session("logits", noLora);
    const { logits } = await session.run({ ...feeds, at });
    const expected = floats(family.logits);
    expect(logits!.data).toHaveLength(expected.length);
    const off = expected.reduce((most, x, i) => Math.max(most, Math.abs(x - Number(logits!.data[i]))), 0);
    expect(off).toBeLessThanOrEqual(1e-4);
    expect(off).toBeGreaterThan(0);
  });

  it("gives transformers' greedy text behind a cache, prompts of three lengths in one batch and alone", async () => {
    const requests = family.prompts.map((prompt) => ({ prompt, seed: "" }));
    const options = { temperature: 0, topP: 1, maxTokens: 8 };
    const lora = noLora;
    const batch = await sampleBatch(engine, lora, requests, options);
    expect(batch.map(({ tokens }) => tokens)).toEqual(family.greedy);
    expect(await sampleBatch(engine, lora, [requests[1]!], options)).toEqual([batch[1]]);
  });

  it("reads a beginning that prompts share once, and gives the same", async () => {
    const requests = [24, 20, 15].map((length) => ({ prompt: family.ids.slice(0, length), seed: "" }));
    const options = { temperature: 0, topP: 1, maxTokens: 8 };
    const lora = noLora;
    const alone = [];
    for (const request of requests) alone.push(...(await sampleBatch(engine, lora, [request], options)));
    expect(await sampleBatch(engine, lora, requests, options)).toEqual(alone);
  });

  it("gives TRL's DPO gradients and step with LoRA", async () => {
    const { rank, alpha, beta, adamW, entries } = recorded;
    const { sftWeight } = family.lora;
    const lora = fixedLora(engine.base.config, rank, alpha, 0);
    const reference = fixedLora(engine.base.config, rank, alpha, 1);
    const forks = family.pairs.map((p) => ({ prompt: p.prompt, completions: [p.chosen, p.rejected] }));
    const scores = await logProbs(engine, reference, forks);
    const scored = family.pairs.map((pair, i) => ({ ...pair, reference: scores[i] as [number, number] }));
    const { gradients, metrics } = await dpoGradients(engine, lora, scored, { beta, sftWeight });
    for (const [name, value] of Object.entries(family.lora.metrics)) expect(metrics[name]).toBeCloseTo(value, 4);
    const names = [...lora.tensors.keys()];
    expect(new Set(gradients.keys())).toEqual(new Set(names));
    expect(
      worstGradient(
        names.map((name) => gradients.get(name)!.data),
        family.lora,
      ),
    ).toBeLessThanOrEqual(1e-4);

    await dpo(engine, lora, reference, family.pairs, {
      ...adamW,
      beta,
      sftWeight,
      batchSize: family.pairs.length,
      epochs: 1,
      warmupRatio: 0,
      schedule: "constant",
      maxGradNorm: 1e9,
      seed: 1,
    });
    const after = floats(family.lora.weightsAfterAdamW);
    names.forEach((name, k) => {
      const { data } = lora.tensors.get(name)!;
      for (const [j, at] of fixedEntries(k, data.length, entries).entries())
        expect(Math.abs(data[at]! - after[k * entries + j]!)).toBeLessThanOrEqual(2e-6);
    });
  });

  it("gives TRL's DPO gradients of every weight, and keeps the weights that training leaves", async () => {
    const { base } = engine;
    const whole = createEngine(base, { threads: 1, trainable: "all" });
    try {
      const weights = await untrained(whole);
      const reference = copyOf(weights);
      const plusOne = new Set(decoderTensors(base.config).flatMap((t) => (t.plusOne ? [t.name] : [])));
      for (const [name, { data }] of weightsOf(family, 19000))
        reference.tensors.get(name)!.data.set(plusOne.has(name) ? data.map((w) => 1 + w) : data);
      const { beta } = recorded;
      const forks = family.pairs.map((p) => ({ prompt: p.prompt, completions: [p.chosen, p.rejected] }));
      const scores = await logProbs(whole, reference, forks);
      const scored = family.pairs.map((pair, i) => ({ ...pair, reference: scores[i] as [number, number] }));
      const { gradients, metrics } = await dpoGradients(whole, weights, scored, { beta, sftWeight: 0 });
      expect(metrics.loss).toBeCloseTo(family.full.loss, 4);
      expect(new Set(gradients.keys())).toEqual(new Set(family.full.names));
      const inOrder = family.full.names.map((name) => gradients.get(name)!.data);
      expect(worstGradient(inOrder, family.full)).toBeLessThanOrEqual(1e-4);

      const settings = { epochs: 4, warmupRatio: 0, schedule: "constant", weightDecay: 0, maxGradNorm: 1 } as const;
      const trained = copyOf(weights);
      const step = { ...settings, learningRate: 1e-3, batchSize: 2, seed: 1 };
      const dpoRows = await dpo(whole, trained, weights, family.pairs, { ...step, beta, sftWeight: 0 });
      expect(dpoRows.at(-1)!["rewards/margins"]).toBeGreaterThan(0);
      const sftRows = await sft(whole, trained, forks, step);
      expect(sftRows.at(-1)!.loss).toBeLessThan(sftRows[0]!.loss);
      await saveTrained(whole, trained, join(folder, "trained"));
      const loaded = await loadTrained(whole, join(folder, "trained"));
      expect(loaded).toEqual(trained);
      const requests = family.prompts.map((prompt) => ({ prompt, seed: "" }));
      const greedy = { temperature: 0, topP: 1, maxTokens: 8 };
      const texts = await sampleBatch(whole, await untrained(whole), requests, greedy);
      expect(texts.map(({ tokens }) => tokens)).toEqual(family.greedy);
      expect(await sampleBatch(whole, loaded, requests, greedy)).not.toEqual(texts);
    } finally {
      await whole.close();
    }
  });
});
