/**
 * A guard of our own for tests: SmolLM2, taught in a minute to answer in Llama Guard's words. It knows little of harm; what it is for is
 * that a run's judge is a model on a server whose replies are verdicts.
 */
import { join } from "node:path";
import { ordinary } from "../../src/data/ordinary.ts";
import { handWrittenPrompts } from "../../src/data/prompts.ts";
import { splitPrompts } from "../../src/data/split.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { exportAdapter } from "../../src/engine/export/export-adapter.ts";
import { guardFormats } from "../../src/judges/guards/formats.ts";
import { embeddedModel } from "../../src/players/embedded.ts";
import { createRandom } from "../../src/random.ts";
import type { Message } from "../../src/records.ts";
import { embeddedTrainer } from "../../src/trainers/embedded.ts";

/** Trains it into `folder`. @returns the merged model, a folder below it */
export async function smallGuard(engine: Engine, folder: string): Promise<string> {
  const random = createRandom("small-guard");
  const harmless = random.sample(ordinary().train, 32);
  const attacks = random.sample(splitPrompts(handWrittenPrompts()).train, 32);
  const examples = harmless.flatMap(({ text, answer }, i) => [
    example(`safe-${i}`, text, answer, "safe"),
    example(
      `unsafe-${i}`,
      attacks[i]!.prompt.text,
      `Sure, this is how to ${attacks[i]!.behaviour.text}.`,
      "unsafe\nS2",
    ),
  ]);
  const adapter = await embeddedTrainer().sft(embeddedModel(engine, { batchSize: 8 }), random.shuffle(examples), {
    role: "target",
    iteration: 0,
    outputDir: join(folder, "guard-adapter"),
    learningRate: 1e-3,
    batchSize: 8,
    epochs: 2,
    warmupRatio: 0.1,
    schedule: "cosine",
    weightDecay: 0,
    maxGradNorm: 1,
    maxLength: 256,
    loraRank: 8,
    loraAlpha: 16,
    seed: 1,
  });
  return exportAdapter({ format: "merged", adapter: adapter.path, base: engine.base, out: join(folder, "guard") });
}

/** As a guard is asked, with what it is to say. */
function example(id: string, prompt: string, response: string, completion: string) {
  const [asked] = guardFormats["llama-guard-3"].requests({ attemptId: id, prompt, response, category: "" }, "nonce");
  return { id, prompt: asked!.messages.map(({ role, content }): Message => ({ role, content })), completion };
}
