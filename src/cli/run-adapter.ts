/** The models of a run, as commands ask for them: by player and iteration, each file checked before it is used. */
import { join } from "node:path";
import type { BaseModel } from "../engine/base-model.ts";
import { SeasError } from "../errors.ts";
import { requireWeights } from "../players/hosted.ts";
import type { Role } from "../records.ts";
import { checkedDone } from "../run/done.ts";
import type { RunInfo } from "../run/inspect.ts";
import { adapterFolder, trainStage } from "../stages/context.ts";

/** Values of --role. */
export const roles: readonly Role[] = ["target", "red-team"];

/** The last iteration in which a player was trained; 0 when it was not yet. */
export function lastTrained(run: RunInfo, role: Role): number {
  const trained = run.stages.filter(({ name }) => name === trainStage(role)).map(({ iteration }) => iteration);
  return Math.max(0, ...trained);
}

/** @throws SeasError E_USAGE for an iteration that the run does not have yet, or will never have */
export function requireTrained(run: RunInfo, role: Role, iteration: number): void {
  const last = lastTrained(run, role);
  if (iteration <= last) return;
  throw new SeasError("E_USAGE", `--iteration: ${run.dir} has ${role}s of 0 to ${last}, not of ${iteration}`, {
    hint: run.status === "success" ? "choose one of these" : "the run is not through; going on with it makes more",
  });
}

/** Whether a player is the base as it is. */
export function isBase(run: RunInfo, role: Role, iteration: number): boolean {
  return role === "target" && iteration === 0 && run.config.initialization.target.sft === "none";
}

/**
 * The adapter's folder, its files checked against the mark of the stage that made them; undefined for the Target that is
 * the base.
 *
 * @throws SeasError E_USAGE when the stage is not finished, E_RUN when a file is missing or has changed since, E_MODEL when a
 *   provider keeps the weights
 */
export async function adapterOf(run: RunInfo, role: Role, iteration: number): Promise<string | undefined> {
  const done = await checkedDone(run, iteration, trainStage(role));
  if (done !== undefined) {
    const folder = run.path(adapterFolder(role, iteration));
    await requireWeights(folder);
    return folder;
  }
  if (isBase(run, role, iteration)) return undefined;
  throw new SeasError("E_USAGE", `${join(run.dir, adapterFolder(role, iteration))} is not there: not trained yet`, {
    hint: "going on with the run makes it",
  });
}

/** @throws SeasError E_MODEL when what was found under the name of the run's base is another one now */
export function requireRunBase(run: RunInfo, base: Pick<BaseModel, "sha256">): void {
  const { sha256 } = (run.manifest.facts.model ?? {}) as { readonly sha256?: unknown };
  if (sha256 === undefined || sha256 === base.sha256) return;
  const short = (hash: unknown) => String(hash).slice(0, 12);
  throw new SeasError(
    "E_MODEL",
    `${run.config.model.base} is ${short(base.sha256)} here, the run had ${short(sha256)}`,
    { hint: `the run's was: ${run.manifest.facts.origin}; SEAS_MODEL_SOURCE=hub or wheel chooses a source` },
  );
}
