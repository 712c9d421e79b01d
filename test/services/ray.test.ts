/**
 * Training on a real Ray head with real `trl` jobs: what TRL trains on is what our own trainer trains on, the adapter comes back, a
 * client that is killed in the middle finds its job again, an interrupt stops it; and a whole run with players on a server, training
 * on Ray and judges in this process.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TrainerDefinition } from "../../src/config/trainer.ts";
import { openBaseModel } from "../../src/engine/base-model.ts";
import { createEngine, type Engine } from "../../src/engine/engine.ts";
import { exportAdapter } from "../../src/engine/export/export-adapter.ts";
import { type EmbeddedModel, embeddedModel } from "../../src/players/embedded.ts";
import { Attempt, EvaluationRow, Pair, Prompt, Score, Verdict } from "../../src/records.ts";
import type { DpoOptions, Model, TrainStep } from "../../src/seams.ts";
import { collect } from "../../src/stages/attack.ts";
import { embeddedTrainer } from "../../src/trainers/embedded.ts";
import { rayTrainer } from "../../src/trainers/ray.ts";
import { type RayHead, startRayHead } from "./ray-head.ts";
import type { ServerProcess } from "./server-process.ts";
import { startTransformersServer } from "./transformers-server.ts";

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

/** A step on two processors; the fewer layers are computed twice the better. */
const ray = () => ({
  kind: "ray" as const,
  address: head.address,
  base,
  cpus: 2,
  pollSeconds: 0.5,
  arguments: ["--gradient_checkpointing", "False"],
});

function trainer(note: (text: string) => void, more: object = {}) {
  const definition = TrainerDefinition.parse({ ...ray(), ...more });
  if (definition.kind !== "ray") throw new Error("not ray");
  return rayTrainer(definition, here, {}, note);
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
  it("trains on what our own trainer trains on, and the adapter comes back", async () => {
    const theirs = options("theirs");
    const adapter = await trainer(() => {}).dpo(here, pairs, theirs);
    const ours = options("ours");
    await embeddedTrainer(here).dpo(here, pairs, ours);
    console.info(JSON.stringify({ theirs: theirs.steps, ours: ours.steps }, null, 1));
    expect(theirs.steps).toHaveLength(2);
    const [first, own] = [theirs.steps[0]!, ours.steps[0]!];
    // TRL prints four digits, and also trains the line feed that the template writes after an answer, of which the base is sure.
    for (const side of ["logps/chosen", "logps/rejected"])
      expect(Math.abs(first[side]! - own[side]!)).toBeLessThan(0.1);
    // Reference and player are one at first: the loss is ln 2 and the answers' mean, over those line feeds too.
    const tokens = pairs.map(({ chosen }) => engine.base.tokenizer.encode(chosen).length + 1);
    const all = tokens.reduce((sum, n) => sum + n, 0);
    expect(own.loss - Math.LN2).toBeCloseTo(-(own["logps/chosen"]! * pairs.length) / all, 3);
    expect(Math.abs(first.loss - Math.LN2 - ((own.loss - Math.LN2) * all) / (all + pairs.length))).toBeLessThan(1e-2);
    expect(first["rewards/margins"]).toBe(0);
    expect(adapter).toMatchObject({ role: "target", iteration: 1, base: engine.base.name, rank: 4 });
    expect(await said(here.with(adapter))).not.toEqual(await said(here));
  });

  it("says what is wrong when the cluster does not see the folder", async () => {
    const training = trainer(() => {}, { folder: { here: folder, there: "/nowhere" } }).dpo(
      here,
      pairs,
      options("lost"),
    );
    await expect(training).rejects.toMatchObject({
      message: expect.stringMatching(/^job seas-\w+ failed: FileNotFoundError: .*\/nowhere\/lost\/job\/data/),
      hint: expect.stringContaining("`trainer.folder` says where"),
    });
  });

  it("stops the job of a training that is interrupted", async () => {
    const controller = new AbortController();
    const notes: string[] = [];
    const training = trainer((text) => {
      notes.push(text);
      if (text.endsWith(": running")) controller.abort(new Error("interrupted"));
    }).sft(
      here,
      pairs.map(({ id, prompt, chosen }) => ({ id, prompt, completion: chosen })),
      { ...options("interrupted"), signal: controller.signal },
    );
    await expect(training).rejects.toThrow("interrupted");
    const id = /job (\S+) submitted/.exec(notes.join("\n"))![1];
    expect((await head.jobs()).find(({ submission_id }) => submission_id === id)?.status).toBe("STOPPED");
  });
});

describe("a run with players on a server, training on Ray, judges here", () => {
  const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startTransformersServer();
  });
  afterAll(() => server?.close());

  // A step or two each: a job spends its time on importing.
  const small = { batchSize: 4, epochs: 1, warmupRatio: 0 };
  const shared = {
    preset: "tiny",
    iterations: 2,
    initialization: { redTeam: { examples: 1, ...small } },
    attack: {
      seeds: 1,
      promptsPerSeed: 2,
      handWritten: 2,
      responsesPerPrompt: 1,
      maxPromptTokens: 16,
      maxResponseTokens: 12,
    },
    optimization: {
      redTeam: { ...small, maxPairs: 2, handWrittenPairs: 2, minDiversity: 0 },
      target: { ...small, maxPairs: 2, generalPairs: [1], lookAlikePairs: 1, replayPairs: 0, maxOverRefusal: 1 },
    },
    evaluation: { testPrompts: 2, lookAlikes: 1, ordinary: 2, crossPlaySeeds: 0 },
  };

  /** `seas run` as a process of its own. */
  async function start(name: string, more: object): Promise<ChildProcess> {
    const config = join(folder, `${name}.yaml`);
    // A YAML file may be JSON.
    await writeFile(config, JSON.stringify({ ...shared, ...more, output: join(folder, name) }));
    return spawn(process.execPath, ["--import", "tsx", main, "run", config, "--yes", "--no-samples"], {
      stdio: ["ignore", "ignore", "inherit"],
    });
  }

  it("goes through two iterations; killed in the middle of a job, it finds it again; records and report are those of a run here", async () => {
    const before = (await head.jobs()).length;
    const hybrid = {
      model: { server: "local", precision: "float32" },
      servers: { local: { url: server.url, model: base, adapters: { kind: "folder" }, concurrency: 2 } },
      trainer: ray(),
    };
    const first = await start("hybrid", hybrid);
    while (!(await head.jobs()).some(({ status }) => status === "RUNNING")) {
      expect(first.exitCode).toBeNull();
      await sleep(200);
    }
    first.kill("SIGKILL");
    await once(first, "close");
    expect((await head.jobs()).length - before).toBe(1);
    const second = await start("hybrid", hybrid);
    expect(await once(second, "close")).toEqual([0, null]);
    const embedded = await start("embedded", { model: { precision: "float32" } });
    expect(await once(embedded, "close")).toEqual([0, null]);
    const [theirs, own] = [await runOf("hybrid"), await runOf("embedded")];
    // One job for each training that had something to train on, killed or not.
    const trained = Object.keys(theirs).filter((file) => file.endsWith("adapter.json"));
    expect(trained).toContain("2/adapters/target/adapter.json");
    expect((await head.jobs()).length - before).toBe(trained.length);
    const adapter = (file: string) => theirs[file]!.keys;
    expect(adapter("1/adapters/target/adapter.json")).toEqual(own["1/adapters/target/adapter.json"]!.keys);
    const records = (files: typeof own) => Object.keys(files).filter((file) => /^\d\/[\w.-]+\.jsonl$/.test(file));
    expect(records(theirs)).toEqual(records(own));
    for (const name of ["hybrid", "embedded"]) await checkForms(name);
    for (const file of ["0/adapters/red-team/train.jsonl", "1/adapters/target/train.jsonl"])
      expect(theirs[file]!.keys).toEqual(expect.arrayContaining(own[file]!.keys));
    for (const files of [theirs, own]) expect(files["report.html"]!.size).toBeGreaterThan(100_000);
    for (const name of ["seas-red-team-0", "seas-target-1", "seas-target-2"]) expect(server.log()).toContain(name);
  });

  /** Every row of every file of records is what records.ts says, and has no key beside. */
  async function checkForms(name: string): Promise<void> {
    const [dir] = await readdir(join(folder, name));
    for (const [file, form] of Object.entries(forms))
      for (const iteration of ["1", "2"]) {
        const text = await readFile(join(folder, name, dir!, iteration, `${file}.jsonl`), "utf8");
        for (const line of text.split("\n").filter(Boolean)) form.strict().parse(JSON.parse(line));
      }
  }

  /** Files of the one run in a folder, by their path: size, and keys of the rows of a JSON file that every row has. */
  async function runOf(name: string): Promise<Record<string, { readonly size: number; readonly keys: string[] }>> {
    const runs = join(folder, name);
    const [dir, ...others] = await readdir(runs);
    expect(others).toEqual([]);
    const files = await readdir(join(runs, dir!), { recursive: true, withFileTypes: true });
    const entries = files
      .filter((entry) => entry.isFile() && !entry.parentPath.includes("/job"))
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        const text = await readFile(path, "utf8");
        return [
          path.slice(join(runs, dir!).length + 1),
          { size: text.length, keys: keysIn(entry.name, text) },
        ] as const;
      });
    return Object.fromEntries((await Promise.all(entries)).sort(([a], [b]) => (a < b ? -1 : 1)));
  }
});

const forms = {
  prompts: Prompt,
  "hand-written": Prompt,
  attempts: Attempt,
  verdicts: Verdict,
  "pairs.red-team": Pair,
  "pairs.target": Pair,
  evaluation: EvaluationRow,
  scores: Score,
};

function keysIn(name: string, text: string): string[] {
  if (!/\.jsonl?$/.test(name) || text === "") return [];
  const rows: object[] = name.endsWith(".jsonl")
    ? text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line))
    : [JSON.parse(text)];
  return Object.keys(rows[0]!)
    .filter((key) => rows.every((row) => key in row))
    .sort();
}
