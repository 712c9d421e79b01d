/**
 * How a server comes to serve an adapter that a run has just trained, by what the server is. Each is asked once for an adapter, at
 * every copy, and gives the name under which requests then find it.
 *
 * From the servers' own pages: vLLM, features/lora (POST /v1/load_lora_adapter, with VLLM_ALLOW_RUNTIME_LORA_UPDATING); SGLang,
 * advanced_features/lora (POST /load_lora_adapter, model `BASE:NAME`); Ollama, docs/api.md (POST /api/blobs, /api/create).
 */
import { createHash } from "node:crypto";
import { access, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { AdapterServing } from "../config/servers.ts";
import { SeasError } from "../errors.ts";
import type { Adapter } from "../records.ts";
import { runHook } from "./hook.ts";
import { llamaServerWeights } from "./llama-server.ts";
import { pathThere } from "./path-there.ts";
import { rootOf, send } from "./send.ts";

/** A server's copies, and what its base is called there. */
export interface Served {
  readonly urls: readonly string[];
  readonly model: string;
  readonly apiKey?: string | undefined;
}

/** How an adapter is written for programs that do not read PEFT's files; each writes to a place where nothing is, whole or not at all. */
export interface AdapterFiles {
  /** Base and adapter as one model, a folder. */
  merged(adapter: Adapter, folder: string): Promise<unknown>;
  /** The adapter as a GGUF file. */
  gguf(adapter: Adapter, file: string): Promise<unknown>;
}

/** What requests say to be answered by an adapter, or by the bare base. */
export interface Serving {
  readonly model: string;
  /** What the body of a request says beside OpenAI's fields. */
  readonly more?: object | undefined;
}

/** Asked before each batch of requests, with nothing for the base; what has been done for an adapter is not done again. */
export type Serve = (adapter: Adapter | undefined) => Promise<Serving>;

/**
 * Makes a server serve adapters.
 *
 * @param files for servers that do not read PEFT's
 * @throws SeasError E_NETWORK with what the server said and what to do
 */
export function adapterServing(served: Served, serving: AdapterServing, files?: AdapterFiles): Serve {
  if (serving.kind === "llama-server") return (adapter) => throughLlamaServer(served, serving, adapter, files);
  const load = loading(served, serving, files);
  const loaded = new Map<string, Promise<string>>();
  return async (adapter) => {
    if (adapter === undefined) return { model: served.model };
    const name = nameOf(adapter);
    const known = loaded.get(name) ?? load(adapter, name);
    loaded.set(name, known);
    // What failed is done again when it is asked for again.
    known.catch(() => loaded.delete(name));
    return { model: await known };
  };
}

/** By kind, for an adapter and the name that it shall have: the name that it then has. */
function loading(
  served: Served,
  serving: AdapterServing,
  files: AdapterFiles | undefined,
): (adapter: Adapter, name: string) => Promise<string> {
  const { urls, model } = served;
  const post = (url: string, adapter: Adapter, name: string, need: string) =>
    postJson(served, url, { lora_name: name, lora_path: seenPath(adapter.path, serving) }, need);
  switch (serving.kind) {
    case "vllm":
      return async (adapter, name) => {
        for (const url of urls) await post(`${url}/load_lora_adapter`, adapter, name, needs.vllm);
        return name;
      };
    case "sglang":
      return async (adapter, name) => {
        for (const url of urls) await post(`${rootOf(url)}/load_lora_adapter`, adapter, name, needs.sglang);
        return `${model}:${name}`;
      };
    case "ollama":
      return async (adapter, name) => {
        for (const url of urls) await createInOllama(served, rootOf(url), adapter);
        return name;
      };
    case "command":
      return async (adapter) => {
        const said = await runHook(serving.command, { ...adapter, path: resolve(adapter.path) });
        return said === "" ? model : said;
      };
    default:
      return async (adapter, name) => seenPath(await written(adapter, name, files?.merged), serving);
  }
}

/** Each time anew, as ids change when the server starts with other adapters. */
async function throughLlamaServer(
  served: Served,
  serving: AdapterServing,
  adapter: Adapter | undefined,
  files: AdapterFiles | undefined,
): Promise<Serving> {
  const { model } = served;
  if (adapter === undefined) return { model, more: await llamaServerWeights(served, undefined, undefined) };
  const file = await written(adapter, `${nameOf(adapter)}.gguf`, files?.gguf);
  const there = seenPath(file, serving);
  const { command } = serving;
  const restart = command === "" ? undefined : () => runHook(command, { ...adapter, path: there });
  return { model, more: await llamaServerWeights(served, there, restart) };
}

/** The same for the same weights, so that one that is loaded already is not loaded twice. */
function nameOf({ role, iteration, sha256 }: Adapter): string {
  return `seas-${role}-${iteration}-${sha256.slice(0, 8)}`;
}

/** What a server says that refuses because it was not started for it. */
export const needs = {
  vllm: "start vLLM with --enable-lora and --max-lora-rank, and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True in its environment",
  sglang: "start SGLang with --enable-lora, --max-lora-rank and --lora-target-modules all",
  ollama: "the base must be in Ollama under `model`, and of a family whose adapters it reads",
} as const;

/** The adapter in another form, beside the folder that training wrote, so a shared disk shares both; made once. */
async function written(
  adapter: Adapter,
  name: string,
  write: ((adapter: Adapter, path: string) => Promise<unknown>) | undefined,
): Promise<string> {
  if (write === undefined)
    throw new SeasError(
      "E_CONFIG",
      "adapters for this server are merged or rewritten where their base is at hand: in a run",
    );
  const path = join(dirname(resolve(adapter.path)), "served", name);
  const there = await access(path).then(
    () => true,
    () => false,
  );
  if (!there) await write(adapter, path);
  return path;
}

/** PEFT's two files. */
const [weights, configFile] = ["adapter_model.safetensors", "adapter_config.json"];

/** Where the server finds a file or folder. */
function seenPath(path: string, { root }: AdapterServing): string {
  return pathThere(resolve(path), root, "the server");
}

async function postJson(served: Served, url: string, value: unknown, need: string): Promise<void> {
  const { status, text } = await send(served, url, { body: JSON.stringify(value), type: "application/json" });
  if (status < 300 || /already (?:been )?loaded|already exists/i.test(text)) return;
  throw new SeasError("E_NETWORK", `${url}: ${status} ${text.slice(0, 200).trim()}`, { hint: need, retryable: true });
}

/** PEFT's two files as blobs, then a model of base and adapter. */
async function createInOllama(served: Served, root: string, adapter: Adapter): Promise<void> {
  const adapters: Record<string, string> = {};
  for (const file of [configFile, weights]) {
    const bytes = await readFile(join(adapter.path, file));
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    adapters[file] = digest;
    const blob = { body: bytes, type: "application/octet-stream" };
    const { status, text } = await send(served, `${root}/api/blobs/${digest}`, blob);
    if (status >= 300)
      throw new SeasError("E_NETWORK", `${root}: ${status} ${text.slice(0, 200).trim()}`, { hint: needs.ollama });
  }
  const body = { model: nameOf(adapter), from: served.model, adapters, stream: false };
  await postJson(served, `${root}/api/create`, body, needs.ollama);
}
