/** The graphs of sampling: a step behind a cache, and the head alone. */
import type { DecoderConfig } from "./base-model.ts";
import type { Node } from "./graph/node.ts";
import * as o from "./graph/ops.ts";
import { decoder } from "./nets/decoder.ts";
import { decoderParts, type PartsOptions } from "./nets/parts.ts";

/**
 * Outputs at the rows `last` (B) of B·T: the `k` most probable tokens, top_values and top_indices (B, k), and log_sum
 * (B, 1), all over temperature; state (B, D), what the head reads; and key.i and value.i (B, KV, T, D).
 *
 * A row of the vocabulary is left in the graph: ONNX Runtime for Node copies every output.
 */
export function generateGraph(config: DecoderConfig, options: PartsOptions, k: number): Record<string, Node> {
  const { hidden, norm, head, fresh } = decoder(config, { ...options, cached: true });
  const state = norm(o.gatherRows(hidden, o.input("last", ["B"], "int64")));
  const logits = head(warm(state), options.precision);
  const top = o.topK(logits, Math.min(k, config.vocabSize));
  return { top_values: top.values, top_indices: top.indices, log_sum: o.logSumExp(logits), state, ...fresh };
}

/** Outputs logits (N, V) over temperature for `state` (N, D). */
export function headGraph(config: DecoderConfig, options: PartsOptions): Record<string, Node> {
  const { head } = decoderParts(config, options);
  return { logits: head(warm(o.input("state", ["N", config.hiddenSize])), options.precision) };
}

/** The head is linear, so its input is scaled instead of a whole vocabulary. */
function warm(state: Node): Node {
  return o.mul(state, o.input("inverse_temperature", []));
}
