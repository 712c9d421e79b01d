/**
 * A classifier on the frozen base: LoRA on its first layers and linear heads, trained together. Answers to one prompt lie
 * behind it in one row, as everywhere, so several are read for the price of little more than one.
 */

import type { DecoderConfig } from "./base-model.ts";
import { type ClassifierShape, classifierGraph, classifierTrainingGraph, headSizes } from "./classifier-graph.ts";
import { byLength, byTokens, type Fork, forkLength, spanFeeds } from "./collate.ts";
import type { Engine } from "./engine.ts";
import type { Tensors } from "./graph/session.ts";
import { freshLora, type Lora, loraFeeds, loraSizes } from "./lora.ts";
import { loraModules } from "./nets/linear.ts";
import type { PartsOptions } from "./nets/parts.ts";
import { gradientsOf, tokenBudget } from "./sft.ts";
import { inShortForks } from "./short-forks.ts";
import { addGradients, type BatchResult, type StepRow, type TrainSettings, train } from "./train.ts";
import type { Work } from "./work.ts";

export interface Classifier {
  readonly shape: ClassifierShape;
  /** LoRA matrices of the layers that are read, and the heads' matrices (classifier-graph.ts). */
  readonly lora: Lora;
}

/** Logits of one answer: a question each. */
export interface Classified {
  readonly answer: readonly number[];
  readonly prompt: readonly number[];
}

/** One answer with what is known of it; `undefined` = not known, which trains nothing. */
export interface LabelledAnswer {
  readonly tokens: readonly number[];
  readonly answer: readonly (number | undefined)[];
  readonly prompt: readonly (number | undefined)[];
}

/** Answers to one prompt. */
export interface LabelledFork {
  readonly prompt: readonly number[];
  readonly answers: readonly LabelledAnswer[];
}

/** Nothing learned yet: every logit 0. `random` as for freshLora. */
export function freshClassifier(
  engine: Engine,
  shape: ClassifierShape,
  { rank, alpha }: { readonly rank: number; readonly alpha: number },
  random: () => number,
): Classifier {
  const { config } = engine.base;
  const all = freshLora({ ...config, layers: shape.layers }, rank, alpha, random).tensors;
  const sizes = classifierSizes(config, shape, rank);
  const tensors = [...sizes].map(([name, dims]) => {
    return [name, all.get(name) ?? { data: new Float32Array(dims[0]! * dims[1]!), dims }] as const;
  });
  return { shape, lora: { rank, alpha, tensors: new Map(tensors) } };
}

/** Every matrix of a classifier by input name, with its size. */
export function classifierSizes(config: DecoderConfig, shape: ClassifierShape, rank: number): Map<string, number[]> {
  const trained = loraModules({ ...config, layers: shape.layers }).filter(({ layer }) => layer >= shape.loraFrom);
  return new Map<string, number[]>([...loraSizes(trained, rank), ...headSizes(config, shape)]);
}

/** Reading and training with a classifier of this shape. */
function worksOf(shape: ClassifierShape): { readonly read: Work; readonly train: Work } {
  const name = `classifier ${Object.values(shape).join("/")}`;
  return {
    read: {
      name,
      spin: true,
      keepMemory: true,
      graph: (config, options) => classifierGraph(config, withLora(options), shape),
    },
    train: {
      name: `${name}, training`,
      training: true,
      spin: true,
      keepMemory: true,
      graph: (config, options) => classifierTrainingGraph(config, withLora(options), shape),
    },
  };
}

/** A classifier is LoRA, whatever the players are. */
function withLora(options: PartsOptions): PartsOptions {
  return { ...options, trainable: "lora" };
}

/** Padded tokens of one forward pass. */
const readBudget = 1024;

/** Logits of each answer behind each prompt, in order. */
export function classify(
  engine: Engine,
  classifier: Classifier,
  rows: readonly Fork[],
  signal?: AbortSignal,
): Promise<Classified[][]> {
  return inShortForks(rows, (short) => classified(engine, classifier, short, signal));
}

async function classified(
  engine: Engine,
  classifier: Classifier,
  rows: readonly Fork[],
  signal: AbortSignal | undefined,
): Promise<Classified[][]> {
  const { lora, shape } = classifier;
  const session = await engine.session(worksOf(shape).read);
  const result = new Array<Classified[]>(rows.length);
  for (const part of byLength(rows, readBudget)) {
    signal?.throwIfAborted();
    const batch = part.map((i) => rows[i]!);
    const outputs = await session.run({ ...spanFeeds(batch, engine.base.config), ...loraFeeds(lora) });
    const row = (name: "answer" | "prompt", width: number, s: number) =>
      Array.from((outputs[name]!.data as Float32Array).subarray(s * width, (s + 1) * width));
    let s = 0;
    for (const i of part) {
      result[i] = rows[i]!.completions.map(() => {
        const one = { answer: row("answer", shape.answers, s), prompt: row("prompt", shape.prompts, s) };
        s++;
        return one;
      });
    }
  }
  return result;
}

/** Trains `classifier` in place and gives one row a step; `batchSize` counts prompts. */
export async function trainClassifier(
  engine: Engine,
  classifier: Classifier,
  forks: readonly LabelledFork[],
  settings: TrainSettings,
): Promise<StepRow[]> {
  const items = forks.map((_, i) => [i]);
  return train(classifier.lora, items, settings, (indices) =>
    classifierGradients(
      engine,
      classifier,
      indices.map((i) => forks[i]!),
    ),
  );
}

/** Gradients and loss of one batch, the mean over its answers, in parts that fit in memory. */
export async function classifierGradients(
  engine: Engine,
  { shape, lora }: Classifier,
  forks: readonly LabelledFork[],
): Promise<BatchResult> {
  const session = await engine.session(worksOf(shape).train);
  const length = (fork: LabelledFork) => forkLength(asFork(fork));
  const batch = [...forks].sort((a, b) => length(b) - length(a));
  const total = batch.flatMap((fork) => fork.answers).length;
  const gradients: BatchResult["gradients"] = new Map();
  let loss = 0;
  for (const part of byTokens(batch, length, tokenBudget)) {
    const answers = part.flatMap((fork) => fork.answers);
    const outputs = await session.run({
      ...spanFeeds(part.map(asFork), engine.base.config),
      ...loraFeeds(lora),
      ...labelFeeds(answers, shape, total),
    });
    loss += Number(outputs.loss!.data[0]);
    addGradients(gradients, gradientsOf(outputs));
  }
  return { gradients, metrics: { loss }, tokens: batch.reduce((n, fork) => n + length(fork), 0) };
}

function asFork({ prompt, answers }: LabelledFork): Fork {
  return { prompt, completions: answers.map(({ tokens }) => tokens) };
}

/** Targets and weights; the loss is the mean over the answers of a step, of which there are `total`. */
function labelFeeds(answers: readonly LabelledAnswer[], shape: ClassifierShape, total: number): Tensors {
  const feeds: Record<string, Tensors[string]> = {};
  for (const [name, width] of [
    ["answer", shape.answers],
    ["prompt", shape.prompts],
  ] as const) {
    const labels = answers.flatMap((row) => row[name]);
    const dims = [answers.length, width];
    feeds[`${name}_target`] = { data: Float32Array.from(labels, (label) => label ?? 0), dims };
    feeds[`${name}_weight`] = {
      data: Float32Array.from(labels, (label) => (label === undefined ? 0 : 1 / total)),
      dims,
    };
  }
  return feeds;
}
