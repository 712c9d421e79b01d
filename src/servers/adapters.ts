/**
 * How a server comes to serve an adapter that a run has just trained, by what the server is. Each is asked once for an adapter, at
 * every copy, and gives the name under which requests then find it.
 *
 * From the servers' own pages: vLLM, features/lora (POST /v1/load_lora_adapter, with VLLM_ALLOW_RUNTIME_LORA_UPDATING); SGLang,
 * advanced_features/lora (POST /load_lora_adapter, model `BASE:NAME`); Ollama, docs/api.md (POST /api/blobs, /api/create).
 */
import { createHash } from "node:crypto";
import { access, readFile } from "node:fs/promises";
import { dirname, join, posix, relative, resolve, sep } from "node:path";
import type { AdapterServing } from "../config/servers.ts";
import { describeError, SeasError } from "../errors.ts";
import type { Adapter } from "../records.ts";
import { runHook } from "./hook.ts";

/** Longest wait for a server to take an adapter, milliseconds. */
const timeout = 600_000;

/** A server's copies, and what its base is called there. */
interface Served {
  readonly urls: readonly string[];
  readonly model: string;
  readonly apiKey?: string | undefined;
}

/** Writes base and adapter as one model into a folder that is not there yet, whole or not at all. */
export type Merge = (adapter: Adapter, folder: string) => Promise<unknown>;

/**
 * Makes a server serve adapters.
 *
 * @param merge for a server whose models are folders
 * @returns for an adapter, the name that the server gives it
 * @throws SeasError E_NETWORK with what the server said and what to do
 */
export function adapterServing(
  served: Served,
  serving: AdapterServing,
  merge?: Merge,
): (adapter: Adapter) => Promise<string> {
  switch (serving.kind) {
    case "vllm":
      return async (adapter) => {
        const name = nameOf(adapter);
        await atEach(served, (url) =>
          post(served, `${url}/load_lora_adapter`, load(name, adapter, serving), needs.vllm),
        );
        return name;
      };
    case "sglang":
      return async (adapter) => {
        const name = nameOf(adapter);
        await atEach(served, (url) =>
          post(served, `${rootOf(url)}/load_lora_adapter`, load(name, adapter, serving), needs.sglang),
        );
        return `${served.model}:${name}`;
      };
    case "folder":
      return async (adapter) => pathThere(await mergedFor(adapter, merge), serving);
    case "ollama":
      return async (adapter) => {
        await atEach(served, (url) => createInOllama(served, rootOf(url), adapter));
        return nameOf(adapter);
      };
    case "command":
      return async (adapter) => {
        const said = await runHook(serving.command, { ...adapter, path: resolve(adapter.path) });
        return said === "" ? served.model : said;
      };
  }
}

/** The same for the same weights, so that one that is loaded already is not loaded twice. */
function nameOf({ role, iteration, sha256 }: Adapter): string {
  return `seas-${role}-${iteration}-${sha256.slice(0, 8)}`;
}

/** What a server says that refuses because it was not started for it. */
const needs = {
  vllm: "start vLLM with --enable-lora and --max-lora-rank, and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True in its environment",
  sglang: "start SGLang with --enable-lora, --max-lora-rank and --lora-target-modules all",
  ollama: "the base must be in Ollama under `model`, and of a family whose adapters it reads",
} as const;

function load(name: string, adapter: Adapter, serving: AdapterServing) {
  return { lora_name: name, lora_path: pathThere(adapter, serving) };
}

/** Base and adapter merged, in a folder beside the one that training wrote, so a shared disk shares both; made once. */
async function mergedFor(adapter: Adapter, merge: Merge | undefined): Promise<Adapter> {
  if (merge === undefined)
    throw new SeasError("E_CONFIG", "adapters of kind `folder` are merged where their base is at hand");
  const path = join(dirname(resolve(adapter.path)), "served", nameOf(adapter));
  const there = await access(path).then(
    () => true,
    () => false,
  );
  if (!there) await merge(adapter, path);
  return { ...adapter, path };
}

/** PEFT's two files. */
const [weights, configFile] = ["adapter_model.safetensors", "adapter_config.json"];

/** Where the server finds the adapter's folder: as it is called here, or under another root. */
function pathThere({ path }: Adapter, { root }: AdapterServing): string {
  const here = resolve(path);
  if (root === undefined) return here;
  const below = relative(resolve(root.here), here);
  if (below.startsWith(".."))
    throw new SeasError("E_CONFIG", `${here} is not below ${root.here}, which the server sees`);
  return posix.join(root.there, ...below.split(sep));
}

async function atEach({ urls }: Served, act: (url: string) => Promise<void>): Promise<void> {
  for (const url of urls) await act(url);
}

/** A server's address without the API's version. */
function rootOf(url: string): string {
  return url.replace(/\/v1\/?$/, "");
}

async function post(served: Served, url: string, body: unknown, need: string): Promise<void> {
  const { status, text } = await send(served, url, JSON.stringify(body), "application/json");
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
    const { status, text } = await send(served, `${root}/api/blobs/${digest}`, bytes, "application/octet-stream");
    if (status >= 300)
      throw new SeasError("E_NETWORK", `${root}: ${status} ${text.slice(0, 200).trim()}`, { hint: needs.ollama });
  }
  const body = { model: nameOf(adapter), from: served.model, adapters, stream: false };
  await post(served, `${root}/api/create`, body, needs.ollama);
}

async function send({ apiKey }: Served, url: string, body: string | Uint8Array<ArrayBuffer>, type: string) {
  try {
    const key = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
    const headers = { "content-type": type, ...key };
    const signal = AbortSignal.timeout(timeout);
    const response = await fetch(url, { method: "POST", headers, body, signal });
    return { status: response.status, text: await response.text() };
  } catch (cause) {
    throw new SeasError("E_NETWORK", `${url}: ${describeError(cause)}`, {
      hint: "is the server running? the run goes on where it stopped",
      retryable: true,
      cause,
    });
  }
}
