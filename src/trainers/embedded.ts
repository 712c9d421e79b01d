/**
 * The embedded trainer: SFT and DPO in this process, of LoRA or of all weights, starting from what the model carries. Writes
 * PEFT's two files (or the weights) and train.jsonl; a checkpoint in the same folder makes interrupted training end with the same bytes.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Fork, type Sequence, truncate } from "../engine/collate.ts";
import { dpo } from "../engine/dpo.ts";
import { between, copyOf, type Lora } from "../engine/lora.ts";
import { sft } from "../engine/sft.ts";
import { checkpointPath, dropCheckpoint, type StepRow, type TrainSettings } from "../engine/train.ts";
import { beginning, saveTrained } from "../engine/trained.ts";
import { SeasError } from "../errors.ts";
import { completionTokens, type EmbeddedModel, promptTokens } from "../players/embedded.ts";
import { createRandom } from "../random.ts";
import type { Adapter } from "../records.ts";
import type { Model, Trainer, TrainOptions } from "../seams.ts";
import { saveAccepted } from "./accepted.ts";

/**
 * A trainer over embedded models.
 *
 * @param base trains in the place of models that play elsewhere, on a server that serves the same base
 * @example const adapter = await embeddedTrainer().dpo(model, pairs, options);
 */
export function embeddedTrainer(base?: EmbeddedModel): Trainer {
  const here = (model: Model) => (isEmbedded(model) || base === undefined ? model : base.with(model.adapter));
  return {
    dpo: (model, pairs, options) =>
      finish(here(model), options, async (embedded, lora, settings) => {
        const { engine } = embedded;
        const tokens = pairs.map((pair) => {
          const prompt = promptTokens(engine, pair.prompt);
          const cut = (text: string) =>
            truncate({ prompt, completion: completionTokens(engine, text) }, options.maxLength);
          const chosen = cut(pair.chosen);
          const rejected = cut(pair.rejected);
          // One prompt for both sides: the shorter of the two cuts.
          const shared = chosen.prompt.length < rejected.prompt.length ? chosen.prompt : rejected.prompt;
          return { prompt: shared, chosen: chosen.completion, rejected: rejected.completion };
        });
        return dpo(engine, lora, await embedded.lora(), tokens, {
          ...settings,
          beta: options.beta,
          sftWeight: options.sftWeight,
        });
      }),
    sft: (model, examples, options) =>
      finish(here(model), options, ({ engine }, lora, settings) => {
        const sequences = examples.map((e) =>
          truncate(
            { prompt: promptTokens(engine, e.prompt), completion: completionTokens(engine, e.completion) },
            options.maxLength,
          ),
        );
        return sft(engine, lora, joined(sequences), settings);
      }),
  };
}

/** Neighbours with the same prompt as one fork, which is read once. */
function joined(sequences: readonly Sequence[]): Fork[] {
  const forks: { readonly prompt: readonly number[]; readonly completions: (readonly number[])[] }[] = [];
  for (const { prompt, completion } of sequences) {
    const last = forks.at(-1);
    if (last !== undefined && last.prompt.join() === prompt.join()) last.completions.push(completion);
    else forks.push({ prompt, completions: [completion] });
  }
  return forks;
}

/** The frame of both trainings: adapter to start from, training, files. */
async function finish(
  model: Model,
  options: TrainOptions,
  work: (model: EmbeddedModel, lora: Lora, settings: TrainSettings) => Promise<StepRow[]>,
): Promise<Adapter> {
  if (!isEmbedded(model)) {
    throw new SeasError("E_CONFIG", `the embedded trainer cannot train ${model.name}`, {
      hint: "pass an embedded model, or another trainer",
    });
  }
  const { engine } = model;
  await mkdir(options.outputDir, { recursive: true });
  const lora =
    model.adapter === undefined
      ? await beginning(
          engine,
          { rank: options.loraRank, alpha: options.loraAlpha },
          createRandom(`lora/${options.seed}/${options.role}`).next,
        )
      : copyOf(await model.lora());
  const from = copyOf(lora);
  const checkpoint = checkpointPath(options.outputDir);
  const { signal, onStep } = options;
  const rows = await work(model, lora, {
    learningRate: options.learningRate,
    batchSize: options.batchSize,
    epochs: options.epochs,
    warmupRatio: options.warmupRatio,
    schedule: options.schedule,
    weightDecay: options.weightDecay,
    maxGradNorm: options.maxGradNorm,
    seed: options.seed,
    checkpoint,
    ...(signal === undefined ? {} : { signal }),
    ...(onStep === undefined ? {} : { onStep }),
  });
  await writeFile(join(options.outputDir, "train.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const save = async (share: number): Promise<Adapter> => ({
    role: options.role,
    iteration: options.iteration,
    base: engine.base.name,
    rank: lora.rank,
    path: options.outputDir,
    sha256: await saveTrained(engine, share === 1 ? lora : between(from, lora, share), options.outputDir),
  });
  const adapter = options.accept === undefined ? await save(1) : await saveAccepted(save, options.accept);
  await dropCheckpoint(checkpoint);
  return adapter;
}

function isEmbedded(model: Model): model is EmbeddedModel {
  return "engine" in model && "lora" in model;
}
