/**
 * Two real llama.cpp servers on the GGUF file of the default model, with a GGUF adapter that we exported: what they answer goes together
 * with what the engine answers, as far as it does in export.test.ts. llama-server is started again by a command for an adapter that it
 * lacks; llama-cpp-python has the one of its start.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { checkServers } from "../../src/cli/doctor-servers.ts";
import { ServerDefinition } from "../../src/config/servers.ts";
import { resolveConfig } from "../../src/config.ts";
import { type BaseModel, openBaseModel } from "../../src/engine/base-model.ts";
import { createEngine, type Engine } from "../../src/engine/engine.ts";
import { exportAdapter } from "../../src/engine/export/export-adapter.ts";
import { saveLora } from "../../src/engine/lora.ts";
import { embeddedModel } from "../../src/players/embedded.ts";
import { servedPlayer } from "../../src/players/served.ts";
import type { Adapter } from "../../src/records.ts";
import type { Model } from "../../src/seams.ts";
import type { AdapterFiles } from "../../src/servers/adapters.ts";
import { collect } from "../../src/stages/attack.ts";
import { fixedLora } from "../parity/fixed-values.ts";
import { together } from "./common-prefix.ts";
import { type LlamaCpp, llamaCpp } from "./llama-cpp-programs.ts";
import { freePort, type ServerProcess, startServer } from "./server-process.ts";

// On these the base is sure enough of its first tokens, see export.test.ts.
const questions = [
  "Write two sentences about the sea.",
  "Count from one to ten.",
  "List three fruits.",
  "How do I boil an egg?",
];

let folder: string;
let programs: LlamaCpp;
let base: BaseModel;
let engine: Engine;
let adapter: Adapter;
/** The engine's texts. */
let ours: { readonly bare: string[]; readonly adapted: string[] };
const open: ServerProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-llama-cpp-"));
  programs = await llamaCpp();
  vi.stubEnv("SEAS_MODEL_SOURCE", "wheel");
  base = await openBaseModel("smollm2-135m-instruct");
  engine = createEngine(base, { threads: 0, precision: "float32" });
  const path = join(folder, "adapter");
  const sha256 = await saveLora(fixedLora(base.config, 16, 64, 0), path, base.name);
  adapter = { role: "target", iteration: 1, base: base.name, rank: 16, path, sha256 };
  const here = embeddedModel(engine, { batchSize: 4 });
  ours = { bare: await textsOf(here), adapted: await textsOf(here.with(adapter)) };
}, 1_800_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  for (const server of open) await server.close();
  await engine?.close();
  await rm(folder, { recursive: true, force: true });
});

async function textsOf(model: Model): Promise<string[]> {
  const requests = questions.map((content, i) => ({ id: `q${i}`, messages: [{ role: "user" as const, content }] }));
  const answers = await collect(model.generate(requests, { temperature: 0, topP: 1, maxTokens: 12, seed: 1 }));
  expect(answers.map(({ error }) => error).filter(Boolean)).toEqual([]);
  return answers.map(({ text }) => text);
}

/** Both as the engine, and the adapter's as the engine's with it rather than without. */
function compare({ bare, adapted }: typeof ours): void {
  console.info(JSON.stringify({ theirs: { bare, adapted }, ours }, null, 1));
  expect(together(bare, ours.bare)).toBeGreaterThan(0.6);
  expect(together(adapted, ours.adapted)).toBeGreaterThan(0.6);
  expect(together(adapted, ours.adapted)).toBeGreaterThan(together(adapted, ours.bare) + 0.1);
}

const files: AdapterFiles = {
  merged: () => Promise.reject(new Error("no server here wants a merged model")),
  gguf: ({ path }, out) => exportAdapter({ format: "gguf", adapter: path, base, out }),
};

it("llama-server: without an adapter, and with one for which it is started again", async () => {
  const port = await freePort();
  const start = async (...more: string[]) => {
    const where = ["--host", "127.0.0.1", "--port", `${port}`];
    const size = ["--ctx-size", "2048", "--parallel", "2", "--threads", "2"];
    open.push(await startServer(programs.server, ["--model", base.path, ...where, ...size, ...more], port));
  };
  await start();
  // What a command of the user's would do by systemd or Docker.
  const started: string[] = [];
  const supervisor: Server = createServer(async (request, response) => {
    started.push(decodeURIComponent(request.url!.slice(1)));
    await open.pop()!.close();
    await start("--lora-init-without-apply", "--lora", started.at(-1)!);
    response.end();
  });
  await new Promise<void>((done) => supervisor.listen(0, "127.0.0.1", done));
  try {
    const at = `http://127.0.0.1:${(supervisor.address() as AddressInfo).port}/`;
    const command = `${process.execPath} -e "fetch('${at}' + encodeURIComponent(process.argv[1]))" {path}`;
    const url = `http://127.0.0.1:${port}/v1`;
    const adapters = { kind: "llama-server", command };
    const definition = { url, model: "base", patienceSeconds: 60, adapters };
    const notes: string[] = [];
    const served = servedPlayer("llama", ServerDefinition.parse(definition), {}, (note) => notes.push(note), files);
    const bare = await textsOf(served);
    const adapted = await textsOf(served.with(adapter));
    console.info(JSON.stringify({ theirs: { bare, adapted }, ours }, null, 1));
    expect(together(bare, ours.bare)).toBeGreaterThan(0.6);
    expect(adapted).not.toEqual(bare);
    // It has the adapter now, and the base is still the base.
    expect(await textsOf(served)).toEqual(bare);
    const findings: string[] = [];
    const config = resolveConfig({ preset: "tiny", servers: { llama: definition } });
    for await (const { state, text } of checkServers(config, {})) findings.push(`${state}: ${text}`);
    console.info(findings.join("\n"));
    expect(findings.filter((line) => line.startsWith("missing"))).toEqual([]);
    expect(findings[0]).toMatch(/^ok: .* \(llama-server .*\) serves base; takes chat/);
    // What a request asked for is what the program says that was told of the adapter at its start. It rounds another way than the
    // engine (Q4_1 by 8-bit activations), and under so strong an adapter their texts part early.
    await open.pop()!.close();
    await start("--lora", started.at(-1)!);
    const asItIs = ServerDefinition.parse({ url, model: "base", patienceSeconds: 60 });
    expect(await textsOf(servedPlayer("llama", asItIs, {}, () => {}))).toEqual(adapted);
  } finally {
    supervisor.closeAllConnections();
    await new Promise((done) => supervisor.close(done));
  }
});

it("llama-cpp-python: without an adapter, and with the one of its start", async () => {
  const file = await exportAdapter({ format: "gguf", adapter: adapter.path, base, out: join(folder, "adapter.gguf") });
  const texts = async (...more: string[]) => {
    const port = await freePort();
    const args = ["-m", "llama_cpp.server", "--model", base.path, "--host", "127.0.0.1", "--port", `${port}`];
    const size = ["--n_ctx", "2048", "--n_threads", "2"];
    const libraries = { LLAMA_CPP_LIB_PATH: programs.libraries };
    const server = await startServer(programs.python, [...args, ...size, ...more], port, libraries);
    try {
      const at = { url: server.url, model: "base", concurrency: 1, patienceSeconds: 20 };
      const definition = ServerDefinition.parse(at);
      return await textsOf(servedPlayer("llama", definition, {}, () => {}));
    } finally {
      await server.close();
    }
  };
  compare({ bare: await texts(), adapted: await texts("--lora_path", file) });
});
