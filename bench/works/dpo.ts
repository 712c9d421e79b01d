/** The work `dpo`: one optimizer step, reference included. */
import { dpoGradients } from "../../src/engine/dpo.ts";
import { headLayer, loraModules } from "../../src/engine/nets/linear.ts";
import { adamState, adamStep } from "../../src/engine/optimizer.ts";
import { logProbs } from "../../src/engine/score.ts";
import { sizes } from "../work.ts";
import { average, type Bench, type Figures, note, seconds, weightsOf } from "./common.ts";

/**
 * Seconds of a step that is not the first: reference, gradients, AdamW, on new pairs. The reference of all steps is read
 * before the first of them, as training does.
 */
export async function dpoSteps({ engine, ids, bare, adapter }: Bench): Promise<Figures> {
  const { pairs, length, promptLength, rank, steps } = sizes.dpo;
  const lora = adapter(rank);
  const state = adamState(lora.tensors);
  const side = () => ids(length - promptLength);
  const batches = Array.from({ length: steps + 1 }, () =>
    Array.from({ length: pairs }, () => ({ prompt: ids(promptLength), chosen: side(), rejected: side() })),
  );
  const references: [number, number][][] = [];
  const reading: number[] = [];
  for (const batch of batches) {
    const forks = batch.map(({ prompt, chosen, rejected }) => ({ prompt, completions: [chosen, rejected] }));
    const read = async () => references.push((await logProbs(engine, bare, forks)) as [number, number][]);
    reading.push(await seconds(read));
  }
  const learning: number[] = [];
  for (const [i, batch] of batches.entries()) {
    const scored = batch.map((pair, p) => ({ ...pair, reference: references[i]![p]! }));
    learning.push(
      await seconds(async () => {
        const { gradients } = await dpoGradients(engine, lora, scored, { beta: 0.1, sftWeight: 0 });
        adamStep(lora.tensors, gradients, state, i + 1, { learningRate: 5e-6, weightDecay: 0.01 });
      }),
    );
    note(`step ${i + 1}: reference ${reading[i]!.toFixed(2)} s, gradients ${learning[i]!.toFixed(2)} s`);
  }
  const mean = average(reading.slice(1)) + average(learning.slice(1));
  const read = pairs * (2 * length - promptLength); // a prompt is read once for both sides
  const completions = 2 * pairs * (length - promptLength);
  const layers = loraModules(engine.base.config);
  const lowRank = layers.reduce((n, { inputs, outputs }) => n + rank * (inputs + outputs), 0);
  // Reference, forward, and the way back to what each product read; LoRA also to its matrices, and it has no reference.
  // The head's way back is float32 in both modes.
  const head = 2 * completions * weightsOf([headLayer(engine.base.config)]);
  const operations = [2 * 3 * read * weightsOf(layers) + 2 * head, 2 * 3 * read * lowRank + head];
  return {
    seconds_per_step: mean,
    tokens_per_second: (2 * pairs * length) / mean,
    operations,
    operations_seconds: mean,
  };
}
