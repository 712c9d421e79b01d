/**
 * What a job runs: `trl dpo` and `trl sft` under the names of TRL 1.16 on transformers 5, or a command of the user's. A line for a
 * POSIX shell, which is what Ray gives an entrypoint to; every value is quoted.
 */
import type { RayTraining } from "../config/ray.ts";
import { targetModules } from "../engine/lora.ts";
import { SeasError } from "../errors.ts";
import type { DpoOptions, TrainOptions } from "../seams.ts";
import { filledWords } from "../servers/command-words.ts";

/** As the cluster sees them. */
export interface Places {
  readonly model: string;
  /** A folder with one JSONL file. */
  readonly data: string;
  readonly out: string;
}

/** A training without what only this process knows. */
export type Numbers = Omit<TrainOptions, "outputDir" | "signal" | "accept" | "onStep"> &
  Partial<Pick<DpoOptions, "beta" | "sftWeight">>;

/**
 * The line that trains.
 *
 * @param options DPO's have a beta, those of supervised training have none
 * @throws SeasError E_CONFIG when a step's batch cannot be shared among the processes, or the user's command asks for what is not known
 */
export function entrypointOf(config: RayTraining, places: Places, options: Numbers): string {
  const kind = options.beta === undefined ? "sft" : "dpo";
  const { role, iteration, learningRate, batchSize, epochs, warmupRatio, schedule, maxLength, seed } = options;
  const { loraRank, loraAlpha, beta = 0, sftWeight = 0 } = options;
  if (config.command !== undefined) {
    const numbers = { learningRate, batchSize, epochs, warmupRatio, schedule, maxLength, seed };
    const values = { kind, ...places, role, iteration, ...numbers, loraRank, loraAlpha, beta, sftWeight };
    return shellLine(filledWords(config.command, values));
  }
  const processes = config.processes ?? Math.max(1, Math.floor(config.gpus));
  const parts = processes * config.accumulation;
  if (batchSize % parts !== 0)
    throw new SeasError("E_CONFIG", `a batch of ${batchSize} cannot be shared among ${parts} parts of a step`, {
      hint: "`batchSize` of each training must be a multiple of `trainer.processes` × `trainer.accumulation`",
    });
  const losses = sftWeight === 0 ? [] : ["--loss_type", "sigmoid", "sft", "--loss_weights", "1", `${sftWeight}`];
  const several = ["--num_processes", `${processes}`, "--accelerate_config", config.accelerate];
  return shellLine([
    ...["trl", kind],
    ...flags({ ...placeFlags(places), ...numberFlags(options, batchSize / parts, config.accumulation) }),
    ...["--use_peft", "--lora_target_modules", ...targetModules],
    ...(kind === "dpo" ? ["--beta", `${beta}`, ...losses] : ["--completion_only_loss", "True"]),
    // Half precision is TRL's own choice, which is for GPUs.
    ...(config.gpus === 0 ? ["--bf16", "False"] : []),
    ...config.arguments,
    ...(processes === 1 ? [] : several),
  ]);
}

function placeFlags({ model, data, out }: Places) {
  return { model_name_or_path: model, dataset_name: data, output_dir: out };
}

function numberFlags(options: Numbers, perDevice: number, accumulation: number) {
  return {
    lora_r: options.loraRank,
    lora_alpha: options.loraAlpha,
    lora_dropout: 0,
    learning_rate: options.learningRate,
    per_device_train_batch_size: perDevice,
    gradient_accumulation_steps: accumulation,
    num_train_epochs: options.epochs,
    // Below 1 it is a share of the steps; 1 would be one step.
    warmup_steps: Math.min(options.warmupRatio, 0.999),
    lr_scheduler_type: options.schedule,
    weight_decay: options.weightDecay,
    max_grad_norm: options.maxGradNorm,
    max_length: options.maxLength,
    seed: options.seed,
    logging_steps: 1,
    save_strategy: "no",
    report_to: "none",
  };
}

function flags(values: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, `${value}`]);
}

/** Words for a POSIX shell. */
function shellLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
}
