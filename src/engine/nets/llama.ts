/**
 * The llama decoder (Touvron et al., 2302.13971; grouped-query attention, half-split rotary embedding as in Hugging
 * Face's LlamaForCausalLM), written once with graph operations. Two ways through the same layers: over whole
 * sequences, with a derivative (training, scoring), and over a cache, without (generation).
 *
 * LoRA (Hu et al., 2106.09685) is part of the graph: its matrices are inputs in PEFT's orientation, A (r, in) and
 * B (out, r), so every adapter shares one session and one copy of the frozen base.
 */
import type { LlamaConfig } from "../base-model.ts";
import type { Node, Shape } from "../graph/node.ts";
import * as o from "../graph/ops.ts";

/** The linear layers of one decoder layer that carry LoRA, with their sizes. */
export function loraModules(
  c: LlamaConfig,
): { readonly name: string; readonly inputs: number; readonly outputs: number }[] {
  const q = c.heads * c.headDim;
  const kv = c.kvHeads * c.headDim;
  return Array.from({ length: c.layers }, (_, i) => [
    { name: `layers.${i}.self_attn.q_proj`, inputs: c.hiddenSize, outputs: q },
    { name: `layers.${i}.self_attn.k_proj`, inputs: c.hiddenSize, outputs: kv },
    { name: `layers.${i}.self_attn.v_proj`, inputs: c.hiddenSize, outputs: kv },
    { name: `layers.${i}.self_attn.o_proj`, inputs: q, outputs: c.hiddenSize },
    { name: `layers.${i}.mlp.gate_proj`, inputs: c.hiddenSize, outputs: c.intermediateSize },
    { name: `layers.${i}.mlp.up_proj`, inputs: c.hiddenSize, outputs: c.intermediateSize },
    { name: `layers.${i}.mlp.down_proj`, inputs: c.intermediateSize, outputs: c.hiddenSize },
  ]).flat();
}

/** The decoder's parts over one configuration; each call makes nodes, equal ones are merged when written. */
interface Parts {
  /** Every LoRA matrix that was used, by input name: `layers.0.self_attn.q_proj.lora_A`. */
  readonly lora: Map<string, Node>;
  linear(x: Node, name: string, outputs: number): Node;
  norm(x: Node, name: string): Node;
  embed(ids: Node): Node;
  /** LM head: (N, D) → logits (N, V). */
  head(x: Node): Node;
  mlp(x: Node, layer: number): Node;
}

function parts(c: LlamaConfig): Parts {
  const lora = new Map<string, Node>();
  const scale = o.input("lora_scale", []);
  const table = o.weight("model.embed_tokens.weight", [c.vocabSize, c.hiddenSize]);
  const matrix = (name: string, shape: Shape): Node => {
    const node = o.input(name, shape);
    lora.set(name, node);
    return node;
  };
  const linear = (x: Node, name: string, outputs: number): Node => {
    const inputs = x.shape[1]!;
    const a = matrix(`${name}.lora_A`, ["R", inputs]);
    const b = matrix(`${name}.lora_B`, [outputs, "R"]);
    const low = o.mul(o.matmul(x, a, { transB: true }), scale); // (N, R)
    const frozen = o.matmul(x, o.weight(`model.${name}.weight`, [outputs, inputs]), { transB: true });
    return o.add(frozen, o.matmul(low, b, { transB: true }));
  };
  const norm = (x: Node, name: string): Node =>
    o.rmsNorm(x, o.weight(`model.${name}.weight`, [c.hiddenSize]), c.rmsNormEps);
  return {
    lora,
    linear,
    norm,
    embed: (ids) => o.gatherRows(table, o.reshape(ids, ["BT"])),
    head: (x) =>
      o.matmul(x, c.tiedEmbeddings ? table : o.weight("lm_head.weight", [c.vocabSize, c.hiddenSize]), { transB: true }),
    mlp: (x, layer) => {
      const name = (part: string) => `layers.${layer}.mlp.${part}_proj`;
      const gate = o.silu(linear(x, name("gate"), c.intermediateSize));
      return linear(o.mul(gate, linear(x, name("up"), c.intermediateSize)), name("down"), c.hiddenSize);
    },
  };
}

export interface Sequences {
  /** Hidden states after `layers` decoder layers, before the final norm: (B·T, D). */
  readonly hidden: Node;
  /** Final norm and LM head on chosen rows: (N, D) → (N, V). */
  readonly logits: (rows: Node) => Node;
  readonly lora: ReadonlyMap<string, Node>;
}

/**
 * The decoder over whole sequences, padded on the right. Inputs: ids (B, T) int64, causal (T, T) with −1e9 above the
 * diagonal, rope_cos and rope_sin (T, headDim/2), lora_scale ().
 *
 * @param layers stop after so many layers; default all
 */
export function llamaSequences(c: LlamaConfig, layers: number = c.layers): Sequences {
  const p = parts(c);
  const ids = o.input("ids", ["B", "T"], "int64");
  const causal = o.input("causal", ["T", "T"]);
  const cos = o.input("rope_cos", ["T", c.headDim / 2]);
  const sin = o.input("rope_sin", ["T", c.headDim / 2]);
  const group = c.heads / c.kvHeads;
  const heads = (x: Node, n: number) => o.transpose(o.reshape(x, ["B", "T", n, c.headDim]), [0, 2, 1, 3]); // (B, n, T, D)

  let x = p.embed(ids); // (B·T, D)
  for (let i = 0; i < layers; i++) {
    const attn = `layers.${i}.self_attn`;
    const h = p.norm(x, `layers.${i}.input_layernorm`);
    const q = o.rope(heads(p.linear(h, `${attn}.q_proj`, c.heads * c.headDim), c.heads), cos, sin);
    const k = o.rope(heads(p.linear(h, `${attn}.k_proj`, c.kvHeads * c.headDim), c.kvHeads), cos, sin);
    const v = heads(p.linear(h, `${attn}.v_proj`, c.kvHeads * c.headDim), c.kvHeads);
    // Query heads of one key/value head lie side by side, so a group is one taller matrix.
    const grouped = o.reshape(o.mul(q, o.constant(c.headDim ** -0.5)), ["B", c.kvHeads, "GT", c.headDim]);
    const scores = o.reshape(o.matmul(grouped, k, { transB: true }), ["B", c.kvHeads, group, "T", "T"]);
    const weights = o.reshape(o.softmax(o.add(scores, causal)), ["B", c.kvHeads, "GT", "T"]);
    const mixed = o.reshape(o.matmul(weights, v), ["B", c.heads, "T", c.headDim]);
    const joined = o.reshape(o.transpose(mixed, [0, 2, 1, 3]), ["BT", c.heads * c.headDim]);
    x = o.add(x, p.linear(joined, `${attn}.o_proj`, c.hiddenSize));
    x = o.add(x, p.mlp(p.norm(x, `layers.${i}.post_attention_layernorm`), i));
  }
  return { hidden: x, logits: (rows) => p.head(p.norm(rows, "norm")), lora: p.lora };
}

export interface CachedStep {
  /** Logits at the row `last` of each sequence: (B, V). */
  readonly logits: Node;
  /** present_key.i and present_value.i, to be written over past_key.i and past_value.i: (B, KV, P, D). */
  readonly present: Readonly<Record<string, Node>>;
}

/**
 * The decoder over a cache. Inputs: ids (B, T) int64, last (B) int64 = row of B·T whose logits are wanted,
 * seq_lens (B) int32 = valid tokens after this step − 1, total_length () int32, rope_cos and rope_sin
 * (P, headDim/2), past_key.i and past_value.i (B, KV, P, D), lora_scale ().
 */
export function llamaCached(c: LlamaConfig): CachedStep {
  const p = parts(c);
  const cos = o.input("rope_cos", ["P", c.headDim / 2]);
  const sin = o.input("rope_sin", ["P", c.headDim / 2]);
  const seqLens = o.input("seq_lens", ["B"], "int32");
  const totalLength = o.input("total_length", [], "int32");
  const present: Record<string, Node> = {};
  const wide = (x: Node, n: number) => o.reshape(x, ["B", "T", n * c.headDim]);

  let x = p.embed(o.input("ids", ["B", "T"], "int64"));
  for (let i = 0; i < c.layers; i++) {
    const attn = `layers.${i}.self_attn`;
    const h = p.norm(x, `layers.${i}.input_layernorm`);
    const past = (what: string) => o.input(`past_${what}.${i}`, ["B", c.kvHeads, "P", c.headDim]);
    const attention = o.cachedAttention(
      {
        query: wide(p.linear(h, `${attn}.q_proj`, c.heads * c.headDim), c.heads),
        key: wide(p.linear(h, `${attn}.k_proj`, c.kvHeads * c.headDim), c.kvHeads),
        value: wide(p.linear(h, `${attn}.v_proj`, c.kvHeads * c.headDim), c.kvHeads),
        pastKey: past("key"),
        pastValue: past("value"),
        seqLens,
        totalLength,
        cos,
        sin,
      },
      c.heads,
      c.kvHeads,
    );
    present[`present_key.${i}`] = attention.presentKey;
    present[`present_value.${i}`] = attention.presentValue;
    const joined = o.reshape(attention.output, ["BT", c.heads * c.headDim]);
    x = o.add(x, p.linear(joined, `${attn}.o_proj`, c.hiddenSize));
    x = o.add(x, p.mlp(p.norm(x, `layers.${i}.post_attention_layernorm`), i));
  }
  const rows = o.gatherRows(x, o.input("last", ["B"], "int64"));
  return { logits: p.head(p.norm(rows, "norm")), present };
}

/** cos and sin of the rotary angles of positions 0 … length − 1: (length, headDim/2) each. */
export function ropeTables(c: LlamaConfig, length: number): { readonly cos: Float32Array; readonly sin: Float32Array } {
  const half = c.headDim / 2;
  const cos = new Float32Array(length * half);
  const sin = new Float32Array(length * half);
  for (let t = 0; t < length; t++) {
    for (let i = 0; i < half; i++) {
      const angle = t * c.ropeTheta ** (-i / half);
      cos[t * half + i] = Math.cos(angle);
      sin[t * half + i] = Math.sin(angle);
    }
  }
  return { cos, sin };
}
