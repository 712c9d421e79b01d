/**
 * A model's own files, opened: configuration, tokenizer and tensors under Hugging Face names, whether they stand in a GGUF
 * file or in a Hugging Face folder. Nothing is computed before a tensor is read.
 */
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { describeError, SeasError } from "../../errors.ts";
import { openGguf } from "../../formats/gguf.ts";
import { openSafetensors, openSafetensorsFolder } from "../../formats/safetensors.ts";
import { tokenizerFromFolder } from "../tokenizer/from-folder.ts";
import { tokenizerFromGguf } from "../tokenizer/from-gguf.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { configFromGguf } from "./config-gguf.ts";
import { configFromHub } from "./config-hub.ts";
import type { DecoderConfig } from "./decoder-config.ts";
import { decoderTensors, requireTensors, separateRopeHalves } from "./decoder-tensors.ts";
import type { WeightsTensor } from "./weights-file.ts";

/** A model whose files are open; close it when the tensors are read. */
export interface ModelSource {
  readonly config: DecoderConfig;
  readonly tokenizer: Tokenizer;
  readonly tensors: readonly WeightsTensor[];
  close(): Promise<void>;
}

/**
 * Opens a `.gguf` file, a `.safetensors` file with config.json and tokenizer.json beside it, or a Hugging Face folder.
 *
 * @throws SeasError E_MODEL or E_FORMAT naming the file and what is wrong with it
 */
export async function openModelSource(path: string): Promise<ModelSource> {
  const source = path.endsWith(".gguf") ? await openGgufSource(path) : await openHubSource(path);
  if (source.tokenizer.vocabSize > source.config.vocabSize) {
    await source.close();
    throw new SeasError(
      "E_MODEL",
      `${path}: the tokenizer has ${source.tokenizer.vocabSize} tokens, the model ${source.config.vocabSize}`,
    );
  }
  return source;
}

/** GGUF's tensor of what each rotary frequency is divided by. */
const ropeFactors = "rope_freqs.weight";

async function openGgufSource(path: string): Promise<ModelSource> {
  const name = basename(path);
  const file = await openGguf(path);
  return closingOnError(file, async () => {
    const stored = file.tensors.has(ropeFactors) ? await file.readTensor(ropeFactors) : [];
    const config = configFromGguf(file.metadata, file.tensors, [...stored], name);
    const expected = decoderTensors(config);
    const mayIgnore = (tensor: string) => tensor === ropeFactors;
    requireTensors(name, expected, file.tensors, (tensor) => tensor.ggufName, mayIgnore);
    const tensors = expected.map((tensor) => ({
      name: tensor.name,
      shape: tensor.shape,
      read: async () => {
        const values = await file.readTensor(tensor.ggufName);
        return tensor.ropeHeads === 0 ? values : separateRopeHalves(values, tensor.ropeHeads, tensor.shape[1]!);
      },
    }));
    return { config, tokenizer: tokenizerFromGguf(file.metadata, name), tensors };
  });
}

async function openHubSource(path: string): Promise<ModelSource> {
  const single = path.endsWith(".safetensors");
  const folder = single ? dirname(path) : path;
  const config = configFromHub(await readConfig(join(folder, "config.json")), join(basename(folder), "config.json"));
  const tokenizer = await tokenizerFromFolder(folder);
  const file = single ? await openSafetensors(path) : await openSafetensorsFolder(folder);
  return closingOnError(file, async () => {
    const expected = decoderTensors(config);
    // A tied head may be stored all the same, and old checkpoints keep rope's table.
    const mayIgnore = (name: string) =>
      name.endsWith(".rotary_emb.inv_freq") || (config.tiedEmbeddings && name === "lm_head.weight");
    requireTensors(basename(path), expected, file.tensors, (tensor) => tensor.name, mayIgnore);
    const tensors = expected.map(({ name, shape, plusOne }) => ({
      name,
      shape,
      read: async () => {
        const values = await file.readTensor(name);
        return plusOne ? values.map((w) => 1 + w) : values;
      },
    }));
    return { config, tokenizer, tensors };
  });
}

async function closingOnError(
  file: { close(): Promise<void> },
  make: () => Promise<Omit<ModelSource, "close">>,
): Promise<ModelSource> {
  try {
    return { ...(await make()), close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readConfig(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new SeasError("E_MODEL", `${path} cannot be read: ${describeError(cause)}`, {
      hint: "safetensors need the model's config.json and tokenizer.json beside them",
      cause,
    });
  }
}
