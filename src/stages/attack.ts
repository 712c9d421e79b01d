/**
 * Attack (paper section 4.2): R_i writes n adversarial prompts for each seed prompt, T_i answers each m times, both by
 * sampling. A prompt that is empty, a near copy, or no longer asks for its category's harm is kept on file with its
 * reason and takes no part in the attack.
 */
import { hashId } from "../data/ids.ts";
import { stillAsks } from "../data/intent.ts";
import { asked } from "../data/pairs.ts";
import { cleanGeneratedPrompt, type SeedPrompt, seedPromptMessages } from "../data/seed-prompts.ts";
import { createDuplicateIndex } from "../data/similarity.ts";
import { describeCategory } from "../data/taxonomy.ts";
import { createRandom } from "../random.ts";
import { Attempt, type DropReason, Prompt } from "../records.ts";
import type { Streamed } from "../run/inputs.ts";
import { rowStage } from "../run/stage.ts";
import type { Completion, GenerateOptions, Model } from "../seams.ts";
import type { Context } from "./context.ts";

/** Where prompts are written and by whom. */
export interface PromptStage {
  /** Folder of the run. */
  readonly iteration: number;
  readonly name: string;
  /** i of R_i. */
  readonly redTeam: number;
  readonly seeds: readonly SeedPrompt[];
  /** n */
  readonly promptsPerSeed: number;
}

/** The messages of a seed prompt, as the Red Team sees it in training and in the attack. */
export function seedMessages(seed: SeedPrompt) {
  return seedPromptMessages(describeCategory(seed.category), seed.examples);
}

/** Writes prompts for the seeds, dropped ones included: exactly n a seed, in their order. */
export async function writePrompts(context: Context, model: Model, stage: PromptStage): Promise<void> {
  const { run, config, signal } = context;
  const { attack } = config;
  const known = createDuplicateIndex();
  const compared = config.optimization.rules !== "paper";
  await rowStage(run, {
    iteration: stage.iteration,
    name: stage.name,
    schema: Prompt,
    inputs: stage.seeds,
    rowsPerInput: stage.promptsPerSeed,
    batchSize: Math.max(1, Math.floor(attack.batchSize / stage.promptsPerSeed)),
    unit: "prompts",
    signal,
    onRow({ text, dropped }) {
      if (compared && dropped === undefined) known.add(text);
    },
    async work(seeds, { onTokens }) {
      const requests = seeds.map((seed) => ({ id: seed.id, messages: seedMessages(seed) }));
      const completions = await collect(
        model.generate(requests, {
          ...sampling(context, onTokens),
          n: stage.promptsPerSeed,
          maxTokens: attack.maxPromptTokens,
        }),
      );
      const fresh = createDuplicateIndex();
      return completions.map((completion, at) => {
        const seed = seeds[Math.floor(at / stage.promptsPerSeed)]!;
        const text = cleanGeneratedPrompt(completion.text);
        const dropped = dropReason(
          text,
          completion,
          seed,
          (t) => Math.max(known.nearest(t).similarity, fresh.nearest(t).similarity),
          context,
        );
        if (compared && dropped === undefined) fresh.add(text);
        const id = hashId("prompt", stage.name, stage.iteration, seed.id, completion.sample, text);
        const author = `red-team-${stage.redTeam}`;
        return {
          id,
          iteration: stage.iteration,
          text,
          category: seed.category,
          seedId: seed.id,
          seedIds: [...seed.seedIds],
          author,
          ...(dropped && { dropped }),
        };
      });
    },
  });
}

/** Hand-written training prompts, other ones each iteration: what is known already must be withstood as well. */
export async function handWrittenPrompts(context: Context, iteration: number): Promise<void> {
  const { run, config, data, signal } = context;
  const drawn = createRandom(`hand-written/${config.seed}/${iteration}`).sample(
    data.train,
    Math.min(config.attack.handWritten, data.train.length),
  );
  if (drawn.length === 0) return;
  await rowStage(run, {
    iteration,
    name: "hand-written",
    schema: Prompt,
    inputs: drawn,
    rowsPerInput: 1,
    batchSize: drawn.length,
    unit: "prompts",
    signal,
    work: async (batch) => [...batch],
  });
}

/** m answers of the Target to each prompt. */
export async function answerPrompts(
  context: Context,
  model: Model,
  iteration: number,
  prompts: Streamed<Prompt>,
): Promise<void> {
  const { run, config, signal } = context;
  const m = config.attack.responsesPerPrompt;
  await rowStage(run, {
    iteration,
    name: "attempts",
    schema: Attempt,
    inputs: prompts,
    rowsPerInput: m,
    batchSize: Math.max(1, Math.floor(config.attack.batchSize / m)),
    unit: "answers",
    signal,
    tokens: (row) => row.usage.completionTokens,
    sample: ({ response }, { text: prompt }) => ({ type: "sample", iteration, stage: "attempts", prompt, response }),
    async work(batch, { onTokens }) {
      const requests = batch.map((prompt) => ({ id: prompt.id, messages: asked(prompt.text) }));
      const completions = await collect(
        model.generate(requests, { ...sampling(context, onTokens), n: m, maxTokens: config.attack.maxResponseTokens }),
      );
      return completions.map(attemptOf);
    },
  });
}

/** An answer as a record. */
export function attemptOf({ requestId, sample, text, finishReason, usage, error }: Completion): Attempt {
  return {
    id: hashId("attempt", requestId, sample, text),
    promptId: requestId,
    sample,
    response: text,
    finishReason,
    usage,
    ...(error === undefined ? {} : { error }),
  };
}

/** Temperature, nucleus and seed of every sampling of a run. */
export function sampling(
  { config, signal }: Context,
  onTokens?: (tokens: number) => void,
): Omit<GenerateOptions, "maxTokens"> {
  const { temperature, topP } = config.attack;
  return { temperature, topP, seed: config.seed, signal, ...(onTokens === undefined ? {} : { onTokens }) };
}

/** All completions of a call, in order. */
export async function collect(completions: AsyncIterable<Completion>): Promise<Completion[]> {
  const all: Completion[] = [];
  for await (const completion of completions) all.push(completion);
  return all;
}

/** Why a written prompt takes no part, if so. The paper keeps everything that is not empty. */
function dropReason(
  text: string,
  completion: Completion,
  seed: SeedPrompt,
  nearest: (text: string) => number,
  { config }: Context,
): DropReason | undefined {
  if (text === "") return "empty";
  if (config.optimization.rules === "paper") return undefined;
  if (completion.finishReason === "length") return "too-long";
  const copies = createDuplicateIndex(seed.examples).nearest(text).similarity;
  if (copies >= config.attack.nearDuplicate) return "copies-example";
  if (nearest(text) >= config.attack.nearDuplicate) return "near-duplicate";
  return stillAsks(text, seed.category).reason;
}
