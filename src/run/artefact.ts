/**
 * A stage that leaves files other than rows: adapters, scores. It is done or not done; unfinished, its work is called
 * again and is itself responsible for checkpoints and for making the same bytes.
 */
import { dirname, isAbsolute, normalize } from "node:path";
import { SeasError } from "../errors.ts";
import { makeFolder } from "./atomic.ts";
import { checkedDone, donePath, writeDone } from "./done.ts";
import type { Run } from "./run.ts";

/** What the work left. */
export interface Artefacts {
  readonly count: number;
  /** Relative to the run folder; exactly these are synced, hashed and checked on resume. */
  readonly files: readonly string[];
  /** @default 0 */
  readonly tokens?: number;
}

/** An artefact stage. */
export interface ArtefactStage {
  readonly iteration: number;
  /** The mark is `<iteration>/<name>.done`; the work reports its progress under the same name. */
  readonly name: string;
  /** For the display, when the work counts something. @default 1 */
  readonly total?: number;
  /** @default "step" */
  readonly unit?: string;
  work(): Promise<Artefacts>;
}

/**
 * Runs an artefact stage unless it is done.
 *
 * @throws SeasError E_DISK; E_RUN when a finished file has changed; and whatever `work` throws
 */
export async function artefactStage(run: Run, spec: ArtefactStage): Promise<void> {
  const { iteration, name } = spec;
  const stage = { iteration, stage: name };
  const start = performance.now();
  run.report({ type: "stage-start", ...stage, total: spec.total ?? 1, unit: spec.unit ?? "step" });
  const done = await checkedDone(run, iteration, name);
  if (done !== undefined) {
    run.report({ type: "stage-end", ...stage, seconds: done.seconds, resumed: true, note: "already done" });
    return;
  }
  const mark = donePath(iteration, name);
  if (run.finished) throw new SeasError("E_RUN", `${run.dir} is finished, but has no ${mark}`);

  await makeFolder(dirname(run.path(mark)));
  run.usage(); // what came to nothing before is not this stage's
  const { count, files, tokens = 0 } = await spec.work();
  const outside = files.find((file) => isAbsolute(file) || normalize(file).startsWith(".."));
  if (outside !== undefined) throw new Error(`${name}: ${outside} is not inside the run folder`);
  const before = run.secondsBefore(iteration, name);
  const seconds = before + (performance.now() - start) / 1000;
  await writeDone(run, { iteration, name, count, files, seconds, tokens, servers: run.usage() });
  run.report({ type: "stage-end", ...stage, seconds, resumed: before > 0 });
}
