/**
 * The llama decoder (Touvron et al., 2302.13971; grouped-query attention, half-split rotary embedding as in Hugging
 * Face's LlamaForCausalLM), written once with graph operations: over whole sequences, with a derivative (training,
 * scoring), or after a cache, without (generation).
 *
 * LoRA (Hu et al., 2106.09685) is part of the graph: its matrices are inputs in PEFT's orientation, A (r, in) and
 * B (out, r), so every adapter shares one session and one copy of the frozen base. The frozen matrices are multiplied
 * in float32 or in 8-bit integers; LoRA, norms, attention and the loss are float32 always.
 */
import type { DecoderConfig } from "../base-model.ts";
import type { Node, Shape } from "../graph/node.ts";
import * as o from "../graph/ops.ts";

/** In which numbers the frozen matrices are kept and multiplied. */
export type Precision = "float32" | "int8";

/** A linear layer. */
export interface LinearLayer {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Name of what it reads; layers with the same one read the same values. */
  readonly reads: string;
}

/** The linear layers of the decoder layers, which carry LoRA, with their sizes. */
export function loraModules(c: DecoderConfig): LinearLayer[] {
  const q = c.heads * c.headDim;
  const kv = c.kvHeads * c.headDim;
  return Array.from({ length: c.layers }, (_, i) => [
    ...["q", "k", "v"].map((part) => ({
      name: `layers.${i}.self_attn.${part}_proj`,
      inputs: c.hiddenSize,
      outputs: part === "q" ? q : kv,
      reads: `layers.${i}.self_attn`,
    })),
    {
      name: `layers.${i}.self_attn.o_proj`,
      inputs: q,
      outputs: c.hiddenSize,
      reads: `layers.${i}.self_attn.o_proj`,
    },
    ...["gate", "up"].map((part) => ({
      name: `layers.${i}.mlp.${part}_proj`,
      inputs: c.hiddenSize,
      outputs: c.intermediateSize,
      reads: `layers.${i}.mlp`,
    })),
    {
      name: `layers.${i}.mlp.down_proj`,
      inputs: c.intermediateSize,
      outputs: c.hiddenSize,
      reads: `layers.${i}.mlp.down_proj`,
    },
  ]).flat();
}

/** The LM head as a linear layer: (N, D) → (N, V). */
export function headLayer(c: DecoderConfig): LinearLayer {
  const name = c.tiedEmbeddings ? "embed_tokens" : "lm_head";
  return { name, inputs: c.hiddenSize, outputs: c.vocabSize, reads: "lm_head" };
}

/** Names of a linear layer's float32 matrix, and of what its 8-bit form is made of. */
export function int8Layer({ name, inputs, outputs, reads }: LinearLayer): o.Int8Layer {
  const matrix = name === "lm_head" ? "lm_head.weight" : `model.${name}.weight`;
  return { name: matrix, inputs, outputs, smooth: `model.${reads}.int8.smooth` };
}

function frozen(x: Node, layer: LinearLayer, precision: Precision): Node {
  const int8 = int8Layer(layer);
  if (precision === "int8") return o.int8Linear(x, int8);
  return o.matmul(x, o.weight(int8.name, [layer.outputs, layer.inputs]), { transB: true });
}

/** The LM head over what the final norm gives: (N, D) → logits (N, V). */
export function lmHead(c: DecoderConfig, x: Node, precision: Precision): Node {
  return frozen(x, headLayer(c), precision);
}

/** The decoder's parts over one configuration; each call makes nodes, equal ones are merged when written. */
interface Parts {
  /** Every LoRA matrix that was used, by input name: `layers.0.self_attn.q_proj.lora_A`. */
  readonly lora: Map<string, Node>;
  /** What the linear layers read, by {@link LinearLayer.reads}. */
  readonly reads: Map<string, Node>;
  linear(x: Node, name: string): Node;
  norm(x: Node, name: string): Node;
  embed(ids: Node): Node;
  mlp(x: Node, layer: number): Node;
}

function parts(c: DecoderConfig, precision: Precision): Parts {
  const lora = new Map<string, Node>();
  const reads = new Map<string, Node>();
  const layers = new Map(loraModules(c).map((layer) => [layer.name, layer]));
  const scale = o.input("lora_scale", []);
  const table = o.weight("model.embed_tokens.weight", [c.vocabSize, c.hiddenSize]);
  const matrix = (name: string, shape: Shape): Node => {
    const node = o.input(name, shape);
    lora.set(name, node);
    return node;
  };
  const linear = (x: Node, name: string): Node => {
    const layer = layers.get(name)!;
    reads.set(layer.reads, x);
    const a = matrix(`${name}.lora_A`, ["R", layer.inputs]);
    const b = matrix(`${name}.lora_B`, [layer.outputs, "R"]);
    const low = o.mul(o.matmul(x, a, { transB: true }), scale); // (N, R)
    return o.add(frozen(x, layer, precision), o.matmul(low, b, { transB: true }));
  };
  const norm = (x: Node, name: string): Node =>
    o.rmsNorm(x, o.weight(`model.${name}.weight`, [c.hiddenSize]), c.rmsNormEps);
  return {
    lora,
    reads,
    linear,
    norm,
    embed: (ids) => o.gatherRows(table, o.reshape(ids, ["BT"])),
    mlp: (x, layer) => {
      const name = (part: string) => `layers.${layer}.mlp.${part}_proj`;
      const gate = o.silu(linear(x, name("gate")));
      return linear(o.mul(gate, linear(x, name("up"))), name("down"));
    },
  };
}

export interface Decoder {
  /** Hidden states after `layers` decoder layers, before the final norm: (B·T, D). */
  readonly hidden: Node;
  /** The final norm, on chosen rows: (N, D) → (N, D). */
  readonly norm: (rows: Node) => Node;
  readonly lora: ReadonlyMap<string, Node>;
  /** What the linear layers read, by {@link LinearLayer.reads}. */
  readonly reads: ReadonlyMap<string, Node>;
  /** Keys (turned) and values of the T tokens: key.i and value.i, (B, KV, T, D). */
  readonly fresh: Readonly<Record<string, Node>>;
}

/** How to build a decoder. */
export interface DecoderOptions {
  readonly precision: Precision;
  /** Stop after so many layers. @default all */
  readonly layers?: number;
  /** Attend to a cache as well, which has no derivative. @default false */
  readonly cached?: boolean;
}

/**
 * The decoder over T tokens of B sequences, padded on the right. Inputs: ids and positions (B, T) int64, mask
 * (B, 1, 1, T, T) with −1e9 where a token must not look, rope_cos and rope_sin (L, headDim/2), lora_scale (); over a
 * cache also past_key.i and past_value.i (1 or B, KV, 1, P, D) and past_mask (B, 1, 1, 1, P).
 */
export function decoder(c: DecoderConfig, { precision, layers = c.layers, cached = false }: DecoderOptions): Decoder {
  const p = parts(c, precision);
  const ids = o.input("ids", ["B", "T"], "int64");
  const positions = o.input("positions", ["B", "T"], "int64");
  const mask = o.input("mask", ["B", 1, 1, "T", "T"]);
  const cos = o.input("rope_cos", ["L", c.headDim / 2]);
  const sin = o.input("rope_sin", ["L", c.headDim / 2]);
  const pastMask = o.input("past_mask", ["B", 1, 1, 1, "P"]);
  const group = c.heads / c.kvHeads;
  const heads = (x: Node, n: number) => o.transpose(o.reshape(x, ["B", "T", n, c.headDim]), [0, 2, 1, 3]); // (B, n, T, D)
  const fresh: Record<string, Node> = {};

  let x = p.embed(ids); // (B·T, D)
  for (let i = 0; i < layers; i++) {
    const attn = `layers.${i}.self_attn`;
    const h = p.norm(x, `layers.${i}.input_layernorm`);
    const q = o.rope(heads(p.linear(h, `${attn}.q_proj`), c.heads), positions, cos, sin);
    const k = o.rope(heads(p.linear(h, `${attn}.k_proj`), c.kvHeads), positions, cos, sin);
    const v = heads(p.linear(h, `${attn}.v_proj`), c.kvHeads);
    fresh[`key.${i}`] = k;
    fresh[`value.${i}`] = v;
    const scaled = o.mul(q, o.constant(c.headDim ** -0.5));
    // Query heads of one key/value head lie side by side, so a group is one taller matrix.
    const grouped = o.reshape(scaled, ["B", c.kvHeads, "GT", c.headDim]);
    const scores = o.reshape(o.matmul(grouped, k, { transB: true }), ["B", c.kvHeads, group, "T", "T"]);
    const own = o.add(scores, mask);
    const mix = (weights: Node) => o.matmul(o.reshape(weights, ["B", c.kvHeads, "GT", "T"]), v); // (B, KV, G·T, D)
    let mixed: Node;
    if (cached) {
      // A cache is read by one token at a time, and by one head: three rows would have it rearranged first.
      const past = (what: string) => o.input(`past_${what}.${i}`, ["PB", c.kvHeads, 1, "P", c.headDim]);
      const single = o.reshape(scaled, ["B", c.kvHeads, group, "T", c.headDim]);
      const before = o.add(o.matmul(single, past("key"), { transB: true }), pastMask);
      const both = o.softmax(o.concat(before, own, "PT"));
      const fromPast = o.matmul(o.slice(both, { end: "P" }, "P"), past("value")); // (B, KV, G, T, D)
      mixed = o.add(o.reshape(fromPast, ["B", c.kvHeads, "GT", c.headDim]), mix(o.slice(both, { start: "P" }, "T")));
    } else mixed = mix(o.softmax(own));
    const perHead = o.reshape(mixed, ["B", c.heads, "T", c.headDim]);
    const joined = o.reshape(o.transpose(perHead, [0, 2, 1, 3]), ["BT", c.heads * c.headDim]);
    x = o.add(x, p.linear(joined, `${attn}.o_proj`));
    x = o.add(x, p.mlp(p.norm(x, `layers.${i}.post_attention_layernorm`), i));
  }
  return { hidden: x, norm: (rows) => p.norm(rows, "norm"), lora: p.lora, reads: p.reads, fresh };
}

/** cos and sin of the rotary angles of positions 0 … length − 1: (length, headDim/2) each. */
export function ropeTables(
  c: DecoderConfig,
  length: number,
): { readonly cos: Float32Array; readonly sin: Float32Array } {
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
