/**
 * The engine against transformers, peft and TRL on the same dequantised weights of the default model, as recorded by
 * scripts/record_engine.py (which says what each figure is): logits, greedy text, log-probabilities, and DPO with its
 * gradients and AdamW step. Then what needs no record: batches against single prompts, seeds, adapter files.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBaseModel } from "../../src/engine/base-model.ts";
import { forkFeeds } from "../../src/engine/collate.ts";
import { dpo, dpoGradients, type TokenPair } from "../../src/engine/dpo.ts";
import { createEngine, type Engine } from "../../src/engine/engine.ts";
import { sampleBatch } from "../../src/engine/generate.ts";
import { loadLora, noLora, saveLora } from "../../src/engine/lora.ts";
import { logProbs } from "../../src/engine/score.ts";
import { fixedEntries, fixedLora, floats, type RecordedGradients, worstGradient } from "./fixed-values.ts";

interface DpoCase extends RecordedGradients {
  readonly sftWeight: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly weightsAfterAdamW: string;
}

interface Recorded {
  readonly logits: {
    readonly columns: readonly number[];
    readonly prompts: readonly {
      readonly ids: number[];
      readonly columns: string;
      readonly argmax: number[];
      readonly logSumExp: string;
    }[];
  };
  readonly greedy: readonly {
    readonly prompt: number[];
    readonly tokens: number[];
    readonly finishReason: string;
    readonly text: string;
  }[];
  readonly logProbs: readonly { readonly prompt: number[]; readonly completion: number[]; readonly logProb: number }[];
  readonly dpo: {
    readonly rank: number;
    readonly alpha: number;
    readonly beta: number;
    readonly entries: number;
    readonly projections: number;
    readonly adamW: { readonly learningRate: number; readonly weightDecay: number };
    readonly pairs: readonly TokenPair[];
    readonly cases: readonly DpoCase[];
  };
}

const recorded: Recorded = JSON.parse(
  gunzipSync(await readFile(new URL("recorded/engine.json.gz", import.meta.url))).toString(),
);
const greedyOptions = { temperature: 0, topP: 1, maxTokens: 24 };
let engine: Engine;

beforeAll(async () => {
  engine = createEngine(await openBaseModel("smollm2-135m-instruct"), { threads: 0 });
});
afterAll(() => engine.close());

describe("forward passes", () => {
  it("gives transformers' logits, most probable token and log Σ exp at every position of 20 prompts", async () => {
    const { columns, prompts } = recorded.logits;
    expect(prompts).toHaveLength(20);
    const session = await engine.session("logits", noLora);
    let largest = 0;
    for (let first = 0; first < prompts.length; first += 5) {
      const part = prompts.slice(first, first + 5);
      const { feeds, length } = forkFeeds(
        part.map((p) => ({ prompt: p.ids, completions: [] })),
        engine.base.config,
      );
      const at = part.flatMap((p, b) => p.ids.map((_, t) => b * length + t));
      const { logits } = await session.run({
        ...feeds,
        at: { data: BigInt64Array.from(at, BigInt), dims: [at.length] },
      });
      const vocab = logits!.dims[1]!;
      let row = 0;
      for (const prompt of part) {
        const expected = floats(prompt.columns);
        const sums = floats(prompt.logSumExp);
        prompt.ids.forEach((_, t) => {
          const got = (logits!.data as Float32Array).subarray(row * vocab, ++row * vocab);
          columns.forEach((column, c) => {
            largest = Math.max(largest, Math.abs(got[column]! - expected[t * columns.length + c]!));
          });
          expect(got.reduce((best, x, i) => (x > got[best]! ? i : best), 0)).toBe(prompt.argmax[t]);
          expect(Math.abs(logSumExp(got) - sums[t]!)).toBeLessThan(1e-3);
        });
      }
    }
    expect(largest).toBeGreaterThan(0);
    expect(largest).toBeLessThanOrEqual(1e-3);
  });

  it("gives the log-probabilities of completions", async () => {
    const rows = recorded.logProbs.map(({ prompt, completion }) => ({ prompt, completions: [completion] }));
    const got = (await logProbs(engine, noLora, rows)).flat();
    for (const [i, { logProb }] of recorded.logProbs.entries()) expect(Math.abs(got[i]! - logProb)).toBeLessThan(1e-3);
  });
});

describe("generation", () => {
  it("gives transformers' greedy text, ten prompts of different lengths in one batch", async () => {
    const lora = noLora;
    const requests = recorded.greedy.map(({ prompt }) => ({ prompt, seed: "" }));
    expect(new Set(requests.map((r) => r.prompt.length)).size).toBeGreaterThan(5);
    const batch = await sampleBatch(engine, lora, requests, greedyOptions);
    batch.forEach((got, i) => {
      const { tokens, finishReason, text } = recorded.greedy[i]!;
      expect(got).toEqual({ tokens, finishReason });
      expect(engine.base.tokenizer.decode(got.tokens, { skipSpecial: false })).toBe(text);
    });
    expect(new Set(batch.map((s) => s.finishReason))).toEqual(new Set(["stop", "length"]));
    for (const i of [0, 3, 7])
      expect(await sampleBatch(engine, lora, [requests[i]!], greedyOptions)).toEqual([batch[i]]);
  });

  it("samples the same from the same seeds, and other text from other seeds", async () => {
    const { rank, alpha } = recorded.dpo;
    const lora = fixedLora(engine.base.config, rank, alpha, 0);
    const options = { temperature: 0.8, topP: 0.9, maxTokens: 16 };
    const sample = (seed: string) =>
      sampleBatch(
        engine,
        lora,
        recorded.greedy.slice(0, 4).map(({ prompt }, i) => ({ prompt, seed: `${seed}/${i}` })),
        options,
      );
    const first = await sample("a");
    expect(await sample("a")).toEqual(first);
    expect(await sample("b")).not.toEqual(first);
  });
});

describe("DPO", () => {
  for (const expected of recorded.dpo.cases) {
    it(`gives TRL's figures, gradients and step with sftWeight ${expected.sftWeight}`, async () => {
      const { rank, alpha, beta, pairs, adamW, entries: count } = recorded.dpo;
      const { config } = engine.base;
      const lora = fixedLora(config, rank, alpha, 0);
      const reference = fixedLora(config, rank, alpha, 1);
      const forks = pairs.map((p) => ({ prompt: p.prompt, completions: [p.chosen, p.rejected] }));
      const scores = await logProbs(engine, reference, forks);
      const scored = pairs.map((pair, i) => ({ ...pair, reference: scores[i] as [number, number] }));
      const { gradients } = await dpoGradients(engine, lora, scored, { beta, sftWeight: expected.sftWeight });

      const names = [...lora.tensors.keys()];
      expect(new Set(gradients.keys())).toEqual(new Set(names));
      const worst = worstGradient(
        names.map((name) => gradients.get(name)!.data),
        expected,
      );
      expect(worst).toBeGreaterThan(0);
      expect(worst).toBeLessThanOrEqual(1e-4);

      const rows = await dpo(engine, lora, reference, pairs, {
        ...adamW,
        beta,
        sftWeight: expected.sftWeight,
        batchSize: pairs.length,
        epochs: 1,
        warmupRatio: 0,
        schedule: "constant",
        maxGradNorm: 1e9,
        seed: 1,
      });
      expect(rows).toHaveLength(1);
      for (const [key, value] of Object.entries(expected.metrics)) {
        expect(Math.abs(rows[0]![key]! - value), `${key}: ${rows[0]![key]} against ${value}`).toBeLessThanOrEqual(
          Math.max(1e-5, 1e-4 * Math.abs(value)),
        );
      }
      const weights = floats(expected.weightsAfterAdamW);
      let farthest = 0;
      names.forEach((name, k) => {
        const { data } = lora.tensors.get(name)!;
        fixedEntries(k, data.length, count).forEach((at, j) => {
          farthest = Math.max(farthest, Math.abs(data[at]! - weights[k * count + j]!));
        });
      });
      // The first step of AdamW is lr · g/(|g| + ε): a gradient near ε = 1e-8 carries its last digits into the weight.
      expect(farthest).toBeLessThanOrEqual(2e-6);
    });
  }
});

describe("adapter files", () => {
  it("load bit for bit as they were saved", async () => {
    const folder = await mkdtemp(join(tmpdir(), "seas-adapter-"));
    try {
      const lora = fixedLora(engine.base.config, 16, 32, 0);
      const sha256 = await saveLora(lora, folder, engine.base.name);
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      const loaded = await loadLora(folder, engine.base.config);
      expect([loaded.rank, loaded.alpha, loaded.tensors.size]).toEqual([16, 32, 420]);
      for (const [name, { data, dims }] of lora.tensors) {
        const got = loaded.tensors.get(name)!;
        expect(got.dims).toEqual(dims);
        expect(
          Buffer.from(got.data.buffer, got.data.byteOffset, got.data.byteLength).equals(Buffer.from(data.buffer)),
        ).toBe(true);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

function logSumExp(values: Float32Array): number {
  const largest = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return largest + Math.log(values.reduce((sum, x) => sum + Math.exp(x - largest), 0));
}
