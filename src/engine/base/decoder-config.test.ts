/** Shapes from both kinds of files; hostile and unsupported ones refused by name. */
import { describe, expect, it } from "vitest";
import { configFromGguf } from "./config-gguf.ts";
import { configFromHub } from "./config-hub.ts";

const gguf: Readonly<Record<string, unknown>> = {
  "general.architecture": "llama",
  "llama.block_count": 30,
  "llama.context_length": 8192,
  "llama.embedding_length": 576,
  "llama.feed_forward_length": 1536,
  "llama.attention.head_count": 9,
  "llama.attention.head_count_kv": 3,
  "llama.rope.freq_base": 100000,
  "llama.rope.dimension_count": 64,
  "llama.attention.layer_norm_rms_epsilon": 1e-5,
};
const hub = {
  model_type: "llama",
  hidden_act: "silu",
  vocab_size: 49152,
  hidden_size: 576,
  intermediate_size: 1536,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  max_position_embeddings: 8192,
  rms_norm_eps: 1e-5,
  rope_theta: 100000,
  rope_scaling: null,
  tie_word_embeddings: true,
};
const tensors = new Map([["token_embd.weight", { shape: [49152, 576] }]]);
const fromGguf = (over: Record<string, unknown>) =>
  configFromGguf(new Map(Object.entries({ ...gguf, ...over })), tensors, [], "m.gguf");
const fromHub = (over: Record<string, unknown>) => configFromHub({ ...hub, ...over }, "config.json");

describe("configFromGguf and configFromHub", () => {
  it("agree on one model", () => {
    expect(fromGguf({})).toEqual(fromHub({}));
    expect(
      fromHub({ rope_theta: undefined, rope_parameters: { rope_type: "default", rope_theta: 100000 }, head_dim: 64 }),
    ).toEqual(fromHub({}));
  });

  it("agree on a Gemma 3, which has a window in five layers of six", () => {
    const ofGguf = new Map(
      Object.entries({
        "general.architecture": "gemma3",
        "gemma3.block_count": 8,
        "gemma3.context_length": 32768,
        "gemma3.embedding_length": 640,
        "gemma3.feed_forward_length": 2048,
        "gemma3.attention.head_count": 4,
        "gemma3.attention.head_count_kv": 1,
        "gemma3.attention.key_length": 256,
        "gemma3.attention.layer_norm_rms_epsilon": 1e-6,
        "gemma3.attention.sliding_window": 512,
        "gemma3.rope.freq_base": 1e6,
      }),
    );
    const shapes = new Map([["token_embd.weight", { shape: [262144, 640] }]]);
    const config = configFromGguf(ofGguf, shapes, [], "g.gguf");
    expect(config.local).toEqual({ window: 512, layers: [0, 1, 2, 3, 4, 6, 7], ropeTheta: 10_000 });
    const json = {
      model_type: "gemma3_text",
      hidden_activation: "gelu_pytorch_tanh",
      vocab_size: 262144,
      hidden_size: 640,
      intermediate_size: 2048,
      num_hidden_layers: 8,
      num_attention_heads: 4,
      num_key_value_heads: 1,
      head_dim: 256,
      max_position_embeddings: 32768,
      sliding_window: 512,
      rope_theta: 1e6,
      rope_local_base_freq: 10_000,
    };
    expect(configFromHub(json, "config.json")).toEqual(config);
  });

  it("see windows by each family's rule", () => {
    const windows = (over: Record<string, unknown>) => fromHub({ num_hidden_layers: 4, ...over }).local?.layers;
    expect(windows({ model_type: "mistral", sliding_window: 64 })).toEqual([0, 1, 2, 3]);
    expect(windows({ model_type: "mistral", sliding_window: null })).toBeUndefined();
    expect(windows({ model_type: "qwen2", sliding_window: 64, use_sliding_window: false })).toBeUndefined();
    const used = { model_type: "qwen2", sliding_window: 64, use_sliding_window: true };
    expect(windows({ ...used, max_window_layers: 3 })).toEqual([3]);
    const layer_types = ["sliding_attention", "full_attention", "sliding_attention", "full_attention"];
    expect(windows({ ...used, layer_types })).toEqual([0, 2]);
  });

  it("see a head of its own", () => {
    expect(
      configFromGguf(
        new Map(Object.entries(gguf)),
        new Map([...tensors, ["output.weight", { shape: [49152, 576] }]]),
        [],
        "m",
      ).tiedEmbeddings,
    ).toBe(false);
  });

  it.each<[string, Record<string, unknown>]>([
    ['m.gguf: general.architecture is "gemma2", which is not supported', { "general.architecture": "gemma2" }],
    ['m.gguf: llama.rope.scaling.type is "yarn", which is not supported', { "llama.rope.scaling.type": "yarn" }],
    ["m.gguf: `layers`", { "llama.block_count": 4294967295 }],
    ["m.gguf: `layers`", { "llama.block_count": undefined }],
    ["m.gguf: `rmsNormEps`", { "llama.attention.layer_norm_rms_epsilon": Number.NaN }],
    ["m.gguf: `ropeTheta`", { "llama.rope.freq_base": -1 }],
    ["m.gguf: 9 heads cannot share 4 key-value heads", { "llama.attention.head_count_kv": 4 }],
    ["m.gguf: `heads`", { "llama.attention.head_count": 0 }],
  ])("refuses GGUF: %s", (message, over) => {
    expect(() => fromGguf(over)).toThrow(message);
  });

  it.each<[string, Record<string, unknown>]>([
    ['config.json: model_type is "gemma2"', { model_type: "gemma2" }],
    ['config.json: hidden_act is "gelu"', { hidden_act: "gelu" }],
    ["config.json: attention_bias is true", { attention_bias: true }],
    ['config.json: rope_type is "yarn"', { rope_scaling: { rope_type: "yarn", factor: 8 } }],
    ["config.json: `low_freq_factor`", { rope_scaling: { rope_type: "llama3", factor: 8 } }],
    ['config.json: hidden_activation is "silu"', { model_type: "gemma3_text", hidden_activation: "silu" }],
    ["config.json: final_logit_softcapping is 30", { model_type: "gemma3_text", final_logit_softcapping: 30 }],
    ["config.json: `vocabSize`", { vocab_size: 1e12 }],
    ["config.json: `num_attention_heads`", { num_attention_heads: "9" }],
  ])("refuses config.json: %s", (message, over) => {
    expect(() => fromHub(over)).toThrow(message);
  });
});
