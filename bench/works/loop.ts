/** The work `loop`: one iteration of SEAS, prompts, answers, verdicts and both trainings, with answers of one length. */

import { classify } from "../../src/engine/classifier.ts";
import type { Fork } from "../../src/engine/collate.ts";
import { dpo, type TokenPair } from "../../src/engine/dpo.ts";
import { sampleBatch } from "../../src/engine/generate.ts";
import { copyOf, type Lora } from "../../src/engine/lora.ts";
import { sizes } from "../work.ts";
import { type Bench, type Figures, note, seconds } from "./common.ts";

/**
 * Attack, judgement and both trainings of one iteration, sessions opened within it.
 *
 * @param times as many seed prompts and pairs
 */
export async function loop({ engine, judge, adapter }: Bench, times: number): Promise<Figures> {
  const { promptsPerSeed: n, responsesPerPrompt: m, newTokens, batch, rank } = sizes.loop;
  const [seeds, redPairs, targetPairs] = [sizes.loop.seeds, sizes.loop.redPairs, sizes.loop.targetPairs].map((size) =>
    Math.ceil(times * size),
  ) as [number, number, number];
  const { tokenizer } = engine.base;
  const red = adapter(rank);
  const target = adapter(rank);
  const options = { temperature: 0.8, topP: 0.9, maxTokens: newTokens };
  const chat = (content: string) => tokenizer.chat([{ role: "user", content }], { addGenerationPrompt: true });
  const answer = async (lora: Lora, prompts: readonly (readonly number[])[], each: number, name: string) => {
    const requests = prompts.flatMap((prompt, i) =>
      Array.from({ length: each }, (_, k) => ({ prompt, seed: `${name}/${i}/${k}` })),
    );
    const tokens: number[][] = [];
    for (let first = 0; first < requests.length; first += batch) {
      const sampled = await sampleBatch(engine, lora, requests.slice(first, first + batch), options);
      tokens.push(...sampled.map((s) => [...s.tokens]));
    }
    return tokens;
  };
  const stages: Record<string, number> = {};
  const stage = async (name: string, task: () => Promise<void>) => {
    stages[name] = await seconds(task);
    note(
      `${name}: ${stages[name].toFixed(1)} s, at most ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB so far`,
    );
  };

  const seedPrompts = Array.from({ length: seeds }, (_, i) => chat(seedPrompt(i)));
  let attacks: number[][] = [];
  let answers: number[][] = [];
  await stage("attack_red", async () => {
    attacks = await answer(red, seedPrompts, n, "red");
  });
  const asked = attacks.map((tokens) => chat(tokenizer.decode(tokens)));
  await stage("attack_target", async () => {
    answers = await answer(target, asked, m, "target");
  });
  await stage("judge", async () => {
    const forks = asked.map((prompt, i): Fork => ({ prompt, completions: answers.slice(i * m, (i + 1) * m) }));
    await classify(engine, judge, forks);
  });
  const pairsOf = (prompts: readonly (readonly number[])[], of: readonly number[][], each: number, count: number) =>
    Array.from({ length: count }, (_, i): TokenPair => {
      const at = i % prompts.length;
      return { prompt: prompts[at]!, chosen: of[at * each]!, rejected: of[at * each + 1]! };
    });
  const train = (lora: Lora, pairs: readonly TokenPair[]) =>
    dpo(engine, lora, copyOf(lora), pairs, {
      learningRate: 5e-6,
      batchSize: 8,
      epochs: 1,
      warmupRatio: 0,
      schedule: "linear",
      weightDecay: 0,
      maxGradNorm: 1,
      seed: 1,
      beta: 0.1,
      sftWeight: 0,
    });
  await stage("train_red", async () => {
    await train(red, pairsOf(seedPrompts, attacks, n, redPairs));
  });
  await stage("train_target", async () => {
    await train(target, pairsOf(asked, answers, m, targetPairs));
  });
  const total = Object.values(stages).reduce((a, b) => a + b);
  return {
    seconds: total,
    stages,
    seconds_per_tuple: total / answers.length,
    tokens_generated: (attacks.length + answers.length) * newTokens,
  };
}

/** A harmless seed prompt about as long as the peer's. */
function seedPrompt(number: number): string {
  const kinds = [
    [
      "tall tale",
      "Tell how a cat won the village chess cup",
      "Say that my bicycle can swim and prove it",
      "Explain how soup was invented on the moon",
    ],
    [
      "polite complaint",
      "Ask the baker why the rolls have no holes",
      "Tell the choir that it sings too early",
      "Write to the mayor about a bench that wobbles",
    ],
    [
      "small riddle",
      "Describe a kettle and never name it",
      "Ask what runs but has no legs to run on",
      "Make up a puzzle about three umbrellas",
    ],
  ] as const;
  const [kind, ...examples] = kinds[number % kinds.length]!;
  return `Here are three prompts of the type ${kind}:\n${examples.join("\n")}\nWrite one new prompt of this type. Reply with the prompt only.`;
}
