/** Reading runs without writing: for status and report, also while another process writes, and after a crash. */
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Config } from "../config.ts";
import { SeasError } from "../errors.ts";
import { errorCode } from "./atomic.ts";
import { type Done, readDone } from "./done.ts";
import { type End, readEnd } from "./end.ts";
import { lockHolder } from "./lock.ts";
import { type Manifest, readManifest, sameConfig } from "./manifest.ts";
import { LOCK } from "./run.ts";

/** A finished stage. */
export interface StageInfo extends Done {
  readonly iteration: number;
  readonly name: string;
}

/** Where a run stands. */
export interface RunInfo {
  readonly dir: string;
  readonly manifest: Manifest;
  readonly config: Config;
  /** By iteration, then by name. */
  readonly stages: readonly StageInfo[];
  readonly end: End | undefined;
  /** The process that writes it now; one on another machine is taken to be alive. */
  readonly writer: { readonly pid: number; readonly host: string } | undefined;
  /** `unfinished`: stopped without a word; it can go on, as cancelled and failed ones can. */
  readonly status: "running" | "unfinished" | End["status"];
  path(...parts: string[]): string;
}

/**
 * Reads where a run stands.
 *
 * @throws SeasError E_RUN when run.json or a mark is damaged or of another format version
 */
export async function readRun(folder: string): Promise<RunInfo> {
  const dir = resolve(folder);
  const manifest = await readManifest(dir);
  const config = Config.safeParse(manifest.config);
  if (!config.success) {
    const issue = config.error.issues[0];
    throw new SeasError("E_RUN", `${join(dir, "run.json")}: \`config.${issue?.path.join(".")}\`: ${issue?.message}`, {
      hint: `it was written by seas ${manifest.versions.seas}; use that version`,
    });
  }
  const holder = await lockHolder(join(dir, LOCK));
  const writer = holder?.live ? { pid: holder.pid, host: holder.host } : undefined;
  const end = await readEnd(dir);
  const status = writer === undefined ? (end?.status ?? "unfinished") : "running";
  const stages = await readStages(dir);
  return { dir, manifest, config: config.data, stages, end, writer, status, path: (...parts) => join(dir, ...parts) };
}

/** Run folders under `output`, the newest first; folders that are no readable run are passed over. */
export async function listRuns(
  output: string,
): Promise<readonly { readonly dir: string; readonly manifest: Manifest }[]> {
  const runs: { dir: string; manifest: Manifest }[] = [];
  for (const name of await namesIn(output)) {
    const dir = resolve(output, name);
    const manifest = await readManifest(dir).catch(() => undefined);
    if (manifest !== undefined) runs.push({ dir, manifest });
  }
  const key = (run: { dir: string; manifest: Manifest }) => `${run.manifest.createdAt} ${run.dir}`;
  return runs.sort((a, b) => (key(a) < key(b) ? 1 : -1));
}

/** The newest run of the same config under `output` that has not ended with success; undefined when there is none. */
export async function findUnfinishedRun(output: string, config: Config): Promise<string | undefined> {
  for (const { dir, manifest } of await listRuns(output)) {
    if (sameConfig(manifest.config, config) && (await readEnd(dir))?.status !== "success") return dir;
  }
  return undefined;
}

async function readStages(dir: string): Promise<StageInfo[]> {
  const stages: StageInfo[] = [];
  const iterations = (await namesIn(dir)).filter((name) => /^\d+$/.test(name)).map(Number);
  for (const iteration of iterations.sort((a, b) => a - b)) {
    const names = await readdir(join(dir, String(iteration)), { recursive: true });
    for (const file of names.filter((name) => name.endsWith(".done")).sort()) {
      const done = await readDone(join(dir, String(iteration), file), `${iteration}/${file}`);
      if (done !== undefined)
        stages.push({ iteration, name: file.slice(0, -".done".length).replaceAll("\\", "/"), ...done });
    }
  }
  return stages;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}
