/**
 * A layer of Gemma 3 (2503.19786): norms before and after attention and the MLP, GELU in the MLP's gate, five layers with a
 * window to one without. Its norms multiply with 1 + w, which is how the weights file holds them.
 */
import type { DecoderConfig } from "../base-model.ts";
import type { Node } from "../graph/node.ts";
import * as o from "../graph/ops.ts";
import type { Parts } from "./parts.ts";

/** (B·T, D) → (B·T, D), as Gemma3DecoderLayer. */
export function gemma3Layer(p: Parts, x: Node, i: number): Node {
  const norm = (states: Node, name: string) => p.norm(states, `layers.${i}.${name}_layernorm`);
  const attended = o.add(x, norm(p.attention(norm(x, "input"), i), "post_attention"));
  const mixed = p.mlp(norm(attended, "pre_feedforward"), i, o.gelu);
  return o.add(attended, norm(mixed, "post_feedforward"));
}

/** Embeddings are made as large as the residual stream wants them: times √D. */
export function gemma3Embedding(p: Parts, ids: Node, c: DecoderConfig): Node {
  return o.mul(p.embed(ids), o.constant(Math.sqrt(c.hiddenSize)));
}
