/**
 * The graphs of a classifier on a decoder: what stands behind its first layers, under the final norm, is read by linear heads,
 * one over the mean of an answer's tokens and its last token, and one over the mean of the prompt's, which see no answer.
 */
import type { DecoderConfig } from "./base-model.ts";
import type { Node } from "./graph/node.ts";
import * as o from "./graph/ops.ts";
import { withGradients } from "./losses.ts";
import { decoder } from "./nets/decoder.ts";
import type { PartsOptions } from "./nets/parts.ts";

/** Questions that are answered by a yes or no, and how many layers of the decoder are read for it. */
export interface ClassifierShape {
  readonly layers: number;
  /** First layer that is trained: those before it are read as they are, which saves their way back. */
  readonly loraFrom: number;
  /** Asked of an answer. */
  readonly answers: number;
  /** Asked of the prompt alone. */
  readonly prompts: number;
}

/** Heads begin at zero and have to learn faster than LoRA at the same rate. */
const headScale = 8;

/** The heads' matrices by input name, with their sizes. */
export function headSizes({ hiddenSize: d }: DecoderConfig, { answers, prompts }: ClassifierShape) {
  return new Map([
    ["head.mean", [answers, d]],
    ["head.last", [answers, d]],
    ["head.bias", [1, answers]],
    ["head.prompt", [prompts, d]],
    ["head.prompt_bias", [1, prompts]],
  ]);
}

/**
 * Outputs answer (S, A) and prompt (S, P), logits for each of S answers. Inputs beside the decoder's and the heads': at (N), the
 * rows of B·T that are answers' tokens, sum (S, N) which averages them by answer, last (S), the row of an answer's last token; asked_at (M) and
 * asked_sum (S, M) which average the tokens of its prompt.
 */
export function classifierGraph(config: DecoderConfig, options: PartsOptions, shape: ClassifierShape) {
  const { outputs } = logits(config, options, shape);
  return outputs;
}

/**
 * Outputs loss () and grad.* of all that is trained, for loss = Σ weight · (softplus(z) − target · z), the cross entropy of each
 * question. Inputs beside {@link classifierGraph}'s: answer_target and answer_weight (S, A), prompt_target and prompt_weight (S, P);
 * a question without an answer has the weight 0.
 */
export function classifierTrainingGraph(config: DecoderConfig, options: PartsOptions, shape: ClassifierShape) {
  const { outputs, trained } = logits(config, options, shape);
  const loss = (name: "answer" | "prompt", width: number) => {
    const z = outputs[name];
    const target = o.input(`${name}_target`, ["S", width]);
    const each = o.mul(o.sub(o.softplus(z), o.mul(target, z)), o.input(`${name}_weight`, ["S", width]));
    return o.sum(each, [0, 1], false);
  };
  return withGradients(o.add(loss("answer", shape.answers), loss("prompt", shape.prompts)), trained, {});
}

function logits(
  config: DecoderConfig,
  options: PartsOptions,
  shape: ClassifierShape,
): { readonly outputs: { readonly answer: Node; readonly prompt: Node }; readonly trained: ReadonlyMap<string, Node> } {
  const { hidden, norm, trained } = decoder(config, { ...options, layers: shape.layers, loraFrom: shape.loraFrom });
  const heads = new Map([...headSizes(config, shape)].map(([name, size]) => [name, o.input(name, size)]));
  const head = (name: string) => heads.get(name)!;
  const rows = (name: string, size: string) => norm(o.gatherRows(hidden, o.input(name, [size], "int64")));
  const through = (x: Node, name: string) => o.mul(o.matmul(x, head(name), { transB: true }), o.constant(headScale));
  const mean = o.matmul(o.input("sum", ["S", "N"]), rows("at", "N"));
  const answer = o.add(through(mean, "head.mean"), through(rows("last", "S"), "head.last"));
  return {
    outputs: {
      answer: o.add(answer, head("head.bias")),
      prompt: o.add(
        through(o.matmul(o.input("asked_sum", ["S", "M"]), rows("asked_at", "M")), "head.prompt"),
        head("head.prompt_bias"),
      ),
    },
    trained: new Map([...trained, ...heads]),
  };
}
