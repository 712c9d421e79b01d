/** The work `endurance`: many short training steps and much sampling in one process, and what memory it holds meanwhile. */
import { dpo } from "../../src/engine/dpo.ts";
import { sampleBatch } from "../../src/engine/generate.ts";
import { copyOf } from "../../src/engine/lora.ts";
import { sizes } from "../work.ts";
import { type Bench, type Figures, note } from "./common.ts";

/**
 * RSS in MiB at the end of each tenth, and its growth from the second tenth, when everything has been opened, to the last.
 *
 * @param times as many steps and tokens
 */
export async function endurance({ engine, ids, bare, adapter }: Bench, times: number): Promise<Figures> {
  const { steps, tokens, batch, promptLength, newTokens, shortest, longest, rank } = sizes.endurance;
  const tenth = (size: number) => Math.ceil((times * size) / 10);
  const lora = adapter(rank);
  const rss: number[] = [];
  let stepsDone = 0;
  let tokensDone = 0;
  for (let part = 1; part <= 10; part++) {
    // Lengths differ as they do in a run: memory that is kept for each of them would show.
    const some = (i: number) => ids(shortest + (i % (longest - shortest + 1)));
    const pairs = Array.from({ length: tenth(steps) }, (_, i) => ({
      prompt: some(i),
      chosen: some(3 * i),
      rejected: some(5 * i),
    }));
    const rows = await dpo(engine, lora, copyOf(lora), pairs, {
      learningRate: 5e-6,
      batchSize: 1,
      epochs: 1,
      warmupRatio: 0,
      schedule: "constant",
      weightDecay: 0,
      maxGradNorm: 1,
      seed: part,
      beta: 0.1,
      sftWeight: 0,
    });
    stepsDone += rows.length;
    for (const end = part * tenth(tokens); tokensDone < end; tokensDone += batch * newTokens) {
      const requests = Array.from({ length: batch }, (_, i) => ({
        prompt: ids(promptLength),
        seed: `${tokensDone + i}`,
      }));
      await sampleBatch(engine, bare, requests, { temperature: 0.8, topP: 0.9, maxTokens: newTokens });
    }
    rss.push(Math.round(process.memoryUsage().rss / 2 ** 20));
    note(`${part} of 10: ${stepsDone} steps, ${tokensDone} tokens, ${rss.at(-1)} MiB`);
  }
  return { steps: stepsDone, tokens: tokensDone, rss_mib: rss, growth_mib: rss[9]! - rss[1]! };
}
