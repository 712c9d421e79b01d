/**
 * One file of a data set on the Hugging Face hub, kept in the cache with a record of what it is: commit, size, sha256. A file
 * that is there and is what its record says is not asked for again, so that figures over weeks are figures on the same rows.
 */
import { readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { datasetInfo, downloadFile, HubApiError, type ListFileEntry, listFiles } from "@huggingface/hub";
import { z } from "zod";
import { describeError, SeasError } from "../../errors.ts";
import { nearest } from "../../nearest.ts";
import { prepareFolder, requireSpace, saveStream, sha256OfFile, writeWhole } from "./cache.ts";
import { type HubOptions, hubAddress, hubClient, isHubOffline, requireGitHash } from "./hub.ts";

/** A file of a data set. */
export interface HubFileName {
  /** `organisation/name` */
  readonly dataset: string;
  /** Branch, tag or commit. @default the newest commit, from then on the one that is in the cache */
  readonly revision?: string | undefined;
  /** Inside the repository, with slashes. */
  readonly path: string;
}

const HubFile = z.object({
  dataset: z.string(),
  path: z.string(),
  /** The commit. */
  revision: z.string(),
  bytes: z.number(),
  sha256: z.string(),
});

/** What a file of the hub is, and where it lies. */
export type HubFile = z.infer<typeof HubFile> & { readonly file: string };

/** Where to keep files, how large they may be, and whom to tell. */
export interface HubFileOptions extends HubOptions {
  readonly cacheDir: string;
  /** @default 256 MiB */
  readonly maxBytes?: number;
  readonly onNote?: ((line: string) => void) | undefined;
}

/**
 * The file, from the cache or the hub.
 *
 * @throws SeasError E_USAGE for a name that cannot be, or a file that the data set does not have, with the nearest; E_NETWORK
 *   when the hub cannot be reached, refuses, has no such data set, or sends something else than it lists; E_DISK
 */
export async function hubFile(name: HubFileName, options: HubFileOptions): Promise<HubFile> {
  requireName(name);
  const version = name.revision === undefined ? "" : `@${name.revision}`;
  const folder = join(options.cacheDir, "datasets", `${name.dataset.replace("/", "--")}${version}`);
  const file = join(folder, ...name.path.split("/"));
  const cached = await fromCache(file, options);
  if (cached !== undefined) return cached;
  try {
    if (isHubOffline(options.env)) throw new SeasError("E_NETWORK", "HF_HUB_OFFLINE is set");
    return await fetchFile(name, file, options);
  } catch (cause) {
    options.signal?.throwIfAborted();
    if (cause instanceof SeasError && cause.code !== "E_NETWORK") throw cause;
    throw unreachable(name, cause, options);
  }
}

async function fetchFile({ dataset, path, revision: wanted }: HubFileName, file: string, options: HubFileOptions) {
  const client = hubClient(options);
  const info = { ...client, name: dataset, additionalFields: ["sha" as const] };
  const { sha: revision } = await datasetInfo(wanted === undefined ? info : { ...info, revision: wanted });
  if (typeof revision !== "string") throw new SeasError("E_NETWORK", `${dataset}: the hub names no commit`);
  const repo = { type: "dataset", name: dataset } as const;
  const entry = await listedFile({ dataset, path }, listFiles({ ...client, repo, revision, path: folderOf(path) }));
  const { maxBytes = 2 ** 28 } = options;
  if (entry.size > maxBytes) throw new SeasError("E_NETWORK", `it has ${entry.size} bytes, over ${maxBytes}`);

  const blob = await downloadFile({ ...client, repo, revision, path, xet: false });
  if (blob === null) throw new SeasError("E_NETWORK", "it is listed but not there");
  await prepareFolder(dirname(file));
  await requireSpace(dirname(file), entry.size);
  const { sha256, bytes } = await saveStream(blob.stream(), file, path, {
    maxBytes: entry.size,
    bytes: entry.size,
    sha256: entry.lfs?.oid,
    onProgress: (done) => options.onProgress?.(done, entry.size),
    signal: options.signal,
  });
  if (entry.lfs === undefined) {
    await requireGitHash(file, entry).catch(async (error) => {
      await rm(file, { force: true });
      throw error;
    });
  }
  const record = { dataset, path, revision, bytes, sha256 };
  await writeWhole(recordOf(file), (handle) => handle.writeFile(`${JSON.stringify(record, null, 1)}\n`));
  return { ...record, file };
}

/** `seas-origin.json` would stand for all files of a folder; each has its own. */
function recordOf(file: string): string {
  return `${file}.seas-origin.json`;
}

async function fromCache(file: string, { onNote, signal }: HubFileOptions): Promise<HubFile | undefined> {
  try {
    const record = HubFile.parse(JSON.parse(await readFile(recordOf(file), "utf8")));
    if ((await sha256OfFile(file, signal)) === record.sha256) return { ...record, file };
    onNote?.(`cache: ${file} is damaged; it is brought again`);
  } catch {
    signal?.throwIfAborted();
  }
  return undefined;
}

async function listedFile(name: HubFileName, entries: AsyncIterable<ListFileEntry>): Promise<ListFileEntry> {
  const others: string[] = [];
  for await (const entry of entries) {
    if (entry.path === name.path && entry.type === "file") return entry;
    if (others.push(entry.path) > 10_000) break;
  }
  const near = nearest(name.path, others);
  throw new SeasError("E_USAGE", `the data set ${name.dataset} has no file \`${name.path}\``, {
    hint: near === undefined ? `it has ${others.slice(0, 20).join(", ")}` : `did you mean \`${near}\`?`,
  });
}

function folderOf(path: string): string {
  const folder = dirname(path);
  return folder === "." ? "" : folder;
}

/** A name becomes a path in the cache and a part of an address: nothing that leads elsewhere. */
function requireName({ dataset, path, revision }: HubFileName): void {
  const fine =
    /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/.test(dataset) &&
    path.split("/").every((part) => /^[\w@+=,() -][\w.@+=,() -]*$/.test(part)) &&
    (revision === undefined || /^\w[\w.-]*$/.test(revision));
  if (fine) return;
  const shown = `${dataset}${revision === undefined ? "" : `@${revision}`}/${path}`;
  throw new SeasError("E_USAGE", `\`${shown}\` names no file of a data set on the hub`, {
    hint: "organisation/name/path/of/file.csv, or organisation/name@commit/path/of/file.csv",
  });
}

/** One line: which file, why not, and what to do. */
function unreachable({ dataset, path }: HubFileName, cause: unknown, { env }: HubFileOptions): SeasError {
  const host = new URL(hubAddress(env)).host;
  const page = `${hubAddress(env)}/datasets/${dataset}`;
  const status = cause instanceof HubApiError ? cause.statusCode : undefined;
  const refused = status === 401 || status === 403;
  const isDown = status === undefined && !(cause instanceof SeasError && !cause.retryable);
  const hint = refused
    ? `accept its conditions on ${page} and set HF_TOKEN to a token of that account`
    : isDown
      ? "set HF_ENDPOINT to a mirror of the hub"
      : undefined;
  const message = `${dataset}/${path} could not be brought from ${host}: ${reasonOf(cause, status, env)}`;
  return new SeasError("E_NETWORK", message, {
    ...(hint !== undefined && { hint }),
    cause,
    retryable: isDown || (status !== undefined && status >= 500),
  });
}

function reasonOf(cause: unknown, status: number | undefined, env: HubOptions["env"]): string {
  // The hub says 401 of what does not exist too, unless a token shows that one may know.
  if (status === 401 && !env.HF_TOKEN) return "it wants a token, or does not exist (401)";
  if (status === 401 || status === 403) return `HF_TOKEN is not let in (${status})`;
  if (status === 404) return "there is no such data set, commit or folder (404)";
  return describeError(cause).replace(/\. URL: \S+$/, "");
}
