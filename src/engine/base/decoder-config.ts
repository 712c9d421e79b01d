/**
 * The shape of a llama decoder, from GGUF metadata or a Hugging Face config.json, with every number bounded.
 * What our decoder does not compute (scaled rope, biases, other activations) is refused by name rather than ignored.
 */
import { z } from "zod";
import { SeasError } from "../../errors.ts";

/** The numbers that define a llama decoder. */
export interface DecoderConfig {
  readonly architecture: "llama";
  readonly vocabSize: number;
  /** heads × headDim */
  readonly hiddenSize: number;
  /** Width of gate, up and down. */
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  /** Divides heads. */
  readonly kvHeads: number;
  /** Even: rope turns pairs. */
  readonly headDim: number;
  readonly ropeTheta: number;
  readonly rmsNormEps: number;
  /** Longest context the model was made for, tokens. */
  readonly maxPositions: number;
  /** The head is the embedding. */
  readonly tiedEmbeddings: boolean;
}

const size = (most: number) => z.number().int().min(1).max(most);

const Bounded = z.object({
  architecture: z.literal("llama"),
  vocabSize: size(1 << 20),
  hiddenSize: size(1 << 16),
  intermediateSize: size(1 << 18),
  layers: size(1024),
  heads: size(1024),
  kvHeads: size(1024),
  headDim: size(1024),
  ropeTheta: z.number().min(1).max(1e12),
  rmsNormEps: z.number().gt(0).max(0.1),
  maxPositions: size(1 << 26),
  tiedEmbeddings: z.boolean(),
});

/**
 * @param metadata the key-value pairs of a GGUF file
 * @param tensors their shapes: the file says by `output.weight` whether the head is its own, and by the embedding how
 *   large the vocabulary is
 * @param source named in errors
 * @throws SeasError E_MODEL for another architecture, a missing or impossible number
 */
export function configFromGguf(
  metadata: ReadonlyMap<string, unknown>,
  tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>,
  source: string,
): DecoderConfig {
  const architecture = metadata.get("general.architecture");
  if (architecture !== "llama") throw unsupported(source, "general.architecture", architecture);
  const scaling = metadata.get("llama.rope.scaling.type");
  if (scaling !== undefined && scaling !== "none") throw unsupported(source, "llama.rope.scaling.type", scaling);
  const number = (key: string, otherwise?: number) => {
    const value = metadata.get(`llama.${key}`) ?? otherwise;
    return typeof value === "bigint" ? Number(value) : value;
  };
  const heads = number("attention.head_count");
  const hiddenSize = number("embedding_length");
  return bounded(source, {
    architecture,
    vocabSize: tensors.get("token_embd.weight")?.shape[0] ?? number("vocab_size"),
    hiddenSize,
    intermediateSize: number("feed_forward_length"),
    layers: number("block_count"),
    heads,
    kvHeads: number("attention.head_count_kv") ?? heads,
    headDim: number("rope.dimension_count") ?? number("attention.key_length") ?? Number(hiddenSize) / Number(heads),
    ropeTheta: number("rope.freq_base", 10_000),
    rmsNormEps: number("attention.layer_norm_rms_epsilon"),
    maxPositions: number("context_length"),
    tiedEmbeddings: !tensors.has("output.weight"),
  });
}

const Rope = z
  .looseObject({ rope_theta: z.number().optional(), rope_type: z.string().optional(), type: z.string().optional() })
  .nullish();

const HubConfig = z.looseObject({
  model_type: z.unknown(),
  vocab_size: z.unknown(),
  num_attention_heads: z.number(),
  hidden_size: z.number(),
  rope_theta: z.number().nullish(),
  rope_scaling: Rope,
  rope_parameters: Rope,
});

/**
 * @param json the object in config.json
 * @param source named in errors
 * @throws SeasError E_MODEL for another architecture, a missing or impossible number
 */
export function configFromHub(json: unknown, source: string): DecoderConfig {
  const type = typeof json === "object" && json !== null ? (json as Record<string, unknown>).model_type : undefined;
  if (type !== "llama") throw unsupported(source, "model_type", type);
  const parsed = HubConfig.safeParse(json);
  if (!parsed.success) throw invalid(source, parsed.error);
  const config = parsed.data;
  for (const [key, fine] of [
    ["hidden_act", "silu"],
    ["attention_bias", false],
    ["mlp_bias", false],
  ] as const) {
    if ((config[key] ?? fine) !== fine) throw unsupported(source, key, config[key]);
  }
  for (const rope of [config.rope_scaling, config.rope_parameters]) {
    const kind = rope?.rope_type ?? rope?.type ?? "default";
    if (kind !== "default") throw unsupported(source, "rope_type", kind);
  }
  return bounded(source, {
    architecture: type,
    vocabSize: config.vocab_size,
    hiddenSize: config.hidden_size,
    intermediateSize: config.intermediate_size,
    layers: config.num_hidden_layers,
    heads: config.num_attention_heads,
    kvHeads: config.num_key_value_heads ?? config.num_attention_heads,
    headDim: config.head_dim ?? config.hidden_size / config.num_attention_heads,
    ropeTheta: config.rope_parameters?.rope_theta ?? config.rope_theta ?? 10_000,
    rmsNormEps: config.rms_norm_eps ?? 1e-6,
    maxPositions: config.max_position_embeddings ?? 2048,
    tiedEmbeddings: config.tie_word_embeddings ?? false,
  });
}

function bounded(source: string, given: Readonly<Record<string, unknown>>): DecoderConfig {
  const parsed = Bounded.safeParse(given);
  if (!parsed.success) throw invalid(source, parsed.error);
  const config = parsed.data;
  const { hiddenSize, heads, headDim, kvHeads } = config;
  const broken = (what: string) => new SeasError("E_MODEL", `${source}: ${what}`);
  if (heads * headDim !== hiddenSize)
    throw broken(`${heads} heads of ${headDim} do not make a hidden size of ${hiddenSize}`);
  if (heads % kvHeads !== 0) throw broken(`${heads} heads cannot share ${kvHeads} key-value heads`);
  if (headDim % 2 !== 0) throw broken(`the head size ${headDim} is odd`);
  return config;
}

function invalid(source: string, error: z.ZodError): SeasError {
  const issue = error.issues[0];
  return new SeasError("E_MODEL", `${source}: \`${issue?.path.join(".")}\`: ${issue?.message ?? "invalid"}`, {
    cause: error,
  });
}

function unsupported(source: string, key: string, value: unknown): SeasError {
  return new SeasError(
    "E_MODEL",
    `${source}: ${key} is ${JSON.stringify(value) ?? "missing"}, which is not supported`,
    {
      hint: "llama decoders without biases and with plain rope are, e.g. SmolLM2",
    },
  );
}
