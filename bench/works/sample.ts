/** The work `sample`: answers of one length to random prompts, side by side. */
import { sampleBatch } from "../../src/engine/generate.ts";
import { headLayer, loraModules } from "../../src/engine/nets/linear.ts";
import { sizes } from "../work.ts";
import { average, type Bench, type Figures, note, seconds, weightsOf } from "./common.ts";

/** Mean seconds of several runs after a short one that is not counted. */
export async function sample({ engine, ids, bare }: Bench): Promise<Figures> {
  const { config } = engine.base;
  const { batch, promptLength, newTokens, runs } = sizes.sample;
  const requests = Array.from({ length: batch }, (_, i) => ({ prompt: ids(promptLength), seed: `${i}` }));
  const run = (maxTokens: number) =>
    seconds(async () => {
      const answers = await sampleBatch(engine, bare, requests, { temperature: 0.8, topP: 0.9, maxTokens });
      if (answers.some(({ tokens }) => tokens.length !== maxTokens)) throw new Error("an answer ended early");
    });
  note(`warm-up: ${(await run(4)).toFixed(2)} s`);
  const times: number[] = [];
  for (let i = 0; i < runs; i++) times.push(await run(newTokens));
  const mean = average(times);
  const read = batch * (promptLength + newTokens - 1);
  const head = batch * newTokens * weightsOf([headLayer(config)]);
  const operations = [2 * (read * weightsOf(loraModules(config)) + head), 0];
  return { seconds: mean, tokens_per_second: (batch * newTokens) / mean, operations, operations_seconds: mean };
}
