/**
 * The trainer on Ray with a tiny model, against a server on loopback that takes jobs as Ray does and writes the adapter that a test wants
 * in their place: what is submitted, what is believed, what comes of it. Real jobs are test/services/ray.test.ts.
 */
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { tinyConfig, tinyLlama, tinyLora } from "../../test/tiny-llama.ts";
import { TrainerDefinition } from "../config/trainer.ts";
import { createEngine, type Engine } from "../engine/engine.ts";
import { type Lora, loadLora, saveLora, stacked, weakened } from "../engine/lora.ts";
import { embeddedModel } from "../players/embedded.ts";
import type { Adapter, Pair } from "../records.ts";
import type { DpoOptions } from "../seams.ts";
import { rayTrainer } from "./ray.ts";
import type { JobRequest } from "./ray-api.ts";

let tiny: Awaited<ReturnType<typeof tinyLlama>>;
let engine: Engine;
let server: Server;
let jobs: Map<string, JobRequest>;
/** What a job does, between its submission and the next look at it. */
let perform: (places: { readonly model: string; readonly data: string; readonly out: string }) => Promise<void>;

beforeEach(async () => {
  tiny = await tinyLlama();
  await writeFile(join(tiny.folder, "tokenizer.json"), "{}");
  engine = createEngine(tiny.base, { threads: 1, precision: "float32" });
  jobs = new Map();
  server = createServer((request, response) => {
    void (async () => {
      const [, , , id = "", what] = request.url!.split("/");
      let text = "";
      for await (const part of request) text += part;
      const say = (status: number, value: unknown) => response.writeHead(status).end(JSON.stringify(value));
      if (request.method === "POST" && id === "") {
        const job: JobRequest = JSON.parse(text);
        jobs.set(job.submission_id, job);
        const value = (flag: string) => new RegExp(` --${flag} (\\S+)`).exec(job.entrypoint)![1]!;
        await perform({ model: value("model_name_or_path"), data: value("dataset_name"), out: value("output_dir") });
        say(200, { submission_id: job.submission_id });
      } else if (!jobs.has(id)) say(404, `Job ${id} does not exist`);
      else if (what === "logs") say(200, { logs: "{'loss': 1, 'grad_norm': 1, 'learning_rate': 1, 'epoch': 1}\n" });
      else say(200, { status: "SUCCEEDED" });
    })();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await engine.close();
  await tiny.remove();
});

const learned = tinyLora("learned");
/** A job as it should be. */
const good =
  (lora: Lora = learned) =>
  ({ model, out }: { readonly model: string; readonly out: string }) =>
    saveLora(lora, out, model).then(() => {});

function trainer(more: object = {}) {
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const definition = TrainerDefinition.parse({ kind: "ray", address, base: "hub/tiny", pollSeconds: 0.01, ...more });
  if (definition.kind !== "ray") throw new Error("not ray");
  return rayTrainer(definition, embeddedModel(engine, { batchSize: 1 }), {}, () => {});
}

const pairs: Pair[] = [
  {
    id: "p",
    role: "target",
    prompt: [{ role: "user", content: "ask\u2028" }],
    chosen: "yes",
    rejected: "no",
    kind: "general",
    from: ["a", "b"],
  },
];

function options(more: Partial<DpoOptions> = {}): DpoOptions {
  return {
    role: "target",
    iteration: 1,
    outputDir: join(tiny.folder, "trained"),
    learningRate: 0.01,
    batchSize: 1,
    epochs: 1,
    warmupRatio: 0,
    schedule: "constant",
    weightDecay: 0,
    maxGradNorm: 1,
    maxLength: 16,
    loraRank: 2,
    loraAlpha: 4,
    seed: 1,
    beta: 0.1,
    sftWeight: 0,
    ...more,
  };
}

const bare = () => embeddedModel(engine, { batchSize: 1 });
async function carrying(lora: Lora): Promise<Adapter> {
  const path = join(tiny.folder, "carried");
  const sha256 = await saveLora(lora, path, "tiny");
  return { role: "target", iteration: 0, base: "tiny", rank: lora.rank, path, sha256 };
}

it("writes TRL's rows and brings the adapter back, with what it logged", async () => {
  let rows = "";
  perform = async (places) => {
    rows = await readFile(join(places.data, "train.jsonl"), "utf8");
    await good()(places);
  };
  const adapter = await trainer({ gpus: 1 }).dpo(bare(), pairs, options());
  expect(JSON.parse(rows)).toEqual({
    prompt: [{ role: "user", content: "ask\u2028" }],
    chosen: [{ role: "assistant", content: "yes" }],
    rejected: [{ role: "assistant", content: "no" }],
  });
  expect(rows.split(/[\n\u2028]/)).toHaveLength(2);
  expect(adapter).toMatchObject({ role: "target", iteration: 1, base: "tiny", rank: 2, path: options().outputDir });
  expect((await loadLora(adapter.path, tinyConfig)).tensors).toEqual(learned.tensors);
  expect(JSON.parse(await readFile(join(adapter.path, "train.jsonl"), "utf8"))).toMatchObject({ step: 1, loss: 1 });
  const [job] = jobs.values();
  expect(job).toMatchObject({ entrypoint_num_gpus: 1, entrypoint_num_cpus: 1, metadata: { name: "seas target 1" } });
});

it("trains from the base and its adapter merged, and stacks what was learned on what was carried", async () => {
  const carried = tinyLora("carried");
  let merged: string[] = [];
  perform = async (places) => {
    merged = await readdir(places.model);
    await good()(places);
  };
  const model = bare().with(await carrying(carried));
  const adapter = await trainer().dpo(model, pairs, options());
  expect(merged).toEqual(expect.arrayContaining(["config.json", "model.safetensors", "tokenizer.json"]));
  expect(adapter.rank).toBe(4);
  const whole = stacked(carried, learned);
  expect((await loadLora(adapter.path, tinyConfig)).tensors).toEqual(whole.tensors);
  // The merged model is as large as the base; it does not stay.
  expect((await readdir(join(adapter.path, "job"))).filter((name) => name.startsWith("start"))).toEqual([]);
});

it("weakens what was learned, and nothing of what was carried, until it is accepted", async () => {
  const carried = tinyLora("carried");
  perform = good();
  let asked = 0;
  const accept = async () => ++asked === 2;
  const adapter = await trainer().dpo(bare().with(await carrying(carried)), pairs, options({ accept }));
  expect(adapter.kept).toBe(0.5);
  const expected = stacked(carried, weakened(learned, 0.5));
  expect((await loadLora(adapter.path, tinyConfig)).tensors).toEqual(expected.tensors);
});

it("does the same work once: another session finds the job, other pairs are other work", async () => {
  perform = good();
  const first = await trainer().dpo(bare(), pairs, options());
  expect(await trainer().dpo(bare(), pairs, options())).toEqual(first);
  expect(jobs.size).toBe(1);
  await trainer().dpo(bare(), [{ ...pairs[0]!, chosen: "other" }], options());
  expect(jobs.size).toBe(2);
});

it("calls folders as the cluster does, and refuses those that it does not see", async () => {
  perform = async () => {};
  const folder = { here: tiny.folder, there: "/data/x" };
  await expect(trainer({ folder }).dpo(bare(), pairs, options())).rejects.toThrow();
  const [{ entrypoint }] = [...jobs.values()] as [JobRequest];
  expect(entrypoint).toContain(" --dataset_name /data/x/trained/job/data ");
  expect(entrypoint).toMatch(/ --output_dir \/data\/x\/trained\/job\/seas-[0-9a-f]{16} /);
  await expect(
    trainer({ folder: { ...folder, here: "/elsewhere" } }).dpo(bare(), pairs, options()),
  ).rejects.toMatchObject({
    code: "E_CONFIG",
    message: expect.stringContaining("is not below /elsewhere"),
  });
});

describe("what a job left is not believed", () => {
  const rejected = (more: object) => ({ code: "E_TRAINING", retryable: true, ...more });
  const broken = (value: number) => {
    const tensors = new Map(learned.tensors);
    const name = "layers.1.mlp.up_proj.lora_B";
    const { data, dims } = tensors.get(name)!;
    tensors.set(name, { data: data.map((x, i) => (i === 3 ? value : x)), dims });
    return { ...learned, tensors };
  };

  it.each([
    ["nothing", async () => {}, "cannot be read", "trainer.folder"],
    ["NaN", good(broken(Number.NaN)), "holds what is no number", "learningRate"],
    ["infinity", good(broken(Number.POSITIVE_INFINITY)), "holds what is no number", "learningRate"],
    ["no change", good(weakened(learned, 0)), "changes nothing", "maxLength"],
    [
      "another base's name",
      ({ out }: { out: string }) => good()({ model: "hub/other", out }),
      "of hub/other",
      "another",
    ],
    [
      "other shapes",
      ({ model, out }: { model: string; out: string }) => good({ ...learned, rank: 3 })({ model, out }),
      "expected [3",
      "another base model",
    ],
    [
      "another kind of LoRA",
      async ({ model, out }: { model: string; out: string }) => {
        await good()({ model, out });
        const path = join(out, "adapter_config.json");
        await writeFile(path, (await readFile(path, "utf8")).replace('"use_rslora": false', '"use_rslora": true'));
      },
      "use_rslora is not supported",
      "plain LoRA",
    ],
  ])("%s", async (_, does, message, hint) => {
    perform = does;
    await expect(trainer().dpo(bare(), pairs, options())).rejects.toMatchObject(
      rejected({ message: expect.stringContaining(message), hint: expect.stringContaining(hint) }),
    );
    // A job that succeeded without a result is no reason to fail for ever.
    perform = good();
    const adapter = await trainer().dpo(bare(), pairs, options());
    expect([...jobs.keys()].map((id) => id.replace(/^seas-[0-9a-f]{16}/, ""))).toEqual(["", "-2"]);
    expect((await loadLora(adapter.path, tinyConfig)).tensors).toEqual(learned.tensors);
  });
});

it("says before it begins what it cannot do", () => {
  expect(() => trainer({ apiKeyEnv: "SEAS_NO_SUCH_KEY" })).toThrow("SEAS_NO_SUCH_KEY is not set");
  const all = createEngine(tiny.base, { threads: 1, precision: "float32", trainable: "all" });
  const definition = TrainerDefinition.parse({ kind: "ray", address: "http://head:8265", base: "b" });
  if (definition.kind !== "ray") throw new Error("not ray");
  expect(() => rayTrainer(definition, embeddedModel(all, { batchSize: 1 }), {}, () => {})).toThrow("not all weights");
});
