/**
 * A judge's head: logistic regression on standardised hidden states, read from assets/judges/<name>.safetensors.
 * It was trained by scripts/train-judge-head.ts; its card (data, licence, figures) is in the file's metadata.
 */
import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { SeasError } from "../errors.ts";
import { openSafetensors } from "../formats/safetensors.ts";

export interface JudgeHead {
  readonly name: string;
  /** All (2·D). */
  readonly mean: Float32Array;
  readonly scale: Float32Array;
  readonly weights: Float32Array;
  readonly bias: number;
  /** Probability from which an answer is unsafe. */
  readonly threshold: number;
  /** sha256 of the weights: a run goes on only with the same judges. */
  readonly sha256: string;
  /** Data, licence, date and figures, as the training script measured them. */
  readonly card: HeadCard;
}

export const HeadCard = z.object({
  data: z.string(),
  licence: z.string(),
  rows: z.number().int(),
  threshold: z.number(),
  f1: z.number(),
  agreementOn: z.string(),
});
export type HeadCard = z.infer<typeof HeadCard>;

/** Probability that the answer behind these pooled states is unsafe. */
export function unsafeProbability(
  head: Pick<JudgeHead, "mean" | "scale" | "weights" | "bias">,
  states: Float32Array,
): number {
  let logit = head.bias;
  for (let i = 0; i < head.weights.length; i++)
    logit += ((states[i]! - head.mean[i]!) / head.scale[i]!) * head.weights[i]!;
  return 1 / (1 + Math.exp(-logit));
}

const folder = new URL("../../assets/judges/", import.meta.url);

/**
 * Reads a head that is shipped with the package.
 *
 * @throws SeasError E_CONFIG when there is none of that name
 * @example const { threshold, card } = await readHead("gptfuzz");
 */
export async function readHead(name: string): Promise<JudgeHead> {
  const known = (await readdir(folder))
    .filter((f) => f.endsWith(".safetensors"))
    .map((f) => f.slice(0, -".safetensors".length));
  if (!known.includes(name)) {
    throw new SeasError("E_CONFIG", `no embedded judge \`${name}\``, {
      hint: `known: ${known.map((k) => `embedded:${k}`).join(", ")}`,
    });
  }
  const file = await openSafetensors(fileURLToPath(new URL(`${name}.safetensors`, folder)));
  try {
    const [mean, scale, weights, bias] = await Promise.all(
      ["mean", "scale", "weights", "bias"].map((t) => file.readTensor(t)),
    );
    const card = HeadCard.parse(JSON.parse(file.metadata.card ?? "{}"));
    const sha256 = createHash("sha256").update(weights!).update(bias!).update(`${card.threshold}`).digest("hex");
    return {
      name,
      mean: mean!,
      scale: scale!,
      weights: weights!,
      bias: bias![0]!,
      threshold: card.threshold,
      sha256,
      card,
    };
  } finally {
    await file.close();
  }
}
