/**
 * Training on a Ray cluster: the pairs go to a folder that the cluster sees, a job runs `trl dpo` or `trl sft` on them, and the adapter
 * that it leaves comes back. No Python of ours: the entrypoint is a command that anybody can run by hand (docs/scale.md).
 *
 * TRL trains a fresh adapter on a model that is merged; what the player carried before and what was learned are stacked, so that a
 * player stays the base with one adapter. The reference is the merged model with the fresh adapter off: the player of before.
 */
import { createHash } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, posix, relative, resolve, sep } from "node:path";
import type { RayTraining } from "../config/trainer.ts";
import { exportAdapter } from "../engine/export/export-adapter.ts";
import { type Lora, loadLora, saveLora, stacked, weakened } from "../engine/lora.ts";
import { SeasError } from "../errors.ts";
import type { EmbeddedModel } from "../players/embedded.ts";
import type { Adapter, Example, Pair } from "../records.ts";
import type { DpoOptions, Model, Trainer, TrainOptions } from "../seams.ts";
import { saveAccepted } from "./accepted.ts";
import { followJob, type RayJob } from "./ray-job.ts";
import { dpoCommand, sftCommand } from "./trl-command.ts";

/**
 * A trainer on a cluster.
 *
 * @param base reads and writes adapters, and merges them
 * @param note a line on what the job does
 */
export function rayTrainer(config: RayTraining, base: EmbeddedModel, note: (text: string) => void): Trainer {
  return {
    dpo: (model, pairs, options) => train(config, base, model, options, pairs.map(preference), dpoCommand, note),
    sft: (model, examples, options) => train(config, base, model, options, examples.map(example), sftCommand, note),
  };
}

function preference({ prompt, chosen, rejected }: Pair) {
  return { prompt, chosen: said(chosen), rejected: said(rejected) };
}

function example({ prompt, completion }: Example) {
  return { prompt, completion: said(completion) };
}

function said(content: string) {
  return [{ role: "assistant", content }];
}

async function train<O extends TrainOptions | DpoOptions>(
  config: RayTraining,
  base: EmbeddedModel,
  model: Model,
  options: O,
  rows: readonly object[],
  command: (place: { model: string; data: string; out: string }, options: O, extra: readonly string[]) => string,
  note: (text: string) => void,
): Promise<Adapter> {
  const { engine } = base;
  const folder = resolve(options.outputDir, "job");
  const there = (path: string) => seen(path, config);
  const data = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  const [dataDir, out, start] = [join(folder, "data"), join(folder, "out"), join(folder, "start")];
  await mkdir(dataDir, { recursive: true });
  await writeFile(join(dataDir, "train.jsonl"), data);
  const before = model.adapter;
  if (before !== undefined) {
    await rm(start, { recursive: true, force: true });
    await exportAdapter({ format: "merged", adapter: before.path, base: engine.base, out: start });
  }
  const place = { model: before === undefined ? config.base : there(start), data: there(dataDir), out: there(out) };
  const entrypoint = command(place, options, config.arguments);
  const job: RayJob = {
    address: config.address,
    id: `seas-${hash([entrypoint, data, before?.sha256 ?? ""])}`,
    entrypoint,
    environment: config.environment,
    cpus: config.cpus,
    gpus: config.gpus,
  };
  const steps = await followJob(job, { ...options, poll: 1000 * config.pollSeconds, note });
  const learned = await loadLora(out, engine.base.config).catch((cause: unknown) => {
    throw new SeasError("E_MODEL", `job ${job.id} ended, but ${out} holds no adapter of ${engine.base.name}`, {
      hint: "does the cluster see that folder? `trainer.folder` says where; is `trainer.base` this base?",
      cause,
    });
  });
  const carried = before === undefined ? undefined : await loadLora(before.path, engine.base.config);
  await writeFile(join(options.outputDir, "train.jsonl"), steps.map((row) => `${JSON.stringify(row)}\n`).join(""));
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
  await rm(start, { recursive: true, force: true });
  return adapter;
}

/** Where the cluster sees a path of this machine. */
function seen(path: string, { folder }: RayTraining): string {
  if (folder === undefined) return path;
  const below = relative(resolve(folder.here), path);
  if (below.startsWith(".."))
    throw new SeasError("E_CONFIG", `${path} is not below ${folder.here}, which the cluster sees`, {
      hint: "set `output` to a folder in `trainer.folder.here`",
    });
  return posix.join(folder.there, ...below.split(sep));
}

function hash(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}
