/** The shape of a decoder from a Hugging Face config.json, with transformers' defaults for what it leaves out. */
import { z } from "zod";
import { type Architecture, bounded, type DecoderConfig, invalid, unsupported } from "./decoder-config.ts";
import { ropeFactorsOf } from "./rope-scaling.ts";

/** transformers' names of our families. */
const families: Readonly<Record<string, Architecture>> = {
  llama: "llama",
  mistral: "mistral",
  qwen2: "qwen2",
  qwen3: "qwen3",
  gemma3_text: "gemma3",
};

/** What transformers takes for a key that a family's file leaves out, where it is not the same for all. */
const defaults: Readonly<Record<Architecture, { readonly tied: boolean; readonly positions: number }>> = {
  llama: { tied: false, positions: 2048 },
  mistral: { tied: false, positions: 131_072 },
  qwen2: { tied: false, positions: 32_768 },
  qwen3: { tied: false, positions: 32_768 },
  gemma3: { tied: true, positions: 131_072 },
};

/** Keys that change the computation, and the one value of each that our decoders compute. */
const fixed: readonly (readonly [key: string, fine: unknown])[] = [
  ["attention_bias", false],
  ["mlp_bias", false],
  ["final_logit_softcapping", null],
  ["attn_logit_softcapping", null],
  ["use_bidirectional_attention", false],
];

const Rope = z.looseObject({ rope_theta: z.number().optional() });
const Scaling = Rope.nullish();

const HubConfig = z.looseObject({
  model_type: z.unknown(),
  vocab_size: z.unknown(),
  num_attention_heads: z.number(),
  hidden_size: z.number(),
  num_hidden_layers: z.number().int().min(1).max(1024),
  head_dim: z.number().nullish(),
  rope_theta: z.number().nullish(),
  rope_local_base_freq: z.number().nullish(),
  rope_scaling: Scaling,
  /** Gemma 3 has one for each kind of layer. */
  rope_parameters: z
    .looseObject({ rope_theta: z.number().optional(), full_attention: Scaling, sliding_attention: Scaling })
    .nullish(),
  query_pre_attn_scalar: z.number().positive().nullish(),
  sliding_window: z.number().nullish(),
  use_sliding_window: z.boolean().nullish(),
  max_window_layers: z.number().nullish(),
  sliding_window_pattern: z.number().int().positive().nullish(),
  layer_types: z.array(z.string()).nullish(),
});
type HubConfig = z.infer<typeof HubConfig>;

/**
 * @param json the object in config.json
 * @param source named in errors
 * @throws SeasError E_MODEL for another architecture, a missing or impossible number
 */
export function configFromHub(json: unknown, source: string): DecoderConfig {
  const type = typeof json === "object" && json !== null ? (json as Record<string, unknown>).model_type : undefined;
  const architecture = typeof type === "string" && Object.hasOwn(families, type) ? families[type] : undefined;
  if (architecture === undefined) throw unsupported(source, "model_type", type);
  const parsed = HubConfig.safeParse(json);
  if (!parsed.success) throw invalid(source, parsed.error);
  const config = parsed.data;
  for (const [key, fine] of fixed) if ((config[key] ?? fine) !== fine) throw unsupported(source, key, config[key]);
  const gemma = architecture === "gemma3";
  const activation = gemma ? ["hidden_activation", "gelu_pytorch_tanh"] : ["hidden_act", "silu"];
  const [key, fine] = activation as [string, string];
  if ((config[key] ?? fine) !== fine) throw unsupported(source, key, config[key]);

  const headDim = config.head_dim ?? (gemma ? 256 : config.hidden_size / config.num_attention_heads);
  const rope = config.rope_parameters?.full_attention ?? config.rope_parameters;
  const ropeTheta = rope?.rope_theta ?? config.rope_theta ?? (gemma ? 1e6 : 10_000);
  return bounded(source, {
    architecture,
    vocabSize: config.vocab_size,
    hiddenSize: config.hidden_size,
    intermediateSize: config.intermediate_size,
    layers: config.num_hidden_layers,
    heads: config.num_attention_heads,
    kvHeads: config.num_key_value_heads ?? config.num_attention_heads,
    headDim,
    attentionScale: (gemma ? (config.query_pre_attn_scalar ?? 256) : headDim) ** -0.5,
    ropeTheta,
    ropeFactors: ropeFactorsOf(config.rope_scaling ?? rope ?? {}, { headDim, ropeTheta }, source),
    local: windowOf(config, architecture, ropeTheta),
    rmsNormEps: config.rms_norm_eps ?? 1e-6,
    maxPositions: config.max_position_embeddings ?? defaults[architecture].positions,
    tiedEmbeddings: config.tie_word_embeddings ?? defaults[architecture].tied,
  });
}

/** Which layers have a window: by name where the file lists them, else by its family's rule. */
function windowOf(c: HubConfig, architecture: Architecture, ropeTheta: number): DecoderConfig["local"] {
  const window = c.sliding_window ?? (architecture === "gemma3" ? 4096 : undefined);
  if (window === undefined || architecture === "llama") return null;
  const isLocal = (i: number): boolean => {
    if (architecture === "mistral") return true;
    if (architecture !== "gemma3" && c.use_sliding_window !== true) return false;
    if (c.layer_types) return c.layer_types[i] === "sliding_attention";
    if (architecture === "gemma3") return (i + 1) % (c.sliding_window_pattern ?? 6) !== 0;
    return i >= (c.max_window_layers ?? 28);
  };
  const layers = Array.from({ length: c.num_hidden_layers }, (_, i) => i).filter(isLocal);
  if (layers.length === 0) return null;
  const gemmaTheta = c.rope_parameters?.sliding_attention?.rope_theta ?? c.rope_local_base_freq ?? 10_000;
  return { window, layers, ropeTheta: architecture === "gemma3" ? gemmaTheta : ropeTheta };
}
