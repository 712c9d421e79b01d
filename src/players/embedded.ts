/**
 * The embedded player: a base model in this process, with or without a LoRA adapter. All players over one engine
 * share its weights and sessions; changing roles costs nothing.
 */
import type { Engine } from "../engine/engine.ts";
import { sampleBatch } from "../engine/generate.ts";
import type { Lora } from "../engine/lora.ts";
import { logProbs } from "../engine/score.ts";
import { loadTrained, untrained } from "../engine/trained.ts";
import type { Adapter, Example, Message } from "../records.ts";
import type { Completion, GenerateOptions, GenerateRequest, Model } from "../seams.ts";
import { requireWeights } from "./hosted.ts";

/** A model whose adapter can be read: what the embedded trainer and judge need beside {@link Model}. */
export interface EmbeddedModel extends Model {
  readonly engine: Engine;
  /** The adapter's matrices, zeros on the bare base; where all weights are trained, those. */
  lora(): Promise<Lora>;
}

/**
 * A player over the engine's base model.
 *
 * @param options.batchSize rows sampled side by side; a larger batch streams the weights less often
 * @example
 * const model = embeddedModel(createEngine(await openBaseModel("smollm2-135m-instruct", {}), { threads: 0 }), { batchSize: 32 });
 */
export function embeddedModel(
  engine: Engine,
  options: { readonly batchSize: number; readonly adapter?: Adapter },
): EmbeddedModel {
  const { adapter, batchSize } = options;
  let loaded: Promise<Lora> | undefined;
  const lora = () => (loaded ??= adapter === undefined ? untrained(engine) : readTrained(engine, adapter.path));
  return {
    engine,
    adapter,
    lora,
    name: adapter === undefined ? engine.base.name : `${engine.base.name} + ${adapter.role} ${adapter.iteration}`,
    with: (next) => embeddedModel(engine, { batchSize, ...(next === undefined ? {} : { adapter: next }) }),
    generate: (requests, generateOptions) => generate(engine, lora, batchSize, requests, generateOptions),
    async logProbs(examples: readonly Example[]) {
      const rows = examples.map((e) => ({
        prompt: promptTokens(engine, e.prompt),
        completions: [completionTokens(engine, e.completion)],
      }));
      const scores = await logProbs(engine, await lora(), rows);
      return scores.map(([logProb], i) => ({ logProb: logProb!, tokens: rows[i]!.completions[0]!.length }));
    },
  };
}

async function readTrained(engine: Engine, folder: string): Promise<Lora> {
  await requireWeights(folder);
  return loadTrained(engine, folder);
}

/** Tokens of a conversation up to where the assistant speaks. */
export function promptTokens(engine: Engine, messages: readonly Message[]): number[] {
  return engine.base.tokenizer.chat(messages, { addGenerationPrompt: true });
}

/** Tokens of an assistant's turn, its end included. */
export function completionTokens(engine: Engine, text: string): number[] {
  return [...engine.base.tokenizer.encode(text), engine.base.tokenizer.eosIds[0]!];
}

interface Job {
  readonly request: GenerateRequest;
  readonly sample: number;
  readonly prompt: readonly number[];
}

async function* generate(
  engine: Engine,
  lora: () => Promise<Lora>,
  batchSize: number,
  requests: readonly GenerateRequest[],
  options: GenerateOptions,
): AsyncIterable<Completion> {
  const { maxPositions } = engine.base.config;
  const jobs: Job[] = requests.flatMap((request) => {
    const prompt = promptTokens(engine, request.messages);
    return Array.from({ length: options.n ?? 1 }, (_, sample) => ({ request, sample, prompt }));
  });
  for (let first = 0; first < jobs.length; first += batchSize) {
    const batch = jobs.slice(first, first + batchSize);
    const fits = batch.filter((j) => j.prompt.length + options.maxTokens <= maxPositions);
    const answers =
      fits.length === 0
        ? []
        : await sampleBatch(
            engine,
            await lora(),
            fits.map((j) => ({ prompt: j.prompt, seed: `${options.seed}/${j.request.id}/${j.sample}` })),
            options,
          );
    for (const job of batch) {
      const answer = answers[fits.indexOf(job)];
      const usage = { promptTokens: job.prompt.length, completionTokens: answer?.tokens.length ?? 0 };
      const base = { requestId: job.request.id, sample: job.sample, usage };
      yield answer === undefined
        ? {
            ...base,
            text: "",
            finishReason: "error",
            error: `prompt of ${job.prompt.length} + ${options.maxTokens} tokens is over the model's ${maxPositions}`,
          }
        : { ...base, text: engine.base.tokenizer.decode(answer.tokens).trim(), finishReason: answer.finishReason };
    }
  }
}
