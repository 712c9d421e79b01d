/** config.json of a decoder that came from a GGUF file, as transformers wants it: the inverse of configFromHub (config-hub.ts). */
import { SeasError } from "../../errors.ts";
import type { Architecture, DecoderConfig } from "./decoder-config.ts";

/** transformers' names of a family: model_type, and the class of its causal language model. */
const names: Readonly<Record<Architecture, readonly [type: string, model: string]>> = {
  llama: ["llama", "LlamaForCausalLM"],
  mistral: ["mistral", "MistralForCausalLM"],
  qwen2: ["qwen2", "Qwen2ForCausalLM"],
  qwen3: ["qwen3", "Qwen3ForCausalLM"],
  gemma3: ["gemma3_text", "Gemma3ForCausalLM"],
};

/**
 * The object of config.json for float32 weights; rope's base stands in it where old and where new versions look.
 *
 * @throws SeasError E_MODEL for rotary frequencies that are not all divided alike: no key of config.json says that
 */
export function configToHub(config: DecoderConfig): Readonly<Record<string, unknown>> {
  const [type, model] = names[config.architecture];
  const gemma = config.architecture === "gemma3";
  const rope = ropeOf(config);
  const activation = gemma
    ? {
        hidden_activation: "gelu_pytorch_tanh",
        query_pre_attn_scalar: Math.round(1e6 * config.attentionScale ** -2) / 1e6,
      }
    : { hidden_act: "silu" };
  return {
    architectures: [model],
    model_type: type,
    ...activation,
    attention_bias: false,
    mlp_bias: false,
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.kvHeads,
    head_dim: config.headDim,
    rope_theta: config.ropeTheta,
    ...(gemma ? gemmaRope(config, rope) : { rope_parameters: rope }),
    ...windowKeys(config),
    rms_norm_eps: config.rmsNormEps,
    max_position_embeddings: config.maxPositions,
    tie_word_embeddings: config.tiedEmbeddings,
    torch_dtype: "float32",
  };
}

function ropeOf({ ropeTheta, ropeFactors: [factor = 1, ...others] }: DecoderConfig) {
  if (others.some((other) => other !== factor)) {
    throw new SeasError(
      "E_MODEL",
      "the rotary frequencies of this GGUF file are scaled in a way that config.json cannot say",
      {
        hint: "take the model's Hugging Face folder as the base",
      },
    );
  }
  if (factor === 1) return { rope_type: "default", rope_theta: ropeTheta };
  return { rope_type: "linear", rope_theta: ropeTheta, factor };
}

function gemmaRope({ local }: DecoderConfig, full: ReturnType<typeof ropeOf>) {
  const theta = local?.ropeTheta ?? 10_000;
  return {
    rope_local_base_freq: theta,
    rope_parameters: { full_attention: full, sliding_attention: { rope_type: "default", rope_theta: theta } },
  };
}

function windowKeys({ architecture, local, layers }: DecoderConfig): Readonly<Record<string, unknown>> {
  if (architecture === "llama") return {};
  const kind = (i: number) => (local?.layers.includes(i) ? "sliding_attention" : "full_attention");
  const listed = { layer_types: Array.from({ length: layers }, (_, i) => kind(i)) };
  if (local === null) return architecture === "gemma3" ? listed : { sliding_window: null, use_sliding_window: false };
  const window = { sliding_window: local.window };
  return architecture === "mistral" ? window : { ...window, ...listed, use_sliding_window: true };
}
