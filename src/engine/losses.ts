/**
 * The graphs of training and scoring: the decoder over whole sequences with a loss on top and, for training, the
 * derivative of that loss with respect to all that is trained.
 */
import type { DecoderConfig } from "./base-model.ts";
import { gradient } from "./graph/gradient.ts";
import type { Node } from "./graph/node.ts";
import * as o from "./graph/ops.ts";
import { decoder } from "./nets/decoder.ts";
import { headLayer, type LinearLayer } from "./nets/linear.ts";
import type { PartsOptions } from "./nets/parts.ts";

type Outputs = Record<string, Node>;

/** Log-probability of each target token, (N), and of each completion, (S). */
function logProbs(
  config: DecoderConfig,
  options: PartsOptions,
): {
  readonly tokens: Node;
  readonly sequences: Node;
  readonly trained: ReadonlyMap<string, Node>;
} {
  const { hidden, norm, head, trained } = decoder(config, options);
  const rows = o.gatherRows(hidden, o.input("at", ["N"], "int64"));
  const tokens = o.tokenLogProb(head(norm(rows), options.precision), o.input("targets", ["N"], "int64"));
  const sequences = o.reshape(o.matmul(o.input("sum", ["S", "N"]), o.reshape(tokens, ["N", 1])), ["S"]);
  return { tokens, sequences, trained };
}

/** Outputs loss (), `outputs`, and grad.* of all that is trained. */
export function withGradients(loss: Node, trained: ReadonlyMap<string, Node>, outputs: Outputs): Outputs {
  const names = [...trained.keys()];
  const gradients = gradient(loss, [...trained.values()]);
  return { loss, ...outputs, ...Object.fromEntries(names.map((name, i) => [`grad.${name}`, gradients[i]!])) };
}

/** Outputs log_probs (S): the log-probability of each completion. */
export function scoreGraph(config: DecoderConfig, options: PartsOptions): Outputs {
  return { log_probs: logProbs(config, options).sequences };
}

/** Outputs logits (N, V) at the rows `at`; for parity with other implementations. */
export function logitsGraph(config: DecoderConfig, options: PartsOptions): Outputs {
  const { hidden, norm, head } = decoder(config, options);
  return { logits: head(norm(o.gatherRows(hidden, o.input("at", ["N"], "int64"))), "float32") };
}

/**
 * Supervised: loss = Σ token_weight · log p. The weights (N) are the caller's, −1/(completion tokens of the step) for
 * the mean of TRL's SFTTrainer, so that parts of a step add up.
 */
export function sftGraph(config: DecoderConfig, options: PartsOptions): Outputs {
  const { tokens, trained } = logProbs(config, options);
  return withGradients(weighted(tokens), trained, {});
}

/**
 * DPO (Rafailov et al., 2305.18290, equation 7; TRL's loss_type "sigmoid"):
 * −log σ(β · [(log π − log π_ref)(chosen) − (log π − log π_ref)(rejected)]), summed over the pairs times pair_weight,
 * plus Σ token_weight · log p for the likelihood of the chosen side (TRL's rpo_alpha).
 *
 * Inputs beside the decoder's: reference (S), pairs (P, S) with +1 at the chosen and −1 at the rejected sequence,
 * beta (), pair_weight (), token_weight (N). Outputs loss (), log_probs (S), and grad.* of all that is trained.
 */
export function dpoGraph(config: DecoderConfig, options: PartsOptions): Outputs {
  const { tokens, sequences, trained } = logProbs(config, options);
  const advantage = o.reshape(o.sub(sequences, o.input("reference", ["S"])), ["S", 1]);
  const margins = o.mul(o.matmul(o.input("pairs", ["P", "S"]), advantage), o.input("beta", [])); // (P, 1)
  const preference = o.mul(o.sum(o.softplus(o.neg(margins)), [0, 1], false), o.input("pair_weight", []));
  return withGradients(o.add(preference, weighted(tokens)), trained, { log_probs: sequences });
}

function weighted(tokens: Node): Node {
  return o.sum(o.mul(tokens, o.input("token_weight", ["N"])), [0], false);
}

/** Outputs what each linear layer reads, (B·T, in), by the layer's {@link LinearLayer.reads}, in float32. */
export function readsGraph(config: DecoderConfig): Outputs {
  const { hidden, norm, reads } = decoder(config, { precision: "float32", trainable: "none" });
  return { ...Object.fromEntries(reads), [headLayer(config).reads]: norm(hidden) };
}
