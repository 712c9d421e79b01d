/** The classifier on a tiny model: its gradients, and that it learns what it is shown. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { againstDifferences } from "../../test/against-differences.ts";
import { tinyLlama, tinyTokens } from "../../test/tiny-llama.ts";
import { createRandom } from "../random.ts";
import { classifierGradients, classify, freshClassifier, type LabelledFork, trainClassifier } from "./classifier.ts";
import { createEngine, type Engine } from "./engine.ts";
import type { StepRow } from "./train.ts";

const random = createRandom("classifier").next;
const shape = { layers: 1, loraFrom: 0, answers: 2, prompts: 1 };
const settings = {
  learningRate: 0.01,
  batchSize: 4,
  epochs: 1,
  warmupRatio: 0,
  schedule: "constant",
  weightDecay: 0,
  maxGradNorm: 1e9,
  seed: 1,
} as const;
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

/** Token 7 in an answer makes it a yes to the first question, 9 in a prompt to the prompt's; the second is never answered. */
function forks(count: number): LabelledFork[] {
  return Array.from({ length: count }, (_, i) => {
    const asks = i % 2;
    const prompt = tinyTokens(random, 5).map((t) => (t === 9 || t === 7 ? 3 : t));
    if (asks === 1) prompt[2] = 9;
    const answers = [0, 1, 1].slice(0, 1 + (i % 3)).map((label) => {
      const tokens = tinyTokens(random, 3 + (i % 4)).map((t) => (t === 9 || t === 7 ? 3 : t));
      if (label === 1) tokens[1] = 7;
      return { tokens, answer: [label, undefined], prompt: [asks] };
    });
    return { prompt, answers };
  });
}

const fresh = () => freshClassifier(engine, shape, { rank: 2, alpha: 4 }, createRandom("fresh").next);

/** The loss of one step over all, with the weights unchanged. */
async function lossOf(classifier: ReturnType<typeof fresh>, rows: readonly LabelledFork[]): Promise<number> {
  const [row] = (await trainClassifier(engine, classifier, rows, {
    ...settings,
    learningRate: 0,
    batchSize: rows.length,
  })) as [StepRow];
  return row.loss;
}

describe("trainClassifier", () => {
  it("begins at log 2 for every answered question", async () => {
    expect(await lossOf(fresh(), forks(6))).toBeCloseTo(2 * Math.log(2), 5);
  });

  it("has the gradients of its loss", async () => {
    const rows = forks(8);
    const classifier = fresh();
    // Away from the start, where B is zero and with it the gradients of A.
    for (const { data } of classifier.lora.tensors.values())
      data.forEach((x, i) => {
        data[i] = x + (random() - 0.5) / 5;
      });
    const run = () => classifierGradients(engine, classifier, rows);
    const { gradients } = await run();
    expect([...gradients.keys()].sort()).toEqual([...classifier.lora.tensors.keys()].sort());
    await againstDifferences(classifier.lora, gradients, async () => (await run()).metrics.loss);
  });

  it("leaves layers before the first trained one as they are", async () => {
    const classifier = freshClassifier(engine, { ...shape, layers: 2, loraFrom: 1 }, { rank: 2, alpha: 4 }, random);
    const { gradients } = await classifierGradients(engine, classifier, forks(4));
    const layers = new Set([...gradients.keys()].map((name) => /^layers\.\d+/.exec(name)?.[0]));
    expect(layers).toEqual(new Set(["layers.1", undefined]));
  });

  it("learns which answers and which prompts, and classify says so of others", async () => {
    const classifier = fresh();
    const rows = await trainClassifier(engine, classifier, forks(150), { ...settings, epochs: 6 });
    expect(rows.at(-1)!.loss).toBeLessThan(0.3 * rows[0]!.loss);
    const others = forks(20);
    const said = await classify(
      engine,
      classifier,
      others.map(({ prompt, answers }) => ({ prompt, completions: answers.map((a) => a.tokens) })),
    );
    const right = others.flatMap((fork, f) =>
      fork.answers.flatMap((a, i) => [
        said[f]![i]!.answer[0]! > 0 === (a.answer[0] === 1),
        said[f]![i]!.prompt[0]! > 0 === (a.prompt[0] === 1),
      ]),
    );
    expect(right.filter(Boolean).length / right.length).toBeGreaterThan(0.9);
    // What was never asked was never learned.
    expect(said.flat().every(({ answer }) => answer[1] === 0)).toBe(true);
  });

  it("gives an answer the same logits alone and beside others", async () => {
    const classifier = fresh();
    await trainClassifier(engine, classifier, forks(8), settings);
    const [{ prompt }, a, b] = [forks(1)[0]!, tinyTokens(random, 6), tinyTokens(random, 3)];
    const of = async (completions: number[][]) => (await classify(engine, classifier, [{ prompt, completions }]))[0]!;
    const both = await of([a, b]);
    for (const [i, tokens] of [a, b].entries()) {
      const [alone] = await of([tokens]);
      expect(alone!.answer[0]).toBeCloseTo(both[i]!.answer[0]!, 4);
      expect(alone!.prompt[0]).toBeCloseTo(both[i]!.prompt[0]!, 4);
    }
  });
});
