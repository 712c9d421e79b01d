/** The models of a run: which there are, their adapters checked against what the run made, and their base. */
import { join } from "node:path";
import { openEngine } from "../cast.ts";
import type { BaseModel } from "../engine/base-model.ts";
import type { Engine } from "../engine/engine.ts";
import type { Lora } from "../engine/lora.ts";
import { loadTrained, untrained } from "../engine/trained.ts";
import { SeasError } from "../errors.ts";
import type { Role } from "../records.ts";
import { checkedDone } from "../run/done.ts";
import type { RunInfo } from "../run/inspect.ts";
import { adapterFolder, trainStage } from "../stages/context.ts";

/** R_i or T_i of a run. */
export interface RunModel {
  readonly role: Role;
  readonly iteration: number;
  /** `target-0`, `red-team-2`. */
  readonly name: string;
  /** Of its adapter; undefined for the Target that is the base as it is. */
  readonly folder: string | undefined;
}

/** After which iteration a player was last trained; 0 where it never was. */
export function lastTrained(run: RunInfo, role: Role): number {
  const trained = run.stages.filter(({ name }) => name === trainStage(role)).map(({ iteration }) => iteration);
  return Math.max(0, ...trained);
}

/** Names of the models of one player, from iteration 0 to its last training; none before its first. */
export function modelNames(run: RunInfo, role: Role): string[] {
  const isThere = (iteration: number) =>
    isBase(run, role, iteration) ||
    run.stages.some((stage) => stage.iteration === iteration && stage.name === trainStage(role));
  const iterations = Array.from({ length: lastTrained(run, role) + 1 }, (_, i) => i).filter(isThere);
  return iterations.map((iteration) => `${role}-${iteration}`);
}

/**
 * The models of one player with their adapters.
 *
 * @throws SeasError E_RUN when a file of an adapter is missing or has changed since; E_USAGE when there are none yet
 */
export async function modelsOf(run: RunInfo, role: Role): Promise<RunModel[]> {
  const names = modelNames(run, role);
  if (names.length === 0) {
    throw new SeasError("E_USAGE", `${run.dir} has no ${role} yet`, { hint: "going on with the run makes one" });
  }
  return Promise.all(
    names.map(async (name) => {
      const iteration = Number(name.slice(role.length + 1));
      return { role, iteration, name, folder: await adapterOf(run, role, iteration) };
    }),
  );
}

/** Whether a player is the base as it is. */
function isBase(run: RunInfo, role: Role, iteration: number): boolean {
  return role === "target" && iteration === 0 && run.config.initialization.target.sft === "none";
}

/**
 * The adapter's folder, its files checked against the mark of the stage that made them; undefined for the Target that is
 * the base.
 *
 * @throws SeasError E_USAGE when the stage is not finished, E_RUN when a file is missing or has changed since
 */
export async function adapterOf(run: RunInfo, role: Role, iteration: number): Promise<string | undefined> {
  const done = await checkedDone(run, iteration, trainStage(role));
  if (done !== undefined) return run.path(adapterFolder(role, iteration));
  if (isBase(run, role, iteration)) return undefined;
  throw new SeasError("E_USAGE", `${join(run.dir, adapterFolder(role, iteration))} is not there: not trained yet`, {
    hint: "going on with the run makes it",
  });
}

/**
 * Refuses a base that is not the run's.
 *
 * @throws SeasError E_MODEL when what is found under its name now is another one
 */
export function checkBase(run: RunInfo, base: BaseModel): void {
  const { sha256 } = (run.manifest.facts.model ?? {}) as { readonly sha256?: unknown };
  if (sha256 === undefined || sha256 === base.sha256) return;
  const short = (hash: unknown) => String(hash).slice(0, 12);
  const name = run.config.model.base;
  throw new SeasError("E_MODEL", `${name} is ${short(base.sha256)} here, the run had ${short(sha256)}`, {
    hint: `the run's was: ${run.manifest.facts.origin}; SEAS_MODEL_SOURCE=hub or wheel chooses a source`,
  });
}

/**
 * The engine of a run, on its own base.
 *
 * @param note a line for what takes long
 * @throws SeasError E_MODEL when the base is another one, and as openBaseModel
 */
export async function engineOf(run: RunInfo, note: (text: string) => void, signal: AbortSignal): Promise<Engine> {
  const engine = await openEngine(run.config, note, signal);
  checkBase(run, engine.base);
  return engine;
}

/** Reads a model's adapter when first asked, and keeps it. */
export function loraOf(engine: Engine, { folder }: RunModel): () => Promise<Lora> {
  let lora: Promise<Lora> | undefined;
  return () => (lora ??= folder === undefined ? untrained(engine) : loadTrained(engine, folder));
}
