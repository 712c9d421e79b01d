/**
 * A layer of the llama family: a norm before attention and one before the MLP, each added to its input.
 * Llama (Touvron et al., 2302.13971) and Mistral (Jiang et al., 2310.06825) are this as it is; Qwen2 (2407.10671) has
 * biases on q, k and v, Qwen3 (2505.09388) a norm on each head's query and key, which linear layers and attention see to.
 */
import type { Node } from "../graph/node.ts";
import * as o from "../graph/ops.ts";
import type { Parts } from "./parts.ts";

/** (B·T, D) → (B·T, D), as LlamaDecoderLayer, MistralDecoderLayer, Qwen2DecoderLayer and Qwen3DecoderLayer. */
export function llamaLayer(p: Parts, x: Node, i: number): Node {
  const attended = o.add(x, p.attention(p.norm(x, `layers.${i}.input_layernorm`), i));
  return o.add(attended, p.mlp(p.norm(attended, `layers.${i}.post_attention_layernorm`), i, o.silu));
}
