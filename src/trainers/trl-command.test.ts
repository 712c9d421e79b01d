/** The lines that jobs run: TRL's flags, several processes, quoting read back by a real shell, commands of the user's. */
import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { TrainerDefinition } from "../config/trainer.ts";
import { entrypointOf, type Numbers } from "./trl-command.ts";

function ray(more: object = {}) {
  const parsed = TrainerDefinition.parse({ kind: "ray", address: "http://head:8265", base: "hub/base", ...more });
  if (parsed.kind !== "ray") throw new Error("not ray");
  return parsed;
}

const places = { model: "/m", data: "/d", out: "/o" };
const numbers: Numbers = {
  role: "target",
  iteration: 2,
  learningRate: 5e-7,
  batchSize: 8,
  epochs: 1,
  warmupRatio: 0.1,
  schedule: "cosine",
  weightDecay: 0,
  maxGradNorm: 1,
  maxLength: 192,
  loraRank: 16,
  loraAlpha: 32,
  seed: 1002,
};
const dpo = { ...numbers, beta: 0.1, sftWeight: 0 };

/** What a shell makes of a line. */
const wordsIn = (line: string) =>
  execFileSync("/bin/sh", ["-c", `printf '%s\\n' ${line}`], { encoding: "utf8" })
    .trimEnd()
    .split("\n");

/** Values behind each flag. */
function flagsOf(line: string): Record<string, string> {
  const flags: Record<string, string[]> = {};
  let last = "";
  for (const word of wordsIn(line)) {
    if (word.startsWith("--")) {
      last = word.slice(2);
      flags[last] = [];
    } else {
      flags[last] ??= [];
      flags[last]!.push(word);
    }
  }
  return Object.fromEntries(Object.entries(flags).map(([flag, values]) => [flag, values.join(" ")]));
}

it("writes DPO's line", () => {
  expect(entrypointOf(ray({ gpus: 1 }), places, dpo)).toMatchInlineSnapshot(
    `"trl dpo --model_name_or_path /m --dataset_name /d --output_dir /o --lora_r 16 --lora_alpha 32 --lora_dropout 0 --learning_rate 5e-7 --per_device_train_batch_size 8 --gradient_accumulation_steps 1 --num_train_epochs 1 --warmup_steps 0.1 --lr_scheduler_type cosine --weight_decay 0 --max_grad_norm 1 --max_length 192 --seed 1002 --logging_steps 1 --save_strategy no --report_to none --use_peft --lora_target_modules q_proj k_proj v_proj o_proj gate_proj up_proj down_proj --beta 0.1"`,
  );
});

it("adds the chosen side's likelihood as a second loss", () => {
  expect(flagsOf(entrypointOf(ray(), places, { ...dpo, sftWeight: 3 }))).toMatchObject({
    loss_type: "sigmoid sft",
    loss_weights: "1 3",
    bf16: "False",
  });
  expect(flagsOf(entrypointOf(ray(), places, dpo))).not.toHaveProperty("loss_type");
});

it("trains on completions alone where there is no beta", () => {
  const line = entrypointOf(ray(), places, numbers);
  expect(line).toMatch(/^trl sft /);
  expect(flagsOf(line)).toMatchObject({ completion_only_loss: "True", warmup_steps: "0.1" });
  expect(flagsOf(line)).not.toHaveProperty("beta");
  // 1 would be one step, and the whole training is meant.
  expect(flagsOf(entrypointOf(ray(), places, { ...numbers, warmupRatio: 1 })).warmup_steps).toBe("0.999");
});

it("shares a step's batch among processes and parts, or says that it cannot", () => {
  const config = ray({ gpus: 4, accumulation: 2, accelerate: "zero3" });
  expect(flagsOf(entrypointOf(config, places, dpo))).toMatchObject({
    per_device_train_batch_size: "1",
    gradient_accumulation_steps: "2",
    num_processes: "4",
    accelerate_config: "zero3",
  });
  expect(() => entrypointOf(ray({ processes: 3 }), places, dpo)).toThrow(
    "a batch of 8 cannot be shared among 3 parts of a step",
  );
});

it("quotes whatever a name holds: the shell reads it back as it was", () => {
  const model = '/a b/it\'s $(touch /tmp/x) `id` "q" ; rm -rf * \\';
  const line = entrypointOf(ray({ arguments: ["--run_name", "x; y"] }), { ...places, model }, dpo);
  expect(flagsOf(line)).toMatchObject({ model_name_or_path: model, run_name: "x; y" });
});

it("fills a command of the user's, word by word", () => {
  const config = ray({ command: `./train.sh {kind} --from={model} "{data} x" {out} {beta} {loraRank}` });
  const line = entrypointOf(config, { ...places, model: "/m $(id)" }, dpo);
  expect(wordsIn(line)).toEqual(["./train.sh", "dpo", "--from=/m $(id)", "/d x", "/o", "0.1", "16"]);
  expect(() => entrypointOf(ray({ command: "x {path}" }), places, dpo)).toThrow("{path} is not known");
});
