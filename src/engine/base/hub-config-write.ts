/** config.json of a decoder, as transformers wants it: the inverse of configFromHub (decoder-config.ts). */
import type { DecoderConfig } from "./decoder-config.ts";

/** The object of config.json for float32 weights; rope's base stands in it where old and where new versions look. */
export function configToHub(config: DecoderConfig): Readonly<Record<string, unknown>> {
  return {
    architectures: ["LlamaForCausalLM"],
    model_type: config.architecture,
    hidden_act: "silu",
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
    rope_parameters: { rope_type: "default", rope_theta: config.ropeTheta },
    rms_norm_eps: config.rmsNormEps,
    max_position_embeddings: config.maxPositions,
    tie_word_embeddings: config.tiedEmbeddings,
    torch_dtype: "float32",
  };
}
