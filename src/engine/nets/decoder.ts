/**
 * A decoder of any family: embedding, layers, final norm. Written once with graph operations: over whole sequences, with
 * a derivative (training, scoring), or behind a cache, without (generation).
 */
import type { DecoderConfig } from "../base-model.ts";
import type { Node } from "../graph/node.ts";
import * as o from "../graph/ops.ts";
import { gemma3Embedding, gemma3Layer } from "./gemma3.ts";
import type { Precision } from "./linear.ts";
import { llamaLayer } from "./llama.ts";
import { decoderParts, type PartsOptions } from "./parts.ts";

export interface Decoder {
  /** Hidden states after `layers` decoder layers, before the final norm: (B·T, D). */
  readonly hidden: Node;
  /** The final norm, on chosen rows: (N, D) → (N, D). */
  readonly norm: (rows: Node) => Node;
  /** The LM head over that: (N, D) → logits (N, V). */
  readonly head: (rows: Node, precision: Precision) => Node;
  /** What is trained, by input name: see {@link Parts.trained}. */
  readonly trained: ReadonlyMap<string, Node>;
  /** What the linear layers read, by {@link LinearLayer.reads}. */
  readonly reads: ReadonlyMap<string, Node>;
  /** Keys (turned) and values of the T tokens: key.i and value.i, (B, KV, T, D). */
  readonly fresh: Readonly<Record<string, Node>>;
}

/** How to build a decoder. */
export interface DecoderOptions extends PartsOptions {
  /** Stop after so many layers. @default all */
  readonly layers?: number;
}

/**
 * The decoder over T tokens of B sequences, padded on the right. Inputs: ids (B, T) int64, what is trained, lora_scale (),
 * and those of attention.ts.
 */
export function decoder(c: DecoderConfig, options: DecoderOptions): Decoder {
  const p = decoderParts(c, options);
  const ids = o.input("ids", ["B", "T"], "int64");
  const gemma = c.architecture === "gemma3";
  const layer = gemma ? gemma3Layer : llamaLayer;
  let x = gemma ? gemma3Embedding(p, ids, c) : p.embed(ids);
  for (let i = 0; i < (options.layers ?? c.layers); i++) x = layer(p, x, i);
  const { head, trained, reads, fresh } = p;
  return { hidden: x, norm: (rows) => p.norm(rows, "norm"), head, trained, reads, fresh };
}
