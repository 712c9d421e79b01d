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
import {
  headLayer,
  type LinearLayer,
  loraModules,
  type Precision,
  product,
  type Trainable,
  type Weight,
} from "./linear.ts";

export interface Parts {
  readonly config: DecoderConfig;
  /**
   * What is trained and was used, by input name: LoRA matrices (`layers.0.self_attn.q_proj.lora_A`) or weights of the base
   * (`model.layers.0.self_attn.q_proj.weight`).
   */
  readonly trained: Map<string, Node>;
  /** What the linear layers read, by {@link LinearLayer.reads}. */
  readonly reads: Map<string, Node>;
  /** Keys (turned) and values of the T tokens: key.i and value.i, (B, KV, T, D). */
  readonly fresh: Record<string, Node>;
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
  /** The LM head over what the final norm gives: (N, D) → logits (N, V). */
  head(x: Node, precision: Precision): Node;
}

/** How a decoder computes. */
export interface PartsOptions {
  readonly precision: Precision;
  /** What is an input of the graph; "none" is the bare base. @default "lora" */
  readonly trainable?: Trainable | "none" | undefined;
  /** First layer that carries LoRA. @default 0 */
  readonly loraFrom?: number | undefined;
  /** Attend to a cache as well, which has no derivative. @default false */
  readonly cached?: boolean | undefined;
}

export function decoderParts(c: DecoderConfig, options: PartsOptions): Parts {
  const { precision, trainable = "lora", loraFrom = 0, cached = false } = options;
  const trained = new Map<string, Node>();
  const reads = new Map<string, Node>();
  const layers = new Map(loraModules(c).map((layer) => [layer.name, layer]));
  const scale = o.input("lora_scale", []);
  // One node for each name: a derivative belongs to a node.
  const matrix = (name: string, shape: Shape): Node => {
    const node = trained.get(name) ?? o.input(name, shape);
    trained.set(name, node);
    return node;
  };
  const weight: Weight = trainable === "all" ? matrix : o.weight;
  const p: Parts = {
    config: c,
    trained,
    reads,
    fresh: {},
    cached,
    linear(x, name) {
      const layer: LinearLayer = layers.get(name)!;
      reads.set(layer.reads, x);
      const y = product(x, layer, precision, weight);
      const biased = layer.bias ? o.add(y, weight(`model.${name}.bias`, [layer.outputs])) : y;
      if (trainable !== "lora" || layer.layer < loraFrom) return biased;
      const a = matrix(`${name}.lora_A`, ["R", layer.inputs]);
      const b = matrix(`${name}.lora_B`, [layer.outputs, "R"]);
      const low = o.mul(o.matmul(x, a, { transB: true }), scale); // (N, R)
      return o.add(biased, o.matmul(low, b, { transB: true }));
    },
    norm: (x, name) => o.rmsNorm(x, weight(`model.${name}.weight`, [x.shape.at(-1)!]), c.rmsNormEps),
    embed: (ids) => {
      const table = weight("model.embed_tokens.weight", [c.vocabSize, c.hiddenSize]);
      return o.gatherRows(table, o.reshape(ids, ["BT"]));
    },
    attention: (x, layer) => attention(p, x, layer),
    mlp(x, layer, activation) {
      const name = (part: string) => `layers.${layer}.mlp.${part}_proj`;
      const gate = activation(p.linear(x, name("gate")));
      return p.linear(o.mul(gate, p.linear(x, name("up"))), name("down"));
    },
    head: (x, of) => product(x, headLayer(c), of, weight),
  };
  return p;
}
