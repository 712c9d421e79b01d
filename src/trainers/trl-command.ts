/** TRL's command lines for what the seam asks: `trl dpo` and `trl sft` under the names of TRL 1.x. */
import type { DpoOptions, TrainOptions } from "../seams.ts";

/** As the cluster sees them. */
export interface Places {
  readonly model: string;
  /** A folder with one JSONL file. */
  readonly data: string;
  readonly out: string;
}

/** Preference training; `sftWeight` is a second loss beside the sigmoid's, over the chosen side. */
export function dpoCommand(places: Places, options: DpoOptions, extra: readonly string[]): string {
  const losses =
    options.sftWeight === 0 ? [] : ["--loss_type", "sigmoid", "sft", "--loss_weights", "1", `${options.sftWeight}`];
  return line(["trl", "dpo", ...common(places, options), "--beta", `${options.beta}`, ...losses, ...extra]);
}

/** Supervised tuning on completions alone. */
export function sftCommand(places: Places, options: TrainOptions, extra: readonly string[]): string {
  return line(["trl", "sft", ...common(places, options), ...extra]);
}

function common({ model, data, out }: Places, options: TrainOptions): string[] {
  const values: Readonly<Record<string, string | number>> = {
    model_name_or_path: model,
    dataset_name: data,
    output_dir: out,
    lora_r: options.loraRank,
    lora_alpha: options.loraAlpha,
    lora_dropout: 0,
    learning_rate: options.learningRate,
    per_device_train_batch_size: options.batchSize,
    num_train_epochs: options.epochs,
    warmup_ratio: options.warmupRatio,
    lr_scheduler_type: options.schedule,
    weight_decay: options.weightDecay,
    max_grad_norm: options.maxGradNorm,
    max_length: options.maxLength,
    seed: options.seed,
    logging_steps: 1,
    save_strategy: "no",
    report_to: "none",
  };
  return [
    ...Object.entries(values).flatMap(([name, value]) => [`--${name}`, `${value}`]),
    "--use_peft",
    "--lora_target_modules",
    ...["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
  ];
}

/** Words for a POSIX shell, which is what Ray gives an entrypoint to. */
function line(words: readonly string[]): string {
  return words.map((word) => (/^[\w./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
}
