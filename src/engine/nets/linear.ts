/** The linear layers of a decoder: which there are, and their frozen matrices in float32 or 8 bits. */
import type { DecoderConfig } from "../base-model.ts";
import type { Node, Shape } from "../graph/node.ts";
import * as o from "../graph/ops.ts";

/** In which numbers the frozen matrices are kept and multiplied. */
export type Precision = "float32" | "int8";

/** What is trained: LoRA beside a frozen base, or every weight of the base. */
export type Trainable = "lora" | "all";

/** A tensor of the base by its Hugging Face name: frozen, or an input where all are trained. */
export type Weight = (name: string, shape: Shape) => Node;

/** A linear layer. */
export interface LinearLayer {
  readonly name: string;
  /** Of the decoder, from 0. */
  readonly layer: number;
  readonly inputs: number;
  readonly outputs: number;
  /** Name of what it reads; layers with the same one read the same values. */
  readonly reads: string;
  readonly bias: boolean;
  /** Whether it reads what a norm gives, where all rows are of one size. */
  readonly normed: boolean;
}

/** The linear layers of the decoder layers, which carry LoRA, with their sizes. */
export function loraModules(c: DecoderConfig): LinearLayer[] {
  const { hiddenSize: h, intermediateSize: f } = c;
  const q = c.heads * c.headDim;
  const kv = c.kvHeads * c.headDim;
  const bias = c.architecture === "qwen2";
  return Array.from({ length: c.layers }, (_, i) => {
    const [attn, mlp] = [`layers.${i}.self_attn`, `layers.${i}.mlp`];
    const behindNorm = { layer: i, inputs: h, normed: true };
    const other = { layer: i, outputs: h, normed: false, bias: false };
    return [
      { name: `${attn}.q_proj`, ...behindNorm, reads: attn, outputs: q, bias },
      { name: `${attn}.k_proj`, ...behindNorm, reads: attn, outputs: kv, bias },
      { name: `${attn}.v_proj`, ...behindNorm, reads: attn, outputs: kv, bias },
      { name: `${attn}.o_proj`, ...other, reads: `${attn}.o_proj`, inputs: q },
      { name: `${mlp}.gate_proj`, ...behindNorm, reads: mlp, outputs: f, bias: false },
      { name: `${mlp}.up_proj`, ...behindNorm, reads: mlp, outputs: f, bias: false },
      { name: `${mlp}.down_proj`, ...other, reads: `${mlp}.down_proj`, inputs: f },
    ];
  }).flat();
}

/** The LM head as a linear layer behind the others: (N, D) → (N, V). */
export function headLayer(c: DecoderConfig): LinearLayer {
  const name = c.tiedEmbeddings ? "embed_tokens" : "lm_head";
  // Sampling divides what the norm gives by the temperature.
  const sizes = { inputs: c.hiddenSize, outputs: c.vocabSize };
  return { name, layer: c.layers, ...sizes, reads: "lm_head", bias: false, normed: false };
}

/** Names of a linear layer's float32 matrix, and of what its 8-bit form is made of. */
export function int8Layer({ name, inputs, outputs, reads, normed }: LinearLayer): o.Int8Layer {
  const matrix = name === "lm_head" ? "lm_head.weight" : `model.${name}.weight`;
  return {
    name: matrix,
    inputs,
    outputs,
    smooth: `model.${reads}.int8.smooth`,
    fixedStep: normed,
    backInt8: reads !== "lm_head",
  };
}

/** x · Wᵀ: (N, in) → (N, out). */
export function product(x: Node, layer: LinearLayer, precision: Precision, weight: Weight): Node {
  const int8 = int8Layer(layer);
  if (precision === "int8") return o.int8Linear(x, int8);
  return o.matmul(x, weight(int8.name, [layer.outputs, layer.inputs]), { transB: true });
}
