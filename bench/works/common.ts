/** What the works of our side share: the engine they run on, random token ids, adapters, and a clock. */
import { openBaseModel } from "../../src/engine/base-model.ts";
import { type Classifier, freshClassifier } from "../../src/engine/classifier.ts";
import { createEngine, type Engine } from "../../src/engine/engine.ts";
import { freshLora, type Lora, noLora } from "../../src/engine/lora.ts";
import type { LinearLayer } from "../../src/engine/nets/linear.ts";
import { recipe } from "../../src/judges/training/recipe.ts";
import { createRandom } from "../../src/random.ts";
import type { Mode } from "../work.ts";

export type Figures = Record<string, unknown>;

export interface Bench {
  readonly engine: Engine;
  /** Random token ids. */
  ids(count: number): number[];
  /** No adapter. */
  readonly bare: Lora;
  adapter(rank: number): Lora;
  /** A judge of the shipped ones' shape that knows nothing yet: it reads as fast. */
  readonly judge: Classifier;
}

export async function openBench(mode: Mode, threads: number): Promise<Bench> {
  const base = await openBaseModel("smollm2-135m-instruct");
  // Every answer has all its tokens: no end of text.
  const endless = { ...base, tokenizer: { ...base.tokenizer, eosIds: [] } };
  const engine = createEngine(endless, { threads, precision: mode === "exact" ? "float32" : "int8" });
  const { config } = base;
  const random = createRandom("bench");
  return {
    engine,
    ids: (count) => Array.from({ length: count }, () => 100 + Math.floor(random.next() * (config.vocabSize - 100))),
    bare: noLora,
    judge: freshClassifier(
      engine,
      { layers: recipe.layers, loraFrom: recipe.loraFrom, answers: 2, prompts: 1 },
      { rank: recipe.loraRank, alpha: recipe.loraAlpha },
      random.next,
    ),
    adapter: (rank) => freshLora(config, rank, 2 * rank, createRandom("lora").next),
  };
}

/** Frozen weights of some layers. */
export function weightsOf(layers: readonly LinearLayer[]): number {
  return layers.reduce((n, { inputs, outputs }) => n + inputs * outputs, 0);
}

export async function seconds(task: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await task();
  return (performance.now() - start) / 1000;
}

export function average(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}
