/**
 * What the decoders of all families are made of: linear layers that carry LoRA, norms, attention, the gated MLP. Each call
 * makes nodes; equal ones are merged when the graph is written.
 *
 * LoRA (Hu et al., 2106.09685) is part of the graph: its matrices are inputs in PEFT's orientation, A (r, in) and
 * B (out, r), so every adapter shares one session and one copy of the frozen base. The frozen matrices are multiplied
 * in float32 or in 8-bit integers; LoRA, norms, attention and the loss are float32 always.
 */
import type { DecoderConfig } from "../base-model.ts";
import type { Node, Shape } from "../graph/node.ts";
import * as o from "../graph/ops.ts";
import { attention } from "./attention.ts";
import { frozen, type LinearLayer, loraModules, type Precision } from "./linear.ts";

export interface Parts {
  readonly config: DecoderConfig;
  /** Every LoRA matrix that was used, by input name: `layers.0.self_attn.q_proj.lora_A`. */
  readonly lora: Map<string, Node>;
  /** What the linear layers read, by {@link LinearLayer.reads}. */
  readonly reads: Map<string, Node>;
  /** Keys (turned) and values of the T tokens: key.i and value.i, (B, KV, T, D). */
  readonly fresh: Record<string, Node>;
  /** Attend to a cache as well, which has no derivative. */
  readonly cached: boolean;
  /** (N, in) → (N, out), with LoRA and, where the family has one, a bias. */
  linear(x: Node, name: string): Node;
  /** RMS norm over the last dimension. */
  norm(x: Node, name: string): Node;
  /** (B, T) → (B·T, D) */
  embed(ids: Node): Node;
  /** Self-attention of a layer, with its four projections: (B·T, D) → (B·T, D). */
  attention(x: Node, layer: number): Node;
  /** down(activation(gate(x)) · up(x)): (B·T, D) → (B·T, D). */
  mlp(x: Node, layer: number, activation: (gate: Node) => Node): Node;
}

export function decoderParts(c: DecoderConfig, precision: Precision, cached: boolean): Parts {
  const lora = new Map<string, Node>();
  const reads = new Map<string, Node>();
  const layers = new Map(loraModules(c).map((layer) => [layer.name, layer]));
  const scale = o.input("lora_scale", []);
  const matrix = (name: string, shape: Shape): Node => {
    const node = o.input(name, shape);
    lora.set(name, node);
    return node;
  };
  const p: Parts = {
    config: c,
    lora,
    reads,
    fresh: {},
    cached,
    linear(x, name) {
      const layer: LinearLayer = layers.get(name)!;
      reads.set(layer.reads, x);
      const a = matrix(`${name}.lora_A`, ["R", layer.inputs]);
      const b = matrix(`${name}.lora_B`, [layer.outputs, "R"]);
      const low = o.mul(o.matmul(x, a, { transB: true }), scale); // (N, R)
      const y = o.add(frozen(x, layer, precision), o.matmul(low, b, { transB: true }));
      return layer.bias ? o.add(y, o.weight(`model.${name}.bias`, [layer.outputs])) : y;
    },
    norm: (x, name) => o.rmsNorm(x, o.weight(`model.${name}.weight`, [x.shape.at(-1)!]), c.rmsNormEps),
    embed: (ids) => {
      const table = o.weight("model.embed_tokens.weight", [c.vocabSize, c.hiddenSize]);
      return o.gatherRows(table, o.reshape(ids, ["BT"]));
    },
    attention: (x, layer) => attention(p, x, layer),
    mlp(x, layer, activation) {
      const name = (part: string) => `layers.${layer}.mlp.${part}_proj`;
      const gate = activation(p.linear(x, name("gate")));
      return p.linear(o.mul(gate, p.linear(x, name("up"))), name("down"));
    },
  };
  return p;
}
