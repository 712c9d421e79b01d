/** The shape of a decoder from the metadata of a GGUF file, whose keys begin with the architecture. */
import { type Architecture, bounded, type DecoderConfig, unsupported } from "./decoder-config.ts";

/** GGUF's names of our families; Mistral's files call themselves llama. */
const families: Readonly<Record<string, Architecture>> = {
  llama: "llama",
  qwen2: "qwen2",
  qwen3: "qwen3",
  gemma3: "gemma3",
};

/**
 * @param metadata the key-value pairs of a GGUF file
 * @param tensors their shapes: the file says by `output.weight` whether the head is its own, and by the embedding how
 *   large the vocabulary is
 * @param ropeFactors values of the file's tensor `rope_freqs.weight`, if it has one
 * @param source named in errors
 * @throws SeasError E_MODEL for another architecture, a missing or impossible number
 */
export function configFromGguf(
  metadata: ReadonlyMap<string, unknown>,
  tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>,
  ropeFactors: readonly number[],
  source: string,
): DecoderConfig {
  const name = metadata.get("general.architecture");
  const architecture = typeof name === "string" && Object.hasOwn(families, name) ? families[name] : undefined;
  if (architecture === undefined) throw unsupported(source, "general.architecture", name);
  const number = (key: string, otherwise?: number) => {
    const value = metadata.get(`${architecture}.${key}`) ?? otherwise;
    return typeof value === "bigint" ? Number(value) : value;
  };
  const heads = number("attention.head_count");
  const hiddenSize = number("embedding_length");
  const headDim =
    number("rope.dimension_count") ?? number("attention.key_length") ?? Number(hiddenSize) / Number(heads);
  const layers = number("block_count");
  return bounded(source, {
    architecture,
    vocabSize: tensors.get("token_embd.weight")?.shape[0] ?? number("vocab_size"),
    hiddenSize,
    intermediateSize: number("feed_forward_length"),
    layers,
    heads,
    kvHeads: number("attention.head_count_kv") ?? heads,
    headDim,
    attentionScale: Number(headDim) ** -0.5,
    ropeTheta: number("rope.freq_base", architecture === "gemma3" ? 1e6 : 10_000),
    ropeFactors: scaledBy(metadata, architecture, Number(headDim), ropeFactors, source),
    local: architecture === "gemma3" ? gemmaWindow(number, Number(layers)) : null,
    rmsNormEps: number("attention.layer_norm_rms_epsilon"),
    maxPositions: number("context_length"),
    tiedEmbeddings: !tensors.has("output.weight"),
  });
}

/** Each sixth layer of Gemma 3 sees everything. */
function gemmaWindow(number: (key: string, otherwise?: number) => unknown, layers: number): DecoderConfig["local"] {
  const local = Array.from({ length: Math.min(layers, 1024) || 0 }, (_, i) => i).filter((i) => (i + 1) % 6 !== 0);
  const ropeTheta = number("rope.freq_base_swa", 10_000) as number;
  return { window: number("attention.sliding_window") as number, layers: local, ropeTheta };
}

function scaledBy(
  metadata: ReadonlyMap<string, unknown>,
  architecture: Architecture,
  headDim: number,
  stored: readonly number[],
  source: string,
): readonly number[] {
  const key = `${architecture}.rope.scaling.type`;
  const kind = metadata.get(key) ?? "none";
  if (kind === "none") return stored;
  if (kind !== "linear") throw unsupported(source, key, kind);
  return new Array<number>(Math.floor(headDim / 2)).fill(Number(metadata.get(`${architecture}.rope.scaling.factor`)));
}
