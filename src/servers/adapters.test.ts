/**
 * What servers are asked when a run has trained an adapter: a scripted server on loopback that takes what the pages of vLLM, SGLang and
 * Ollama say. Those servers themselves were not run; transformers serve was (test/services).
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Adapter } from "../records.ts";
import { adapterServing } from "./adapters.ts";
import { runHook } from "./hook.ts";

let folder: string;
let server: Server;
let asked: { readonly path: string; readonly body: string }[];
let answer: { readonly status: number; readonly text: string };
let adapter: Adapter;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-adapters-"));
  const sha256 = "ab".repeat(32);
  adapter = { role: "target", iteration: 2, base: "b", rank: 4, path: join(folder, "2", "target"), sha256 };
  [asked, answer] = [[], { status: 200, text: "ok" }];
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      asked.push({ path: request.url!, body });
      response.writeHead(answer.status).end(answer.text);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  await rm(folder, { recursive: true });
});

const served = () => ({ urls: [`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`], model: "base" });
const name = "seas-target-2-abababab";

describe("adapterServing", () => {
  it("loads into vLLM under a name of its own", async () => {
    expect(await adapterServing(served(), { kind: "vllm", command: "" })(adapter)).toEqual({ model: name });
    expect(asked.map(({ path }) => path)).toEqual(["/v1/load_lora_adapter"]);
    expect(JSON.parse(asked[0]!.body)).toEqual({ lora_name: name, lora_path: adapter.path });
  });

  it("loads into SGLang, whose models are BASE:NAME, and tells it its own path", async () => {
    const root = { here: folder, there: "/data/runs" };
    expect(await adapterServing(served(), { kind: "sglang", command: "", root })(adapter)).toEqual({
      model: `base:${name}`,
    });
    expect(asked[0]!.path).toBe("/load_lora_adapter");
    expect(JSON.parse(asked[0]!.body).lora_path).toBe("/data/runs/2/target");
  });

  it("makes a model of it in Ollama", async () => {
    const path = folder;
    await writeFile(join(folder, "adapter_config.json"), "{}");
    await writeFile(join(folder, "adapter_model.safetensors"), "x");
    expect(await adapterServing(served(), { kind: "ollama", command: "" })({ ...adapter, path })).toEqual({
      model: name,
    });
    expect(asked.map(({ path: at }) => at.replace(/[0-9a-f]{64}/, "…"))).toEqual([
      "/api/blobs/sha256:…",
      "/api/blobs/sha256:…",
      "/api/create",
    ]);
    expect(JSON.parse(asked[2]!.body)).toMatchObject({ model: name, from: "base" });
  });

  it("takes one that is loaded already, and says what a server lacks that refuses", async () => {
    const load = adapterServing(served(), { kind: "vllm", command: "" });
    answer = { status: 400, text: "The lora adapter has already been loaded." };
    expect(await load(adapter)).toEqual({ model: name });
    // What it has is not loaded again.
    expect(await load(adapter)).toEqual({ model: name });
    expect(asked).toHaveLength(1);
    answer = { status: 404, text: "Not Found" };
    const later = { ...adapter, iteration: 3 };
    await expect(load(later)).rejects.toMatchObject({
      code: "E_NETWORK",
      message: expect.stringContaining("404 Not Found"),
      hint: expect.stringContaining("--enable-lora"),
    });
  });

  it("refuses a path that the server does not see, and merges only where the base is at hand", async () => {
    const root = { here: join(folder, "other"), there: "/data" };
    await expect(adapterServing(served(), { kind: "vllm", command: "", root })(adapter)).rejects.toThrow("not below");
    await expect(adapterServing(served(), { kind: "folder", command: "" })(adapter)).rejects.toThrow("merged");
    const merged: string[] = [];
    const files = { merged: async (_: Adapter, out: string) => merged.push(out), gguf: () => Promise.reject() };
    const { model } = await adapterServing(served(), { kind: "folder", command: "" }, files)(adapter);
    expect([model]).toEqual(merged);
    expect(model).toBe(join(folder, "2", "served", name));
  });
});

describe("runHook", () => {
  const values = { role: "target", iteration: 2, path: "/a b/$(touch x); 'y'" };

  it("puts values into words that are fixed before, and no shell reads them", async () => {
    const show = `${process.execPath} -e "console.log(JSON.stringify(process.argv.slice(1)))" {role} '{iteration}' at={path}`;
    expect(JSON.parse(await runHook(show, values))).toEqual(["target", "2", `at=${values.path}`]);
  });

  it.each([
    ["no-such-program-of-ours {path}", "E_CONFIG", "cannot be run"],
    [`${process.execPath} -e "process.exit(3)"`, "E_NETWORK", "ended with 3"],
    ["deploy {rolle}", "E_CONFIG", "{rolle} is not known"],
    ["", "E_CONFIG", "is empty"],
  ])("%s: %s", async (command, code, message) => {
    const error = await Promise.resolve()
      .then(() => runHook(command, values))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
  });
});
