/**
 * The graphs of training and scoring: the decoder over whole sequences with a loss on top and, for training, the
 * derivative of that loss with respect to every LoRA matrix.
 */
import type { LlamaConfig } from "./base-model.ts";
import { gradient } from "./graph/gradient.ts";
import type { Node } from "./graph/node.ts";
import * as o from "./graph/ops.ts";
import { type LinearLayer, llamaSequences, type Precision } from "./nets/llama.ts";

type Outputs = Record<string, Node>;

/** Log-probability of each target token, (N), and of each completion, (B). */
function logProbs(
  config: LlamaConfig,
  precision: Precision,
): {
  readonly tokens: Node;
  readonly sequences: Node;
  readonly lora: ReadonlyMap<string, Node>;
} {
  const { hidden, logits, lora } = llamaSequences(config, precision);
  const rows = o.gatherRows(hidden, o.input("at", ["N"], "int64"));
  const tokens = o.tokenLogProb(logits(rows), o.input("targets", ["N"], "int64"));
  const sequences = o.reshape(o.matmul(o.input("sum", ["B", "N"]), o.reshape(tokens, ["N", 1])), ["B"]);
  return { tokens, sequences, lora };
}

function withGradients(loss: Node, lora: ReadonlyMap<string, Node>, outputs: Outputs): Outputs {
  const names = [...lora.keys()];
  const gradients = gradient(loss, [...lora.values()]);
  return { loss, ...outputs, ...Object.fromEntries(names.map((name, i) => [`grad.${name}`, gradients[i]!])) };
}

/** Outputs log_probs (B): the log-probability of each completion. */
export function scoreGraph(config: LlamaConfig, precision: Precision): Outputs {
  return { log_probs: logProbs(config, precision).sequences };
}

/** Outputs logits (N, V) at the rows `at`; for parity with other implementations. */
export function logitsGraph(config: LlamaConfig, precision: Precision): Outputs {
  const { hidden, logits } = llamaSequences(config, precision);
  return { logits: logits(o.gatherRows(hidden, o.input("at", ["N"], "int64"))) };
}

/**
 * Supervised: loss = Σ token_weight · log p. The weights (N) are the caller's, −1/(completion tokens of the step) for
 * the mean of TRL's SFTTrainer, so that parts of a step add up.
 */
export function sftGraph(config: LlamaConfig, precision: Precision): Outputs {
  const { tokens, lora } = logProbs(config, precision);
  return withGradients(weighted(tokens), lora, {});
}

/**
 * DPO (Rafailov et al., 2305.18290, equation 7; TRL's loss_type "sigmoid"):
 * −log σ(β · [(log π − log π_ref)(chosen) − (log π − log π_ref)(rejected)]), summed over the pairs times pair_weight,
 * plus Σ token_weight · log p for the likelihood of the chosen side (TRL's rpo_alpha).
 *
 * Inputs beside the decoder's: reference (B), pairs (P, B) with +1 at the chosen and −1 at the rejected sequence,
 * beta (), pair_weight (), token_weight (N). Outputs loss (), log_probs (B), and grad.* of every LoRA matrix.
 */
export function dpoGraph(config: LlamaConfig, precision: Precision): Outputs {
  const { tokens, sequences, lora } = logProbs(config, precision);
  const advantage = o.reshape(o.sub(sequences, o.input("reference", ["B"])), ["B", 1]);
  const margins = o.mul(o.matmul(o.input("pairs", ["P", "B"]), advantage), o.input("beta", [])); // (P, 1)
  const preference = o.mul(o.sum(o.softplus(o.neg(margins)), [0, 1], false), o.input("pair_weight", []));
  return withGradients(o.add(preference, weighted(tokens)), lora, { log_probs: sequences });
}

function weighted(tokens: Node): Node {
  return o.sum(o.mul(tokens, o.input("token_weight", ["N"])), [0], false);
}

/** Outputs what each linear layer reads, (B·T, in), by the layer's {@link LinearLayer.reads}, in float32. */
export function readsGraph(config: LlamaConfig): Outputs {
  const { hidden, logits, reads } = llamaSequences(config, "float32");
  logits(hidden);
  return Object.fromEntries(reads);
}

/**
 * Outputs mean_state (B, D) and last_state (B, D): hidden states after `layers` decoder layers, averaged over the rows that `sum`
 * (B, N) weighs, and at the rows `last` (B).
 */
export function poolGraph(config: LlamaConfig, precision: Precision, layers: number): Outputs {
  const { hidden } = llamaSequences(config, precision, layers);
  const rows = o.gatherRows(hidden, o.input("at", ["N"], "int64"));
  return {
    mean_state: o.matmul(o.input("sum", ["B", "N"]), rows),
    last_state: o.gatherRows(hidden, o.input("last", ["B"], "int64")),
  };
}
