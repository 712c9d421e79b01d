/**
 * Training on a Ray cluster: the pairs go to a folder that the cluster sees, a job runs `trl dpo` or `trl sft` on them, and the adapter
 * that it leaves comes back. No Python of ours: the entrypoint is a command that anybody can run by hand (docs/training-on-ray.md).
 *
 * TRL trains a fresh adapter on a model that is merged; what the player carried before and what was learned are stacked, so that a
 * player stays the base with one adapter. The reference is the merged model with the fresh adapter off: the player of before.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { RayTraining } from "../config/ray.ts";
import { exportAdapter } from "../engine/export/export-adapter.ts";
import { type Lora, loadLora, saveLora, stacked, weakened } from "../engine/lora.ts";
import { describeError, SeasError } from "../errors.ts";
import type { EmbeddedModel } from "../players/embedded.ts";
import type { Adapter, Example, Pair } from "../records.ts";
import { isThere, toLine, writeAtomic } from "../run/atomic.ts";
import type { DpoOptions, Model, Trainer, TrainOptions } from "../seams.ts";
import { keyOf } from "../servers/key.ts";
import { saveAccepted } from "./accepted.ts";
import { adapterOf } from "./ray-adapter.ts";
import { followJob, type RayJob } from "./ray-job.ts";
import { jobRequest, seenAs } from "./ray-request.ts";
import { entrypointOf } from "./trl-command.ts";

/**
 * A trainer on a cluster.
 *
 * @param base reads and writes adapters, and merges them
 * @param environment where the cluster's token is looked up
 * @param note a line on what the job does
 * @throws SeasError E_CONFIG when the token is not set, or all weights are to be trained
 */
export function rayTrainer(
  config: RayTraining,
  base: EmbeddedModel,
  environment: Readonly<Record<string, string | undefined>>,
  note: (text: string) => void,
): Trainer {
  const apiKey = keyOf("the Ray cluster", config.apiKeyEnv, environment);
  if (base.engine.trainable === "all")
    throw new SeasError("E_CONFIG", "`trainer.kind: ray` trains adapters, not all weights", {
      hint: "set `model.trainable: lora`",
    });
  const train = (model: Model, options: TrainOptions | DpoOptions, rows: readonly object[]) =>
    trained({ config, apiKey, base, note }, model, options, rows);
  return {
    dpo: (model, pairs, options) => train(model, options, pairs.map(preference)),
    sft: (model, examples, options) => train(model, options, examples.map(example)),
  };
}

/** TRL's conversational forms. */
function preference({ prompt, chosen, rejected }: Pair) {
  return { prompt, chosen: said(chosen), rejected: said(rejected) };
}

function example({ prompt, completion }: Example) {
  return { prompt, completion: said(completion) };
}

function said(content: string) {
  return [{ role: "assistant", content }];
}

interface Means {
  readonly config: RayTraining;
  readonly apiKey: string | undefined;
  readonly base: EmbeddedModel;
  readonly note: (text: string) => void;
}

async function trained(
  { config, apiKey, base, note }: Means,
  model: Model,
  options: TrainOptions | DpoOptions,
  rows: readonly object[],
): Promise<Adapter> {
  const { engine } = base;
  const before = model.adapter;
  const folder = resolve(options.outputDir, "job");
  const there = (path: string) => seenAs(path, config);
  const start = before && join(folder, `start-${before.sha256.slice(0, 8)}`);
  const places = { model: start === undefined ? config.base : there(start), data: there(join(folder, "data")) };
  const entrypoint = (id: string) => entrypointOf(config, { ...places, out: there(join(folder, id)) }, options);
  const data = rows.map(toLine).join("");
  const id = `seas-${hash([entrypoint(""), data, before?.sha256 ?? "", engine.base.sha256])}`;
  const adapterIn = (job: string) =>
    adapterOf(join(folder, job), engine.base, config.command === undefined ? places.model : undefined);
  const job: RayJob = {
    cluster: { address: config.address, apiKey },
    id,
    request: (name) => jobRequest(config, name, entrypoint(name), options),
    finished: (name) =>
      adapterIn(name).then(
        () => true,
        () => false,
      ),
  };
  await writeData(join(folder, "data"), data);
  if (start !== undefined) await mergedAt(start, before!, base, options.signal);
  const { signal, onStep } = options;
  const ended = await followJob(job, {
    ...(signal === undefined ? {} : { signal }),
    ...(onStep === undefined ? {} : { onStep }),
    poll: 1000 * config.pollSeconds,
    life: 3_600_000 * config.hoursAtMost,
    quiet: 60_000 * config.quietMinutes,
    note,
  });
  const learned = await adapterIn(ended.id).catch((cause: unknown) => {
    throw new SeasError("E_TRAINING", `job ${ended.id} ended well, but: ${describeError(cause)}`, {
      hint:
        cause instanceof SeasError && !/cannot be read/.test(cause.message) && cause.hint !== undefined
          ? cause.hint
          : `the job wrote to ${there(join(folder, ended.id))}: is that the same folder? \`trainer.folder\` says which is which`,
      retryable: true,
      cause,
    });
  });
  const carried = before === undefined ? undefined : await loadLora(before.path, engine.base.config);
  await writeAtomic(join(options.outputDir, "train.jsonl"), ended.steps.map(toLine).join(""));
  const save = async (share: number): Promise<Adapter> => {
    const own = share === 1 ? learned : weakened(learned, share);
    const whole: Lora = carried === undefined ? own : stacked(carried, own);
    return {
      role: options.role,
      iteration: options.iteration,
      base: engine.base.name,
      rank: whole.rank,
      path: options.outputDir,
      sha256: await saveLora(whole, options.outputDir, engine.base.name),
    };
  };
  const adapter = options.accept === undefined ? await save(1) : await saveAccepted(save, options.accept);
  // As large as the base; whoever goes on from here makes it anew should it be wanted.
  if (start !== undefined) await rm(start, { recursive: true, force: true });
  return adapter;
}

/** Writes the rows unless they are there: a job may be reading them. */
async function writeData(folder: string, data: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, "train.jsonl");
  if ((await readFile(file, "utf8").catch(() => undefined)) !== data) await writeAtomic(file, data);
}

/** Base and adapter as one model, whole or not at all; made once, as a job may be reading it. */
async function mergedAt(out: string, adapter: Adapter, { engine }: EmbeddedModel, signal?: AbortSignal): Promise<void> {
  if (await isThere(out)) return;
  const options = { format: "merged", adapter: adapter.path, base: engine.base, out } as const;
  await exportAdapter(signal === undefined ? options : { ...options, signal });
}

function hash(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}
