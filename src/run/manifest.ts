/**
 * run.json: written once, before anything else, and never changed: format version, resolved config, code, facts.
 * It decides whether a run may go on: another config, model or data is named key by key and refused.
 * Two runs of one config differ here only in times.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Config } from "../config.ts";
import { SeasError } from "../errors.ts";
import { errorCode } from "./atomic.ts";
import { Environment } from "./environment.ts";

/** The format this version writes and reads. */
export const FORMAT = 1;

const Tree = z.record(z.string(), z.unknown());
type Tree = Readonly<Record<string, unknown>>;

/** Content of run.json. The config is parsed by whoever needs it typed, so that an older one can still be compared. */
export const Manifest = z.object({
  format: z.literal(FORMAT),
  createdAt: z.iso.datetime(),
  config: Tree,
  ...Environment.shape,
  /** Hashes of model and data, machine and what else the caller tells. */
  facts: Tree,
});
export type Manifest = z.infer<typeof Manifest>;

/** A value that is not what it was. */
export interface Difference {
  /** Dotted, e.g. `attack.seeds`. */
  readonly path: string;
  readonly old: unknown;
  readonly new: unknown;
}

/**
 * Reads run.json of a folder.
 *
 * @throws SeasError E_RUN: absent, damaged, or of another format version (both are named)
 */
export async function readManifest(dir: string): Promise<Manifest> {
  const path = join(dir, "run.json");
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT") throw new SeasError("E_RUN", `${dir} is not a run folder: it has no run.json`);
    if (code !== undefined) throw new SeasError("E_RUN", `${path} cannot be read (${code})`, { cause: error });
    throw damaged(path, "not JSON", error);
  }
  const { format } = z.object({ format: z.unknown() }).safeParse(value).data ?? {};
  if (typeof format === "number" && format !== FORMAT) {
    throw new SeasError("E_RUN", `${path}: run format ${format}, this version of seas reads format ${FORMAT}`, {
      hint: "use the version of seas that wrote it, or start a new run",
    });
  }
  const parsed = Manifest.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw damaged(path, `\`${issue?.path.join(".")}\`: ${issue?.message}`, parsed.error);
}

function damaged(path: string, what: string, cause: unknown): SeasError {
  return new SeasError("E_RUN", `${path} is damaged: ${what}`, {
    hint: "restore it from a copy, or start a new run; the records in the folder are untouched",
    cause,
  });
}

/**
 * Refuses a run that was begun with another config, model or data.
 *
 * @param facts as for a new run; everything under `model` and `data` must be what it was
 * @throws SeasError E_RUN naming each differing key with old and new value
 */
export function assertSameRun(dir: string, manifest: Manifest, config: Config, facts: Tree): void {
  const found = [
    ...differences(identity(manifest.config), identity(config)),
    ...["model", "data"].flatMap((key) => differences(manifest.facts[key], plain(facts)[key], `facts.${key}`)),
  ];
  if (found.length === 0) return;
  const list = found.map((d) => `  ${d.path}: ${show(d.old)} → ${show(d.new)}`).join("\n");
  const what = found.length === 1 ? "1 value has" : `${found.length} values have`;
  throw new SeasError("E_RUN", `${dir} was begun with other settings; ${what} changed (old → new):\n${list}`, {
    hint: "set them back to go on with this run, or start a new one",
  });
}

/** What else has changed since the run began and may change its bytes: code, Node, machine. One line each. */
export function environmentChanges(manifest: Manifest, environment: Environment, facts: Tree): string[] {
  const before = { git: manifest.git, versions: manifest.versions, machine: manifest.facts.machine };
  const now = { git: environment.git, versions: environment.versions, machine: plain(facts).machine };
  return differences(before, now).map((d) => `${d.path}: ${show(d.old)} → ${show(d.new)}`);
}

/** Whether two configs make the same run. */
export function sameConfig(a: Tree, b: Tree): boolean {
  return differences(identity(a), identity(b)).length === 0;
}

/** SHA-256 of what makes a run, in hex. */
export function configHash(config: Config): string {
  return createHash("sha256")
    .update(JSON.stringify(sorted(identity(config))))
    .digest("hex");
}

/** Values that differ, in the order of their paths. Arrays are compared whole. */
export function differences(old: unknown, now: unknown, path = ""): Difference[] {
  if (!isTree(old) || !isTree(now)) {
    const same = JSON.stringify(sorted(old)) === JSON.stringify(sorted(now));
    return same ? [] : [{ path, old, new: now }];
  }
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
  return keys.flatMap((key) => differences(old[key], now[key], path === "" ? key : `${path}.${key}`));
}

/** A config without `output`: a run folder may be moved without becoming another run. */
function identity(config: Tree): Tree {
  const { output: _, ...rest } = config;
  return rest;
}

/** As it will be read back. */
function plain(facts: Tree): Tree {
  return JSON.parse(JSON.stringify(facts));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isTree(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return value === undefined ? "(absent)" : JSON.stringify(value);
}
