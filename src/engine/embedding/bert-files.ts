/** The files of a BERT encoder in a Hugging Face folder: configuration, tokenizer, and the weights as the session reads them. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { describeError, SeasError } from "../../errors.ts";
import { openSafetensorsFolder } from "../../formats/safetensors.ts";
import { requireTensors } from "../base/decoder-tensors.ts";
import {
  prepareWeights,
  type WeightsFile,
  type WeightsOptions,
  type WeightsTensor,
  weightsFormat,
} from "../base/weights-file.ts";
import { positionTable } from "../nets/bert.ts";
import { type WordPieces, wordPiecesFromFolder } from "../tokenizer/wordpiece.ts";
import { type BertConfig, bertConfig, bertTensors } from "./bert-config.ts";

/** An encoder, ready for a session. */
export interface BertFiles {
  readonly config: BertConfig;
  readonly words: WordPieces;
  readonly weights: WeightsFile;
}

/**
 * Reads a folder, and writes the weights file the first time.
 *
 * @param folder holds config.json, tokenizer.json and model.safetensors
 * @param sha256 of them
 * @param weightsDir where the weights file is kept
 * @throws SeasError E_MODEL or E_FORMAT naming the file and what is wrong with it, E_DISK
 */
export async function readBertFolder(
  folder: string,
  sha256: string,
  weightsDir: string,
  options: WeightsOptions,
): Promise<BertFiles> {
  const config = bertConfig(await readConfig(folder), join(basename(folder), "config.json"));
  const words = await wordPiecesFromFolder(folder);
  if (words.vocabSize > config.vocabSize) {
    const sizes = `the tokenizer has ${words.vocabSize} tokens, the model ${config.vocabSize}`;
    throw new SeasError("E_MODEL", `${folder}: ${sizes}`);
  }
  const file = await openSafetensorsFolder(folder);
  try {
    const expected = bertTensors(config);
    // The pooler is for another task, and old checkpoints keep the numbers 0, 1, 2 … of the positions.
    const mayIgnore = (name: string) => name.startsWith("pooler.") || name === "embeddings.position_ids";
    requireTensors(basename(folder), expected, file.tensors, ({ name }) => name, mayIgnore);
    const key = createHash("sha256").update(`${sha256} ${weightsFormat} bert`).digest("hex").slice(0, 32);
    const tensors = expected.map(({ name, shape }) => ({ name, shape, read: () => file.readTensor(name) }));
    return { config, words, weights: await prepareWeights(weightsDir, `${key}.f32`, withPositions(tensors), options) };
  } finally {
    await file.close();
  }
}

interface Float32Tensor extends WeightsTensor {
  readonly read: () => Promise<Float32Array>;
}

/** The tables of positions and segments as one: each position with the first segment. */
function withPositions(tensors: readonly Float32Tensor[]): WeightsTensor[] {
  const [places, segments] = ["position", "token_type"].map(
    (kind) => tensors.find(({ name }) => name === `embeddings.${kind}_embeddings.weight`)!,
  );
  const read = async () => {
    const segment = await segments!.read();
    const width = segments!.shape[1]!;
    return (await places!.read()).map((value, i) => value + segment[i % width]!);
  };
  const others = tensors.filter((tensor) => tensor !== places && tensor !== segments);
  return [...others, { name: positionTable, shape: places!.shape, read }];
}

async function readConfig(folder: string): Promise<unknown> {
  const path = join(folder, "config.json");
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new SeasError("E_MODEL", `${path} cannot be read: ${describeError(cause)}`, { cause });
  }
}
