/**
 * Supervised fine-tuning with LoRA: mean negative log-likelihood of the completion tokens of a step (TRL's SFTTrainer
 * with completion_only_loss). Completions of one prompt are one item: they are always learned in the same step.
 */
import { byTokens, collate, type Fork, forkLength } from "./collate.ts";
import type { Engine } from "./engine.ts";
import type { Session, Tensor } from "./graph/session.ts";
import { type Lora, loraFeeds } from "./lora.ts";
import { addGradients, type BatchResult, type StepRow, type TrainSettings, train } from "./train.ts";

/** Padded tokens that are in memory at once while gradients are computed. */
export const tokenBudget = 512;

/** Trains `lora` in place and gives one row a step; `batchSize` counts prompts. */
export async function sft(
  engine: Engine,
  lora: Lora,
  forks: readonly Fork[],
  settings: TrainSettings,
): Promise<StepRow[]> {
  const session = await engine.session("sft");
  const items = forks.map((_, i) => [i]);
  return train(lora, items, settings, async (indices) => {
    const batch = indices.map((i) => forks[i]!).sort((a, b) => forkLength(b) - forkLength(a));
    const completionTokens = batch.flatMap((f) => f.completions).reduce((n, c) => n + c.length, 0);
    const gradients: BatchResult["gradients"] = new Map();
    let loss = 0;
    for (const part of byTokens(batch, forkLength, tokenBudget)) {
      const { feeds, counts } = collate(part, engine.base.config);
      const n = counts.reduce((a, b) => a + b, 0);
      const outputs = await session.run({
        ...feeds,
        ...loraFeeds(lora),
        token_weight: { data: new Float32Array(n).fill(-1 / completionTokens), dims: [n] },
      });
      loss += Number(outputs.loss!.data[0]);
      addGradients(gradients, gradientsOf(outputs));
    }
    return { gradients, metrics: { loss }, tokens: batch.reduce((n, f) => n + forkLength(f), 0) };
  });
}

/** The grad.* outputs of a training graph by LoRA matrix. */
export function gradientsOf(
  outputs: Awaited<ReturnType<Session["run"]>>,
): Map<string, { readonly data: Float32Array }> {
  const named = Object.entries(outputs).filter(([name]) => name.startsWith("grad."));
  return new Map(named.map(([name, t]) => [name.slice("grad.".length), t as Tensor & { data: Float32Array }]));
}
