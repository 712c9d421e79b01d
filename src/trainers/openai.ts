/**
 * Training by a fine-tuning API: rows go up as a file, a job trains on them, and the name of a new model comes back, from which
 * the next job starts. The reference of DPO is the model that a job starts from, as in the paper.
 *
 * The API takes epochs, batch size, beta, a seed and a factor to its own learning rate. It knows none of `learningRate`, `schedule`,
 * `warmupRatio`, `weightDecay`, `maxGradNorm`, `maxLength`, `sftWeight` and the rank: what becomes of those is the provider's. A step
 * cannot be weakened by parts either, as nobody can mix weights that are elsewhere: it is accepted, or the model before is kept.
 */
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SeasError } from "../errors.ts";
import { writeHosted } from "../players/hosted.ts";
import type { Adapter, Example, Message, Pair } from "../records.ts";
import type { DpoOptions, Model, Trainer, TrainOptions } from "../seams.ts";
import { type FineTuningApi, fineTuningApi, type Work } from "../servers/fine-tuning.ts";
import { finishedJob } from "./fine-tuning-job.ts";

/** Where and how jobs run. */
export interface OpenaiTraining {
  /** Of the API. */
  readonly url: string;
  readonly apiKey?: string | undefined;
  /** What the first jobs start from, as the API names it. */
  readonly model: string;
  /** The same, as the players' server names it. @default model */
  readonly played?: string | undefined;
  readonly learningRateMultiplier: number | "auto";
  readonly deleteFiles: boolean;
  readonly pollSeconds: number;
  readonly patienceSeconds: number;
  /** How long a server that is gone is waited for. */
  readonly serverPatienceSeconds?: number | undefined;
  /** Attempts of a request after the first. @default 5 */
  readonly retries?: number | undefined;
}

/**
 * A trainer at a provider.
 *
 * @param note a line on what the job does
 * @example const adapter = await openaiTrainer(training, console.error).dpo(model, pairs, options);
 */
export function openaiTrainer(training: OpenaiTraining, note: (text: string) => void): Trainer {
  const { url, apiKey, retries, serverPatienceSeconds: wait } = training;
  const patience = wait === undefined ? undefined : 1000 * wait;
  const api = fineTuningApi({ url, apiKey, retries, patience, note });
  const train = async (kind: Kind, model: Model, rows: readonly object[], options: TrainOptions | DpoOptions) =>
    trained(api, training, note, workOf(kind, startOf(model, training), training, rows, options), rows.length, options);
  return {
    dpo: (model, pairs, options) => train("dpo", model, pairs.map(preference), options),
    sft: (model, examples, options) => train("supervised", model, examples.map(conversation), options),
  };
}

type Kind = "supervised" | "dpo";

/** A pair in the API's form. */
function preference({ prompt, chosen, rejected }: Pair) {
  return { input: { messages: prompt }, preferred_output: [said(chosen)], non_preferred_output: [said(rejected)] };
}

function conversation({ prompt, completion }: Example) {
  return { messages: [...prompt, said(completion)] };
}

function said(content: string): Message {
  return { role: "assistant", content };
}

/**
 * The model that a job starts from.
 *
 * @throws SeasError E_CONFIG for an adapter whose weights are here
 */
function startOf({ name, adapter }: Model, { model, played }: OpenaiTraining): string {
  if (adapter === undefined) return model;
  if (adapter.model !== undefined) return adapter.model === played ? model : adapter.model;
  throw new SeasError("E_CONFIG", `a fine-tuning API cannot start from ${name}, whose weights are here`, {
    hint: "it starts from its own models only: train all iterations there, or none",
  });
}

/** What a job is asked for. */
export function hyperparametersOf(
  { epochs, batchSize, ...more }: Pick<TrainOptions, "epochs" | "batchSize"> & { readonly beta?: number },
  { learningRateMultiplier }: Pick<OpenaiTraining, "learningRateMultiplier">,
) {
  const beta = more.beta === undefined ? {} : { beta: more.beta };
  return { n_epochs: epochs, batch_size: batchSize, learning_rate_multiplier: learningRateMultiplier, ...beta };
}

function workOf(
  kind: Kind,
  model: string,
  training: OpenaiTraining,
  objects: readonly object[],
  options: TrainOptions | DpoOptions,
): Work {
  const { epochs, batchSize, seed, role, iteration } = options;
  const beta = kind === "dpo" && "beta" in options ? { beta: options.beta } : {};
  const hyperparameters = hyperparametersOf({ epochs, batchSize, ...beta }, training);
  const method = { type: kind, [kind]: { hyperparameters } };
  const rows = objects.map((row) => `${JSON.stringify(row)}\n`).join("");
  const suffix = `seas-${role}-${iteration}`;
  const hash = createHash("sha256")
    .update(JSON.stringify([model, method, seed, suffix, rows]))
    .digest("hex");
  return { hash, model, method, seed, suffix, rows };
}

async function trained(
  api: FineTuningApi,
  training: OpenaiTraining,
  note: (text: string) => void,
  work: Work,
  rows: number,
  options: TrainOptions,
): Promise<Adapter> {
  const { outputDir, role, iteration, batchSize, epochs, accept, onStep } = options;
  const stepsPerEpoch = Math.ceil(rows / batchSize);
  const signal = options.signal ?? new AbortController().signal;
  const { job, model, steps } = await finishedJob(api, work, {
    signal,
    poll: 1000 * training.pollSeconds,
    patience: 1000 * training.patienceSeconds,
    note,
    steps: stepsPerEpoch * epochs,
    stepsPerEpoch,
    ...(onStep === undefined ? {} : { onStep }),
  });
  const trainedTokens = job.trained_tokens ?? null;
  note(`job ${job.id}: ${model}${trainedTokens === null ? "" : `, ${trainedTokens} tokens trained`}`);
  const save = async (accepted: boolean): Promise<Adapter> => {
    const before = work.model === training.model ? (training.played ?? work.model) : work.model;
    const name = accepted ? model : before;
    const hosted = { model: name, url: training.url, job: job.id, startedFrom: work.model, trainedTokens, accepted };
    const sha256 = await writeHosted(outputDir, hosted);
    return { role, iteration, base: training.model, rank: 0, path: outputDir, sha256, model: name };
  };
  let adapter = await save(true);
  await writeFile(join(outputDir, "train.jsonl"), steps.map((row) => `${JSON.stringify(row)}\n`).join(""));
  if (accept !== undefined) {
    const accepted = await accept(adapter);
    if (!accepted) {
      note(`${role}: weights at a provider cannot be weakened by parts: the whole step is given up`);
      adapter = await save(false);
    }
    adapter = { ...adapter, kept: accepted ? 1 : 0 };
  }
  if (training.deleteFiles && job.training_file) await deleted(api, job.training_file, note, signal);
  return adapter;
}

/** The rows have done their work; what cannot be deleted is said and left. */
async function deleted(api: FineTuningApi, file: string, note: (text: string) => void, signal: AbortSignal) {
  try {
    await api.deleteFile(file, signal);
  } catch (error) {
    signal.throwIfAborted();
    note(`file ${file} is still at the provider: ${error instanceof Error ? error.message : String(error)}`);
  }
}
