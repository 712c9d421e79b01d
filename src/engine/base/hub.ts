/**
 * A model folder from the Hugging Face hub: the few files that the engine reads, at one commit, each checked against the
 * size and hash that the hub lists. The folder appears in the cache only when all of it is there.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { downloadFile, type ListFileEntry, listFiles, modelInfo } from "@huggingface/hub";
import { z } from "zod";
import { SeasError } from "../../errors.ts";
import { type Env, partName, prepareFolder, requireSpace, saveStream, sha256OfFile } from "./cache.ts";
import { impatientFetch, type NetworkOptions } from "./network.ts";

/** How to fetch. */
export interface HubOptions extends NetworkOptions {
  /** HF_ENDPOINT and HF_TOKEN are read. */
  readonly env: Env;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const recordName = "seas-origin.json";

const Origin = z.object({
  id: z.string(),
  revision: z.string(),
  files: z.array(z.object({ path: z.string(), bytes: z.number(), sha256: z.string() })),
});

/** What stands in a folder that came from the hub. */
export type HubOrigin = z.infer<typeof Origin>;

/** Address of the hub in use. */
export function hubAddress(env: Env): string {
  return (env.HF_ENDPOINT || "https://huggingface.co").replace(/\/+$/, "");
}

/** What every call of the hub client is given: where, how, and with which token. */
export function hubClient(options: HubOptions) {
  const token = options.env.HF_TOKEN;
  return {
    hubUrl: hubAddress(options.env),
    fetch: impatientFetch(options),
    ...(token ? { accessToken: token } : {}),
  };
}

/** Whether HF_HUB_OFFLINE forbids asking. */
export function isHubOffline(env: Env): boolean {
  return /^(1|true|yes|on)$/i.test(env.HF_HUB_OFFLINE ?? "");
}

/** The record of a folder that {@link fetchFromHub} made; undefined when there is none. */
export async function readHubOrigin(folder: string): Promise<HubOrigin | undefined> {
  try {
    return Origin.parse(JSON.parse(await readFile(join(folder, recordName), "utf8")));
  } catch {
    return undefined;
  }
}

/** The first file that is not what it was when it came, or undefined. */
export async function damagedFile(
  folder: string,
  origin: HubOrigin,
  signal?: AbortSignal,
): Promise<string | undefined> {
  for (const { path, sha256 } of origin.files) {
    if ((await sha256OfFile(join(folder, path), signal).catch(() => "")) !== sha256) {
      signal?.throwIfAborted();
      return path;
    }
  }
  return undefined;
}

/**
 * Brings a model to `folder`.
 *
 * @param id e.g. `HuggingFaceTB/SmolLM2-135M-Instruct`
 * @throws SeasError E_NETWORK, E_DISK, E_MODEL when the repository is not a model we can read; the hub client's own errors
 */
export async function fetchFromHub(id: string, folder: string, options: HubOptions): Promise<HubOrigin> {
  const common = hubClient(options);
  const { sha: revision } = await modelInfo({ ...common, name: id, additionalFields: ["sha"] });
  if (typeof revision !== "string") throw new SeasError("E_NETWORK", `${id}: the hub names no commit`);
  const repo = { type: "model", name: id } as const;
  const listed: ListFileEntry[] = [];
  for await (const entry of listFiles({ ...common, repo, revision })) {
    listed.push(entry);
    if (listed.length > 10_000) throw new SeasError("E_MODEL", `${id}: more than 10000 files`);
  }
  const wanted = chooseFiles(id, listed);
  const total = wanted.reduce((sum, entry) => sum + entry.size, 0);

  await prepareFolder(dirname(folder));
  await requireSpace(dirname(folder), total);
  const part = partName(folder);
  try {
    await mkdir(part);
    const files: HubOrigin["files"] = [];
    let before = 0;
    for (const entry of wanted) {
      const blob = await downloadFile({ ...common, repo, revision, path: entry.path, xet: false });
      if (blob === null) throw new SeasError("E_NETWORK", `${id}: ${entry.path} is listed but not there`);
      const done = before;
      const { sha256, bytes } = await saveStream(blob.stream(), join(part, entry.path), `${id}/${entry.path}`, {
        maxBytes: entry.size,
        bytes: entry.size,
        sha256: entry.lfs?.oid,
        onProgress: (n) => options.onProgress?.(done + n, total),
        signal: options.signal,
      });
      if (entry.lfs === undefined) await requireGitHash(join(part, entry.path), entry);
      files.push({ path: entry.path, bytes, sha256 });
      before += bytes;
    }
    const origin = { id, revision, files };
    await writeFile(join(part, recordName), `${JSON.stringify(origin, null, 1)}\n`, { flush: true });
    await rm(folder, { recursive: true, force: true });
    await rename(part, folder);
    return origin;
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    // Another process may have brought the same folder in the meantime.
    const other = error instanceof SeasError ? undefined : await readHubOrigin(folder);
    if (other?.revision === revision) return other;
    throw error;
  }
}

/** The files that the engine reads: single or sharded safetensors, configuration, tokenizer. */
function chooseFiles(id: string, listed: readonly ListFileEntry[]): readonly ListFileEntry[] {
  const files = listed.filter((entry) => entry.type === "file" && /^[\w.-]+$/.test(entry.path));
  const named = (path: string) => files.filter((entry) => entry.path === path);
  const single = named("model.safetensors");
  const sharded = [
    ...named("model.safetensors.index.json"),
    ...files.filter((entry) => /^model-\d+-of-\d+\.safetensors$/.test(entry.path)),
  ];
  const weights = single.length > 0 ? single : sharded;
  const required = ["config.json", "tokenizer.json"].map((path) => {
    const [entry] = named(path);
    if (entry === undefined) throw new SeasError("E_MODEL", `${id}: the repository has no ${path}`);
    return entry;
  });
  if (weights.length === 0) throw new SeasError("E_MODEL", `${id}: the repository has no model.safetensors`);
  const optional = ["tokenizer_config.json", "generation_config.json", "chat_template.jinja"].flatMap(named);
  return [...required, ...optional, ...weights];
}

/** Small files are listed with git's own hash instead of a sha256. */
export async function requireGitHash(path: string, entry: ListFileEntry): Promise<void> {
  if (entry.oid === undefined) return;
  const body = await readFile(path);
  const oid = createHash("sha1").update(`blob ${body.length}\0`).update(body).digest("hex");
  if (oid !== entry.oid) throw new SeasError("E_NETWORK", `${entry.path}: git hash is ${oid}, expected ${entry.oid}`);
}
