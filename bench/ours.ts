/**
 * Our side of one line of work, in a process of its own like the peers: `tsx bench/ours.ts dpo|sample|score|loop
 * exact|best [threads]`. Progress on stderr, one JSON line with the peers' fields on stdout; `operations` are those of
 * products with weights, frozen ones (int8 in `best`) and the others (float32 always).
 */
import { openBaseModel } from "../src/engine/base-model.ts";
import { byTokens, type Fork, forkFeeds } from "../src/engine/collate.ts";
import { dpo, dpoGradients, type TokenPair } from "../src/engine/dpo.ts";
import { createEngine } from "../src/engine/engine.ts";
import { sampleBatch } from "../src/engine/generate.ts";
import { copyOf, freshLora, type Lora, loraFeeds, noLora } from "../src/engine/lora.ts";
import { headLayer, type LinearLayer, loraModules } from "../src/engine/nets/linear.ts";
import { adamState, adamStep } from "../src/engine/optimizer.ts";
import { logProbs, pool } from "../src/engine/score.ts";
import { createRandom } from "../src/random.ts";
import { type Mode, type Ours, sizes } from "./work.ts";

type Figures = Record<string, unknown>;

const [, , work, mode, threads = "2"] = process.argv as [string, string, Exclude<Ours, "start">, Mode, string?];
const base = await openBaseModel("smollm2-135m-instruct");
// Every answer has all its tokens: no end of text.
const endless = { ...base, tokenizer: { ...base.tokenizer, eosIds: [] } };
const precision = mode === "exact" ? "float32" : "int8";
const engine = createEngine(endless, { threads: Number(threads), precision });
const { config, tokenizer } = engine.base;
const random = createRandom("bench");
const ids = (n: number) => Array.from({ length: n }, () => 100 + Math.floor(random.next() * (config.vocabSize - 100)));
const bare = noLora(config);
const adapter = (rank: number) => freshLora(config, rank, 2 * rank, createRandom("lora").next);

const works: Readonly<Record<Exclude<Ours, "start">, () => Promise<Figures>>> = { dpo: dpoSteps, sample, score, loop };
const figures = await works[work]();
process.stdout.write(`${JSON.stringify({ program: work, mode, precision, ...figures, ...machine() })}\n`);
await engine.close();

/** Seconds of a step that is not the first: reference, gradients, AdamW, on new pairs. */
async function dpoSteps(): Promise<Figures> {
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
  const layers = loraModules(config);
  const lowRank = layers.reduce((n, { inputs, outputs }) => n + rank * (inputs + outputs), 0);
  // Reference, forward, and the way back to what each product read; LoRA also to its matrices, and it has no reference.
  const operations = [
    2 * 3 * read * weightsOf(layers),
    2 * 3 * (read * lowRank + completions * weightsOf([headLayer(config)])),
  ];
  return {
    seconds_per_step: mean,
    tokens_per_second: (2 * pairs * length) / mean,
    operations,
    operations_seconds: mean,
  };
}

async function sample(): Promise<Figures> {
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

/** Two logits at the end of each text, by the whole base as the peer does. Our own judge stops at 26 of 30 layers. */
async function score(): Promise<Figures> {
  const { texts, shortest, longest } = sizes.score;
  const lengths = Array.from({ length: texts }, (_, i) => shortest + ((i * 37) % (longest - shortest + 1)));
  const rows = lengths.map(ids).sort((a, b) => b.length - a.length);
  const session = await engine.session("logits");
  const run = (some: readonly (readonly number[])[]) =>
    seconds(async () => {
      for (const part of byTokens(some, (row) => row.length, 1024)) {
        const { feeds, length } = forkFeeds(
          part.map((prompt) => ({ prompt, completions: [] })),
          config,
        );
        const at = BigInt64Array.from(part, (row, b) => BigInt(b * length + row.length - 1));
        await session.run({ ...feeds, ...loraFeeds(bare), at: { data: at, dims: [part.length] } });
      }
    });
  note(`warm-up: ${(await run(rows.slice(0, 16))).toFixed(2)} s`);
  const took = await run(rows);
  return { seconds: took, texts_per_second: texts / took, tokens_per_second: lengths.reduce((a, b) => a + b) / took };
}

/** Attack, judgement and both trainings of one iteration, sessions opened within it. */
async function loop(): Promise<Figures> {
  const { seeds, promptsPerSeed: n, responsesPerPrompt: m, newTokens, redPairs, targetPairs, rank } = sizes.loop;
  const red = adapter(rank);
  const target = adapter(rank);
  const options = { temperature: 0.8, topP: 0.9, maxTokens: newTokens };
  const chat = (content: string) => tokenizer.chat([{ role: "user", content }], { addGenerationPrompt: true });
  const repeat = (prompts: readonly (readonly number[])[], times: number, name: string) =>
    prompts.flatMap((prompt, i) => Array.from({ length: times }, (_, k) => ({ prompt, seed: `${name}/${i}/${k}` })));
  const stages: Record<string, number> = {};
  const stage = async (name: string, task: () => Promise<void>) => {
    stages[name] = await seconds(task);
    note(`${name}: ${stages[name].toFixed(1)} s`);
  };

  const seedPrompts = Array.from({ length: seeds }, (_, i) => chat(seedPrompt(i)));
  let attacks: number[][] = [];
  let answers: number[][] = [];
  await stage("attack_red", async () => {
    attacks = (await sampleBatch(engine, red, repeat(seedPrompts, n, "red"), options)).map((s) => [...s.tokens]);
  });
  const asked = attacks.map((tokens) => chat(tokenizer.decode(tokens)));
  await stage("attack_target", async () => {
    answers = (await sampleBatch(engine, target, repeat(asked, m, "target"), options)).map((s) => [...s.tokens]);
  });
  await stage("judge", async () => {
    const forks = asked.map((prompt, i): Fork => ({ prompt, completions: answers.slice(i * m, (i + 1) * m) }));
    await pool(engine, bare, forks);
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
  return { seconds: total, stages, tokens_generated: (attacks.length + answers.length) * newTokens };
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

/** Frozen weights of some layers. */
function weightsOf(layers: readonly LinearLayer[]): number {
  return layers.reduce((n, { inputs, outputs }) => n + inputs * outputs, 0);
}

async function seconds(task: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await task();
  return (performance.now() - start) / 1000;
}

function average(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

function machine(): Figures {
  return { peak_rss_mib: Math.round(process.resourceUsage().maxRSS / 1024), node: process.version };
}
