/**
 * Causal self-attention with grouped queries (Ainslie et al., 2305.13245) and rotary positions, over whole sequences or
 * behind a cache; in layers with a window, over the last tokens only. Families with a norm for each head's query and key
 * (Qwen3, Gemma 3) have it before the positions turn them.
 */
import type { Node } from "../graph/node.ts";
import * as o from "../graph/ops.ts";
import type { Parts } from "./parts.ts";

/**
 * (B·T, D) → (B·T, D). Inputs: positions (B, T) int64, mask (B, 1, 1, T, T) with −1e9 where a token must not look,
 * rope_cos and rope_sin (L, headDim/2); over a cache also past_key.i and past_value.i (1 or B, KV, 1, P, headDim) and
 * past_mask (B, 1, 1, 1, P). A layer with a window has masks and tables of its own, `…_local`, and past_mask_local is
 * (B, 1, 1, T, P), as each token's window begins elsewhere.
 */
export function attention(p: Parts, x: Node, layer: number): Node {
  const { heads, kvHeads, headDim, attentionScale, architecture, local } = p.config;
  const attn = `layers.${layer}.self_attn`;
  const windowed = local?.layers.includes(layer) === true;
  const suffix = windowed ? "_local" : "";
  const positions = o.input("positions", ["B", "T"], "int64");
  const mask = o.input(`mask${suffix}`, ["B", 1, 1, "T", "T"]);
  const cos = o.input(`rope_cos${suffix}`, ["L", headDim / 2]);
  const sin = o.input(`rope_sin${suffix}`, ["L", headDim / 2]);
  const group = heads / kvHeads;
  const split = (part: string, n: number) => o.reshape(p.linear(x, `${attn}.${part}_proj`), ["B", "T", n, headDim]);
  const hasNorms = architecture === "qwen3" || architecture === "gemma3";
  const turned = (part: string, n: number) => {
    const states = hasNorms ? p.norm(split(part, n), `${attn}.${part}_norm`) : split(part, n);
    return o.rope(o.transpose(states, [0, 2, 1, 3]), positions, cos, sin); // (B, n, T, D)
  };

  const q = turned("q", heads);
  const k = turned("k", kvHeads);
  const v = o.transpose(split("v", kvHeads), [0, 2, 1, 3]);
  p.fresh[`key.${layer}`] = k;
  p.fresh[`value.${layer}`] = v;
  const scaled = o.mul(q, o.constant(attentionScale));
  // Query heads of one key/value head lie side by side, so a group is one taller matrix.
  const grouped = o.reshape(scaled, ["B", kvHeads, "GT", headDim]);
  const own = o.add(o.reshape(o.matmul(grouped, k, { transB: true }), ["B", kvHeads, group, "T", "T"]), mask);
  const mix = (weights: Node) => o.matmul(o.reshape(weights, ["B", kvHeads, "GT", "T"]), v); // (B, KV, G·T, D)
  let mixed: Node;
  if (p.cached) {
    // A cache is read by one token at a time, and by one head: three rows would have it rearranged first.
    const past = (what: string) => o.input(`past_${what}.${layer}`, ["PB", kvHeads, 1, "P", headDim]);
    const pastMask = o.input(`past_mask${suffix}`, ["B", 1, 1, windowed ? "T" : 1, "P"]);
    const single = o.reshape(scaled, ["B", kvHeads, group, "T", headDim]);
    const before = o.add(o.matmul(single, past("key"), { transB: true }), pastMask);
    const both = o.softmax(o.concat(before, own, "PT"));
    const fromPast = o.matmul(o.slice(both, { end: "P" }, "P"), past("value")); // (B, KV, G, T, D)
    mixed = o.add(o.reshape(fromPast, ["B", kvHeads, "GT", headDim]), mix(o.slice(both, { start: "P" }, "T")));
  } else mixed = mix(o.softmax(own));
  const perHead = o.reshape(mixed, ["B", heads, "T", headDim]);
  const joined = o.reshape(o.transpose(perHead, [0, 2, 1, 3]), ["BT", heads * headDim]);
  return p.linear(joined, `${attn}.o_proj`);
}
