/**
 * Supervised fine-tuning with LoRA: mean negative log-likelihood of the completion tokens of a step (TRL's SFTTrainer
 * with completion_only_loss).
 */
import { byTokens, collate, type Sequence } from "./collate.ts";
import type { Engine } from "./engine.ts";
import type { Session, Tensor } from "./graph/session.ts";
import { type Lora, loraFeeds } from "./lora.ts";
import { addGradients, type BatchResult, type StepRow, type TrainSettings, train } from "./train.ts";

/** Padded tokens that are in memory at once while gradients are computed. */
export const tokenBudget = 768;

/** Trains `lora` in place on `sequences` and gives one row a step. */
export async function sft(
  engine: Engine,
  lora: Lora,
  sequences: readonly Sequence[],
  settings: TrainSettings,
): Promise<StepRow[]> {
  const session = await engine.session("sft");
  return train(lora, sequences.length, settings, async (indices) => {
    const batch = indices.map((i) => sequences[i]!).sort((a, b) => lengthOf(b) - lengthOf(a));
    const completionTokens = batch.reduce((n, s) => n + s.completion.length, 0);
    const gradients: BatchResult["gradients"] = new Map();
    let loss = 0;
    for (const part of byTokens(batch, lengthOf, tokenBudget)) {
      const forks = part.map(({ prompt, completion }) => ({ prompt, completions: [completion] }));
      const { feeds, counts } = collate(forks, engine.base.config);
      const n = counts.reduce((a, b) => a + b, 0);
      const outputs = await session.run({
        ...feeds,
        ...loraFeeds(lora),
        token_weight: { data: new Float32Array(n).fill(-1 / completionTokens), dims: [n] },
      });
      loss += Number(outputs.loss!.data[0]);
      addGradients(gradients, gradientsOf(outputs));
    }
    return { gradients, metrics: { loss }, tokens: batch.reduce((n, s) => n + lengthOf(s), 0) };
  });
}

function lengthOf(s: Sequence): number {
  return s.prompt.length + s.completion.length;
}

/** The grad.* outputs of a training graph by LoRA matrix. */
export function gradientsOf(
  outputs: Awaited<ReturnType<Session["run"]>>,
): Map<string, { readonly data: Float32Array }> {
  const named = Object.entries(outputs).filter(([name]) => name.startsWith("grad."));
  return new Map(named.map(([name, t]) => [name.slice("grad.".length), t as Tensor & { data: Float32Array }]));
}
