/**
 * A llama decoder small enough to train in milliseconds, with random weights in a file of its own: what the engine's
 * unit tests run on. It has no text: its tokenizer knows only where an answer ends.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decoderTensors } from "../src/engine/base/decoder-tensors.ts";
import { configToHub } from "../src/engine/base/hub-config-write.ts";
import { prepareWeights } from "../src/engine/base/weights-file.ts";
import type { BaseModel, DecoderConfig } from "../src/engine/base-model.ts";
import { freshLora, type Lora } from "../src/engine/lora.ts";
import type { Tokenizer } from "../src/engine/tokenizer/tokenizer.ts";
import { createRandom } from "../src/random.ts";

export const tinyConfig: DecoderConfig = {
  architecture: "llama",
  vocabSize: 32,
  hiddenSize: 32,
  intermediateSize: 24,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headDim: 8,
  attentionScale: 8 ** -0.5,
  ropeTheta: 10_000,
  ropeFactors: [],
  local: null,
  rmsNormEps: 1e-5,
  maxPositions: 64,
  tiedEmbeddings: true,
};

/** The model and a folder of its own, which `remove` deletes. */
export async function tinyLlama(): Promise<{
  readonly base: BaseModel;
  readonly folder: string;
  readonly remove: () => Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), "seas-tiny-"));
  const random = createRandom("tiny llama").next;
  const tensors = decoderTensors(tinyConfig).map(({ name, shape }) => ({
    name,
    shape,
    read: async () => {
      const [middle, spread] = shape.length === 1 ? [1, 0.3] : [0, 0.5];
      return Float32Array.from(
        { length: shape.reduce((a, b) => a * b, 1) },
        () => middle + (2 * random() - 1) * spread,
      );
    },
  }));
  const weights = await prepareWeights(folder, "tiny.f32", tensors, {});
  await writeFile(join(folder, "config.json"), JSON.stringify(configToHub(tinyConfig)));
  const base = {
    name: "tiny",
    path: folder,
    sha256: "0".repeat(64),
    origin: "random",
    config: tinyConfig,
    tokenizer,
    weights,
  };
  return { base, folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** An adapter of rank 2 in which no matrix is zero, so that every gradient flows. */
export function tinyLora(seed: string): Lora {
  const random = createRandom(seed).next;
  const lora = freshLora(tinyConfig, 2, 4, random);
  for (const { data } of lora.tensors.values()) data.set(data.map(() => (2 * random() - 1) * 0.3));
  return lora;
}

/** Random token ids, none that ends an answer. */
export function tinyTokens(random: () => number, length: number): number[] {
  return Array.from({ length }, () => 5 + Math.floor(random() * (tinyConfig.vocabSize - 5)));
}

function textless(): never {
  throw new Error("the tiny model has no text");
}

const tokenizer: Tokenizer = {
  vocabSize: tinyConfig.vocabSize,
  eosIds: [1, 2, 3, 4],
  padId: 0,
  encode: textless,
  decode: textless,
  chat: textless,
  chatText: textless,
};
