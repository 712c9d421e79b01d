/**
 * Training on a real Ray head with real `trl` jobs: what TRL trains on is what our own trainer trains on, the adapter comes back, a
 * client that is killed in the middle finds its job again, an interrupt stops it; and a whole run with players on a server, training
 * on Ray and judges in this process.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RayTraining, TrainerDefinition } from "../../src/config/trainer.ts";
import { openBaseModel } from "../../src/engine/base-model.ts";
import { createEngine, type Engine } from "../../src/engine/engine.ts";
import { exportAdapter } from "../../src/engine/export/export-adapter.ts";
import { loadLora } from "../../src/engine/lora.ts";
import { type EmbeddedModel, embeddedModel } from "../../src/players/embedded.ts";
import type { Adapter, Example, Pair } from "../../src/records.ts";
import type { DpoOptions, Model, TrainStep } from "../../src/seams.ts";
import { collect } from "../../src/stages/attack.ts";
import { embeddedTrainer } from "../../src/trainers/embedded.ts";
import { rayTrainer } from "../../src/trainers/ray.ts";
import { type RayHead, startRayHead } from "./ray-head.ts";

let folder: string;
let engine: Engine;
let here: EmbeddedModel;
let head: RayHead;
/** The base, as TRL finds it. */
let base: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-ray-training-"));
  engine = createEngine(await openBaseModel("smollm2-135m-instruct"), { threads: 0, precision: "float32" });
  here = embeddedModel(engine, { batchSize: 4 });
  base = await exportAdapter({ format: "merged", adapter: undefined, base: engine.base, out: join(folder, "base") });
  head = await startRayHead();
});
afterAll(async () => {
  await head?.close();
  await engine?.close();
  await rm(folder, { recursive: true, force: true });
});

function ray(more: object = {}): RayTraining {
  const given = { kind: "ray", address: head.address, base, cpus: 2, pollSeconds: 0.5, ...more };
  const parsed = TrainerDefinition.parse({ arguments: ["--gradient_checkpointing", "False"], ...given });
  if (parsed.kind !== "ray") throw new Error("not ray");
  return parsed;
}

const asked = (content: string) => [{ role: "user" as const, content }];
const pairs: Pair[] = [
  ["Name a fruit.", "An apple is a fruit.", "No."],
  ["What is snow?", "Snow is frozen water.", "I will not say."],
].map(([prompt, chosen, rejected], i) => ({
  id: `p${i}`,
  role: "target",
  prompt: asked(prompt!),
  chosen: chosen!,
  rejected: rejected!,
  kind: "general",
  from: ["a", "b"],
}));
const examples: Example[] = pairs.map(({ id, prompt, chosen }) => ({ id, prompt, completion: chosen }));

function options(name: string, more: Partial<DpoOptions> = {}): DpoOptions & { readonly steps: TrainStep[] } {
  const steps: TrainStep[] = [];
  return {
    role: "target",
    iteration: 1,
    outputDir: join(folder, name),
    learningRate: 5e-3,
    batchSize: 2,
    epochs: 2,
    warmupRatio: 0,
    schedule: "constant",
    weightDecay: 0,
    maxGradNorm: 1,
    maxLength: 128,
    loraRank: 4,
    loraAlpha: 8,
    seed: 1,
    beta: 0.1,
    sftWeight: 1,
    onStep: (step) => steps.push(step),
    steps,
    ...more,
  };
}

async function said(model: Model): Promise<string[]> {
  const requests = [...pairs, { id: "x", prompt: asked("Write a line about the sea.") }];
  const sampled = model.generate(
    requests.map(({ id, prompt }) => ({ id, messages: prompt })),
    { temperature: 0, topP: 1, maxTokens: 16, seed: 1 },
  );
  return (await collect(sampled)).map(({ text }) => text);
}

describe("trl on Ray", () => {
  let first: Adapter;

  it("trains on what our own trainer trains on, and the adapter comes back", async () => {
    const notes: string[] = [];
    const theirs = options("theirs");
    first = await rayTrainer(ray(), here, {}, (text) => notes.push(text)).dpo(here, pairs, theirs);
    const ours = options("ours");
    await embeddedTrainer(here).dpo(here, pairs, ours);
    console.info(JSON.stringify({ notes, theirs: theirs.steps, ours: ours.steps }, null, 1));
    expect(theirs.steps).toHaveLength(2);
    expect(theirs.steps[0]!["logps/chosen"]).toBeCloseTo(ours.steps[0]!["logps/chosen"]!, 1);
    expect(theirs.steps[0]!["logps/rejected"]).toBeCloseTo(ours.steps[0]!["logps/rejected"]!, 1);
    expect(first).toMatchObject({ role: "target", iteration: 1, base: engine.base.name, rank: 4 });
    expect(await said(here.with(first))).not.toEqual(await said(here));
  });
});
void [examples, ray, execFile, spawn, once, mkdir, readdir, readFile, writeFile, sleep, fileURLToPath, loadLora];
