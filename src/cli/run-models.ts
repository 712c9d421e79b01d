/** All models of one player of a run, as programs ask for them by name, and the engine that they run on. */
import { openEngine } from "../cast.ts";
import type { Engine } from "../engine/engine.ts";
import type { Lora } from "../engine/lora.ts";
import { loadTrained, untrained } from "../engine/trained.ts";
import { SeasError } from "../errors.ts";
import type { Role } from "../records.ts";
import type { RunInfo } from "../run/inspect.ts";
import { trainStage } from "../stages/context.ts";
import { adapterOf, isBase, lastTrained, requireRunBase } from "./run-adapter.ts";

/** R_i or T_i of a run. */
export interface RunModel {
  readonly role: Role;
  readonly iteration: number;
  /** `target-0`, `red-team-2`. */
  readonly name: string;
  /** Of its adapter; undefined for the Target that is the base as it is. */
  readonly folder: string | undefined;
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

/**
 * The engine of a run, on its own base.
 *
 * @param note a line for what takes long
 * @throws SeasError E_MODEL when the base is another one, and as openBaseModel
 */
export async function engineOf(run: RunInfo, note: (text: string) => void, signal: AbortSignal): Promise<Engine> {
  const engine = await openEngine(run.config, note, signal);
  requireRunBase(run, engine.base);
  return engine;
}

/** Reads a model's adapter when first asked, and keeps it. */
export function loraOf(engine: Engine, { folder }: RunModel): () => Promise<Lora> {
  let lora: Promise<Lora> | undefined;
  return () => (lora ??= folder === undefined ? untrained(engine) : loadTrained(engine, folder));
}
