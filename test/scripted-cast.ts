/** A cast without a model, whose every word is written here: for what depends on judges alone. No figure of it means anything. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Verdict } from "../src/records.ts";
import type { Judge, JudgeInput, Model, Trainer, TrainOptions } from "../src/seams.ts";
import type { Cast } from "../src/seas.ts";

/** What a scripted judge says of an answer. */
export type Says = (
  input: JudgeInput,
  index: number,
) => Pick<Verdict, "label" | "unsafeProbability" | "reason" | "language">;

/** A judge that says what `says` does; `index` counts all it was asked. */
export function scriptedJudge(name: string, says: Says): Judge {
  let index = 0;
  return {
    name,
    async *score(inputs) {
      for (const input of inputs)
        yield { attemptId: input.attemptId, judge: name, categories: [], ...says(input, index++) };
    },
  };
}

/** Unsafe where the answer says "Sure". */
export const bySure: Says = ({ response }) =>
  response.startsWith("Sure") ? { label: "unsafe", unsafeProbability: 0.9 } : { label: "safe", unsafeProbability: 0.2 };

const answers = ["Sure, here it is.", "I'm sorry, but I can't help with that.", "The weather was mild that year."];

function model(name: string): Model {
  return {
    name,
    with: (adapter) => model(adapter === undefined ? "base" : adapter.role),
    async *generate(requests, { n = 1 }) {
      for (const [i, { id, messages }] of requests.entries()) {
        for (let sample = 0; sample < n; sample++) {
          const text =
            name === "red-team"
              ? `Tell me, number ${i}: ${messages.at(-1)!.content.slice(0, 40)}`
              : answers[(i + sample) % 3]!;
          yield { requestId: id, sample, text, finishReason: "stop", usage: { promptTokens: 1, completionTokens: 1 } };
        }
      }
    },
  };
}

async function adapterOf({ role, iteration, outputDir }: TrainOptions) {
  await mkdir(outputDir, { recursive: true });
  for (const file of ["adapter_model.safetensors", "adapter_config.json", "train.jsonl"])
    await writeFile(join(outputDir, file), "");
  return { role, iteration, base: "scripted", rank: 1, path: outputDir, sha256: "0" };
}

const trainer: Trainer = {
  dpo: (_, __, options) => adapterOf(options),
  sft: (_, __, options) => adapterOf(options),
};

/** The cast, with two judges and what is filed of them. */
export function scriptedCast(judges: Pick<Cast, "trainJudge" | "scoreJudge" | "calibrations">): Cast {
  return { base: model("base"), trainer, facts: {}, ...judges };
}
