/** The work `dpo`: one optimizer step, reference included. */
import { dpoGradients } from "../../src/engine/dpo.ts";
import { headLayer, loraModules } from "../../src/engine/nets/linear.ts";
import { adamState, adamStep } from "../../src/engine/optimizer.ts";
import { logProbs } from "../../src/engine/score.ts";
import { sizes } from "../work.ts";
import { average, type Bench, type Figures, note, seconds, weightsOf } from "./common.ts";

/** Seconds of a step that is not the first: reference, gradients, AdamW, on new pairs. */
export async function dpoSteps({ engine, ids, bare, adapter }: Bench): Promise<Figures> {
  const { pairs, length, promptLength, rank, steps } = sizes.dpo;
  const lora = adapter(rank);
  const state = adamState(lora.tensors);
  const times: number[] = [];
  for (let step = 1; step <= steps + 1; step++) {
    const side = () => ids(length - promptLength);
    const made = Array.from({ length: pairs }, () => ({ prompt: ids(promptLength), chosen: side(), rejected: side() }));
    times.push(
      await seconds(async () => {
        const forks = made.map(({ prompt, chosen, rejected }) => ({ prompt, completions: [chosen, rejected] }));
        const scores = await logProbs(engine, bare, forks);
        const scored = made.map((pair, i) => ({ ...pair, reference: scores[i] as [number, number] }));
        const { gradients } = await dpoGradients(engine, lora, scored, { beta: 0.1, sftWeight: 0 });
        adamStep(lora.tensors, gradients, state, step, { learningRate: 5e-6, weightDecay: 0.01 });
      }),
    );
    note(`step ${step}: ${times.at(-1)!.toFixed(2)} s`);
  }
  const mean = average(times.slice(1));
  const read = pairs * (2 * length - promptLength); // a prompt is read once for both sides
  const completions = 2 * pairs * (length - promptLength);
  const layers = loraModules(engine.base.config);
  const lowRank = layers.reduce((n, { inputs, outputs }) => n + rank * (inputs + outputs), 0);
  // Reference, forward, and the way back to what each product read; LoRA also to its matrices, and it has no reference.
  const operations = [
    2 * 3 * read * weightsOf(layers),
    2 * 3 * (read * lowRank + completions * weightsOf([headLayer(engine.base.config)])),
  ];
  return {
    seconds_per_step: mean,
    tokens_per_second: (2 * pairs * length) / mean,
    operations,
    operations_seconds: mean,
  };
}
