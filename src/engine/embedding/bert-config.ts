/**
 * The numbers that define a BERT encoder, from its config.json, each bounded, and the tensors that go with them. What our
 * encoder does not compute is refused by name.
 */
import { z } from "zod";
import { SeasError } from "../../errors.ts";

/** The numbers that define an encoder. */
export interface BertConfig {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  /** Divides hiddenSize. */
  readonly heads: number;
  /** Most tokens of a text. */
  readonly maxPositions: number;
  readonly segments: number;
  readonly layerNormEps: number;
}

const size = (most: number) => z.number().int().min(1).max(most);

const ConfigJson = z
  .looseObject({
    model_type: z.literal("bert"),
    hidden_act: z.literal("gelu"),
    position_embedding_type: z.literal("absolute").default("absolute"),
    vocab_size: size(1 << 20),
    hidden_size: size(1 << 14),
    intermediate_size: size(1 << 16),
    num_hidden_layers: size(256),
    num_attention_heads: size(256),
    max_position_embeddings: size(1 << 16),
    type_vocab_size: size(1 << 10),
    layer_norm_eps: z.number().gt(0).max(0.1),
  })
  .refine((c) => c.hidden_size % c.num_attention_heads === 0, {
    message: "does not divide hidden_size",
    path: ["num_attention_heads"],
  });

/**
 * @param json what config.json holds
 * @param source named in errors
 * @throws SeasError E_MODEL for another kind of model, or a missing or impossible number
 */
export function bertConfig(json: unknown, source: string): BertConfig {
  const parsed = ConfigJson.safeParse(json);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw new SeasError("E_MODEL", `${source}: \`${path.join(".")}\`: ${message}`, { cause: parsed.error });
  }
  const c = parsed.data;
  return {
    vocabSize: c.vocab_size,
    hiddenSize: c.hidden_size,
    intermediateSize: c.intermediate_size,
    layers: c.num_hidden_layers,
    heads: c.num_attention_heads,
    maxPositions: c.max_position_embeddings,
    segments: c.type_vocab_size,
    layerNormEps: c.layer_norm_eps,
  };
}

/** Every tensor of the encoder under its Hugging Face name, [out, in] or [size]; the pooler is not used. */
export function bertTensors(c: BertConfig): { readonly name: string; readonly shape: readonly number[] }[] {
  const { hiddenSize: d, intermediateSize: f } = c;
  const linear = (name: string, inputs: number, outputs: number) => [
    { name: `${name}.weight`, shape: [outputs, inputs] },
    { name: `${name}.bias`, shape: [outputs] },
  ];
  const norm = (name: string) => [
    { name: `${name}.LayerNorm.weight`, shape: [d] },
    { name: `${name}.LayerNorm.bias`, shape: [d] },
  ];
  const layer = (i: number) => {
    const name = `encoder.layer.${i}`;
    return [
      ...["query", "key", "value"].flatMap((part) => linear(`${name}.attention.self.${part}`, d, d)),
      ...linear(`${name}.attention.output.dense`, d, d),
      ...norm(`${name}.attention.output`),
      ...linear(`${name}.intermediate.dense`, d, f),
      ...linear(`${name}.output.dense`, f, d),
      ...norm(`${name}.output`),
    ];
  };
  return [
    { name: "embeddings.word_embeddings.weight", shape: [c.vocabSize, d] },
    { name: "embeddings.position_embeddings.weight", shape: [c.maxPositions, d] },
    { name: "embeddings.token_type_embeddings.weight", shape: [c.segments, d] },
    ...norm("embeddings"),
    ...Array.from({ length: c.layers }, (_, i) => layer(i)).flat(),
  ];
}
