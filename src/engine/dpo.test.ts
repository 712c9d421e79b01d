/** Gradients of DPO and SFT through a whole tiny decoder against finite differences, and DPO's figures by hand. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { againstDifferences } from "../../test/against-differences.ts";
import { tinyLlama, tinyLora, tinyTokens } from "../../test/tiny-llama.ts";
import { createRandom } from "../random.ts";
import { collate } from "./collate.ts";
import { dpo, dpoGradients, type ScoredPair } from "./dpo.ts";
import { createEngine, type Engine } from "./engine.ts";
import { loraFeeds } from "./lora.ts";
import { logProbs } from "./score.ts";
import { gradientsOf } from "./sft.ts";

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

const random = createRandom("pairs").next;
const pairs: readonly ScoredPair[] = [5, 3, 7].map((length, i) => {
  const prompt = tinyTokens(random, length);
  const side = (n: number) => tinyTokens(random, n);
  return { prompt, chosen: side(2 + i), rejected: side(4 - i), reference: [-9 - 2 * i, -12 + 3 * i] };
});

describe("gradients through the whole decoder", () => {
  for (const sftWeight of [0, 0.2]) {
    it(`of DPO with sftWeight ${sftWeight}`, async () => {
      const lora = tinyLora("policy");
      const run = () => dpoGradients(engine, lora, pairs, { beta: 0.3, sftWeight });
      const { gradients } = await run();
      expect(gradients.size).toBe(28);
      await againstDifferences(lora, gradients, async () => (await run()).metrics.loss);
    });
  }

  it("of SFT", async () => {
    const lora = tinyLora("policy");
    const session = await engine.session("sft");
    const { feeds, counts } = collate(
      pairs.map(({ prompt, chosen }) => ({ prompt, completions: [chosen] })),
      tiny.base.config,
    );
    const n = counts.reduce((a, b) => a + b, 0);
    const weights = { data: new Float32Array(n).fill(-1 / n), dims: [n] };
    const run = () => session.run({ ...feeds, ...loraFeeds(lora), token_weight: weights });
    await againstDifferences(lora, gradientsOf(await run()), async () => Number((await run()).loss!.data[0]));
  });
});

describe("dpo", () => {
  it("begins at log 2 with rewards of 0 when the reference is the start", async () => {
    const [row] = await dpo(engine, tinyLora("policy"), tinyLora("policy"), pairs, {
      beta: 0.3,
      sftWeight: 0,
      learningRate: 0,
      batchSize: 3,
      epochs: 1,
      warmupRatio: 0,
      schedule: "constant",
      weightDecay: 0,
      maxGradNorm: 1,
      seed: 1,
    });
    expect(row!.loss).toBeCloseTo(Math.LN2, 5);
    for (const key of ["rewards/chosen", "rewards/rejected", "rewards/margins"]) expect(row![key]).toBeCloseTo(0, 5);
  });

  it("gives pairs of one prompt, read once, what each has alone", async () => {
    const lora = tinyLora("policy");
    const settings = { beta: 0.3, sftWeight: 0 };
    const [a, b] = pairs as readonly [ScoredPair, ScoredPair];
    const alike = [a, { ...b, prompt: a.prompt }];
    const together = await dpoGradients(engine, lora, alike, settings);
    const alone = await Promise.all(alike.map((pair) => dpoGradients(engine, lora, [pair], settings)));
    const mean = (of: (result: (typeof alone)[number]) => number) => (of(alone[0]!) + of(alone[1]!)) / 2;
    for (const [name, { data }] of together.gradients) {
      data.forEach((x, i) =>
        expect(x, name).toBeCloseTo(
          mean(({ gradients }) => gradients.get(name)!.data[i]!),
          5,
        ),
      );
    }
    expect(together.metrics.loss).toBeCloseTo(
      mean(({ metrics }) => metrics.loss),
      5,
    );
    expect(together.tokens).toBe(2 * mean(({ tokens }) => tokens) - a.prompt.length);
  });

  it("reads no row longer than a part, however many pairs share a prompt", async () => {
    const random = createRandom("many").next;
    const prompt = tinyTokens(random, 6);
    const many = Array.from({ length: 40 }, () => ({
      prompt,
      chosen: tinyTokens(random, 12),
      rejected: tinyTokens(random, 10),
      reference: [-30, -28] as [number, number],
    }));
    const sizes: number[] = [];
    const watched: Engine = {
      ...engine,
      session: async (work) => {
        const session = await engine.session(work);
        return {
          ...session,
          run: (feeds) => {
            sizes.push(feeds.ids!.dims.reduce((a, b) => a * b, 1));
            return session.run(feeds);
          },
        };
      },
    };
    const lora = tinyLora("policy");
    const { gradients } = await dpoGradients(watched, lora, many, { beta: 0.3, sftWeight: 0.2 });
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(512);
    const halves = await Promise.all(
      [many.slice(0, 20), many.slice(20)].map((half) =>
        dpoGradients(engine, lora, half, { beta: 0.3, sftWeight: 0.2 }),
      ),
    );
    for (const [name, { data }] of gradients) {
      const mean = data.map(
        (_, i) => (halves[0]!.gradients.get(name)!.data[i]! + halves[1]!.gradients.get(name)!.data[i]!) / 2,
      );
      data.forEach((x, i) => {
        expect(Math.abs(x - mean[i]!)).toBeLessThan(1e-5);
      });
    }
  });

  it("gives the figures of the formula", async () => {
    const lora = tinyLora("policy");
    const beta = 0.3;
    // Each side behind a prompt of its own, as if nothing were shared.
    const alone = async (side: "chosen" | "rejected") =>
      (
        await logProbs(
          engine,
          lora,
          pairs.map((p) => ({ prompt: p.prompt, completions: [p[side]] })),
        )
      ).flat();
    const chosen = await alone("chosen");
    const rejected = await alone("rejected");
    const mean = (of: (i: number) => number) => pairs.reduce((sum, _, i) => sum + of(i), 0) / pairs.length;
    const good = (i: number) => beta * (chosen[i]! - pairs[i]!.reference[0]);
    const bad = (i: number) => beta * (rejected[i]! - pairs[i]!.reference[1]);
    const { metrics, tokens } = await dpoGradients(engine, lora, pairs, { beta, sftWeight: 0 });
    const expected = {
      loss: mean((i) => Math.log1p(Math.exp(bad(i) - good(i)))),
      "rewards/chosen": mean(good),
      "rewards/rejected": mean(bad),
      "rewards/accuracies": mean((i) => (good(i) > bad(i) ? 1 : 0)),
      "rewards/margins": mean((i) => good(i) - bad(i)),
      "logps/chosen": mean((i) => chosen[i]!),
      "logps/rejected": mean((i) => rejected[i]!),
    };
    expect(Object.keys(metrics)).toEqual(Object.keys(expected));
    for (const [key, value] of Object.entries(expected)) expect(metrics[key], key).toBeCloseTo(value, 4);
    expect(tokens).toBe(pairs.reduce((n, p) => n + p.prompt.length + p.chosen.length + p.rejected.length, 0));
  });
});
