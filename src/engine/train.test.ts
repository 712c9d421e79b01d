/** The training loop: order, rates and rows on a toy loss; interrupted training on a tiny model, bit for bit. */
import { access, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tinyLlama, tinyLora, tinyTokens } from "../../test/tiny-llama.ts";
import { SeasError } from "../errors.ts";
import { createRandom } from "../random.ts";
import { dpo } from "./dpo.ts";
import { createEngine, type Engine } from "./engine.ts";
import type { Lora } from "./lora.ts";
import { sft } from "./sft.ts";
import { addGradients, checkpointPath, dropCheckpoint, type StepRow, type TrainSettings, train } from "./train.ts";

const settings: TrainSettings = {
  learningRate: 0.01,
  batchSize: 2,
  epochs: 3,
  warmupRatio: 0.1,
  schedule: "cosine",
  weightDecay: 0.01,
  maxGradNorm: 1,
  seed: 5,
};

let tiny: Awaited<ReturnType<typeof tinyLlama>>;
let engine: Engine;
beforeAll(async () => {
  tiny = await tinyLlama();
  engine = createEngine(tiny.base, { threads: 1 });
});
afterAll(async () => {
  await engine.close();
  await tiny.remove();
});

const random = createRandom("training data").next;
const sequences = Array.from({ length: 7 }, (_, i) => ({
  prompt: tinyTokens(random, 3 + (i % 3)),
  completion: tinyTokens(random, 2 + (i % 4)),
}));
const forks = sequences.map(({ prompt, completion }, i) => ({
  prompt,
  completions: i % 2 === 0 ? [completion] : [completion, tinyTokens(random, 3)],
}));
const pairs = sequences.map(({ prompt, completion }, i) => ({
  prompt,
  chosen: completion,
  rejected: tinyTokens(random, 1 + (i % 5)),
}));

describe("train", () => {
  const toy = (weights: readonly number[]): Lora => ({
    rank: 1,
    alpha: 1,
    tensors: new Map([["w", { data: Float32Array.from(weights), dims: [weights.length] }]]),
  });

  it("takes each item once an epoch, in another order, the last batch shorter", async () => {
    const batches: (readonly number[])[] = [];
    const rows = await train(toy([1]), [[0], [1], [2], [3], [4]], settings, async (indices) => {
      batches.push(indices);
      return { gradients: new Map([["w", { data: Float32Array.of(1) }]]), metrics: { loss: 0 }, tokens: 1 };
    });
    expect(batches.map((b) => b.length)).toEqual([2, 2, 1, 2, 2, 1, 2, 2, 1]);
    const epochs = [0, 3, 6].map((i) => batches.slice(i, i + 3).flat());
    for (const epoch of epochs) expect([...epoch].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(new Set(epochs.map(String)).size).toBeGreaterThan(1);
    expect(rows.map((r) => r.step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(rows.map((r) => r.epoch * 3)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map((x) => expect.closeTo(x, 9)));
  });

  it("keeps the items of a group together", async () => {
    const seen: number[] = [];
    await train(toy([1]), [[0, 1], [2], [3, 4, 5], [6]], { ...settings, batchSize: 3 }, async (indices) => {
      seen.push(...indices);
      return { gradients: new Map([["w", { data: Float32Array.of(1) }]]), metrics: { loss: 0 }, tokens: 1 };
    });
    expect(seen).toHaveLength(21);
    for (const epoch of [seen.slice(0, 7), seen.slice(7, 14), seen.slice(14)]) {
      expect(epoch.indexOf(1)).toBe(epoch.indexOf(0) + 1);
      expect(epoch.indexOf(5)).toBe(epoch.indexOf(3) + 2);
    }
  });

  it("goes downhill on a square and reports the norm before clipping", async () => {
    const lora = toy([3, -4]);
    const options = { ...settings, learningRate: 0.2, epochs: 60, batchSize: 1, weightDecay: 0 };
    const rows = await train(lora, [[0]], options, async () => {
      const { data } = lora.tensors.get("w")!;
      const loss = data.reduce((sum, x) => sum + x * x, 0);
      return { gradients: new Map([["w", { data: data.map((x) => 2 * x) }]]), metrics: { loss }, tokens: 1 };
    });
    expect(rows[0]!.grad_norm).toBeCloseTo(10, 5);
    expect(rows[0]!.loss).toBe(25);
    expect(rows.at(-1)!.loss).toBeLessThan(0.1);
  });

  it("adds the gradients of parts", () => {
    const sum = new Map([["a", { data: Float32Array.of(1, 2) }]]);
    addGradients(
      sum,
      new Map([
        ["a", { data: Float32Array.of(10, 20) }],
        ["b", { data: Float32Array.of(5) }],
      ]),
    );
    expect([...sum].map(([name, { data }]) => [name, ...data])).toEqual([
      ["a", 11, 22],
      ["b", 5],
    ]);
  });
});

describe("interrupted training", () => {
  const ways = {
    dpo: (lora: Lora, options: TrainSettings) =>
      dpo(engine, lora, tinyLora("reference"), pairs, { ...options, beta: 0.5, sftWeight: 0.2 }),
    sft: (lora: Lora, options: TrainSettings) => sft(engine, lora, forks, options),
  };

  for (const [name, run] of Object.entries(ways)) {
    it(`${name} ends with the same tensors and rows bit for bit, wherever it stopped`, async () => {
      const whole = tinyLora("start");
      const rows = await run(whole, settings);
      expect(rows).toHaveLength(12);
      expect(rows.at(-1)!.loss).toBeLessThan(rows[0]!.loss);
      // Before the first checkpoint, at one, and between two.
      for (const stop of [2, 6, 8]) {
        const checkpoint = join(tiny.folder, `${name}-${stop}.safetensors`);
        const controller = new AbortController();
        const stopped = run(tinyLora("start"), {
          ...settings,
          checkpoint,
          checkpointEvery: 3,
          signal: controller.signal,
          onStep: (_, { done }) => (done === stop ? controller.abort() : undefined),
        });
        await expect(stopped).rejects.toThrow();
        const again = tinyLora("start");
        const steps: StepRow[] = [];
        const resumed = await run(again, {
          ...settings,
          checkpoint,
          checkpointEvery: 3,
          onStep: (row) => steps.push(row),
        });
        expect(steps[0]!.step).toBe(3 * Math.floor(stop / 3) + 1);
        expect(JSON.stringify(resumed)).toBe(JSON.stringify(rows));
        expect(bytesOf(again)).toEqual(bytesOf(whole));
      }
    });
  }

  it("refuses a damaged checkpoint by name instead of training on", async () => {
    const checkpoint = checkpointPath(tiny.folder);
    const options = { ...settings, checkpoint, checkpointEvery: 3 };
    await ways.sft(tinyLora("start"), options);
    const { length } = await readFile(checkpoint);
    await truncate(checkpoint, length - 1);
    await expect(ways.sft(tinyLora("start"), options)).rejects.toThrow(SeasError);
    await expect(ways.sft(tinyLora("start"), options)).rejects.toThrow(checkpoint);
    await dropCheckpoint(checkpoint);
    await expect(access(checkpoint)).rejects.toThrow();
    await dropCheckpoint(checkpoint);
    await writeFile(checkpoint, "");
    await expect(ways.sft(tinyLora("start"), options)).rejects.toThrow(SeasError);
    await dropCheckpoint(checkpoint);
  });
});

function bytesOf(lora: Lora): Record<string, string> {
  return Object.fromEntries(
    [...lora.tensors].map(([name, { data }]) => [name, Buffer.from(data.buffer).toString("hex")]),
  );
}
