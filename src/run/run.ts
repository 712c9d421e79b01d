/**
 * A run is a folder (design.md section 2): made, or opened again where it stopped, by one writer at a time.
 * What the stages put into it is theirs (stage.ts, artefact.ts); reading without writing is inspect.ts.
 */
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { Config } from "../config.ts";
import { SeasError } from "../errors.ts";
import type { UsageByRole } from "../records.ts";
import type { Reporter } from "../seams.ts";
import { diskError, errorCode, makeFolder, onDisk, toDocument, writeAtomic } from "./atomic.ts";
import { type End, readEnd, toEnd } from "./end.ts";
import { type Environment, environment } from "./environment.ts";
import { openEvents, stageKey } from "./events.ts";
import { acquireLock, type Lock } from "./lock.ts";
import { assertSameRun, configHash, environmentChanges, FORMAT, type Manifest, readManifest } from "./manifest.ts";

/** Name of the lock file in a run folder. */
export const LOCK = "run.lock";

/** An open run. */
export interface Run {
  /** Absolute path of the folder. */
  readonly dir: string;
  readonly config: Config;
  /** As run.json keeps them: of the moment when the run began. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** The run ended with success: stages are skipped, nothing is written. */
  readonly finished: boolean;
  /** The folder was there before. */
  readonly resumed: boolean;
  /** Keeps an event in events.jsonl and passes it on. */
  readonly report: Reporter;
  /** What servers were asked since the last call, by role. */
  readonly usage: () => UsageByRole;
  /** A path inside the folder. */
  path(...parts: string[]): string;
  /** Seconds that earlier sessions spent on a stage they did not finish. */
  secondsBefore(iteration: number, stage: string): number;
  /** Writes end.json and lets the lock go. Anything but success can be opened again. A second call does nothing. */
  close(end: { readonly status: End["status"]; readonly message?: string }): Promise<void>;
}

/** How to open a run. */
export interface OpenRunOptions {
  readonly config: Config;
  /** Go on in, or make, exactly this folder. @default a new folder under `config.output` */
  readonly dir?: string;
  readonly reporter: Reporter;
  /**
   * Kept in run.json. Under `model` and `data` put only what makes the bytes (names, hashes): any difference there is
   * refused on resume. A difference under `machine` is a warning; the rest is not compared.
   */
  readonly facts: Readonly<Record<string, unknown>>;
  /** @default nothing was asked of servers */
  readonly usage?: () => UsageByRole;
  readonly now?: () => Date;
}

/**
 * Opens a run: a new one, or `dir` where it stopped.
 *
 * @throws SeasError E_RUN (damaged, other format, other config, model or data: each difference named),
 * E_RUN_LOCKED (another process writes it), E_DISK
 */
export async function openRun(options: OpenRunOptions): Promise<Run> {
  const now = options.now ?? (() => new Date());
  const code = await environment(); // before the folder is made: a kill until run.json stands leaves an empty one
  const dir = resolve(options.dir ?? (await newFolder(options.config, now())));
  const before = await lookAt(dir, options);
  if (before.finished) return finishedRun(dir, before.manifest!.facts, options);
  if (before.manifest === undefined) {
    await makeFolder(dir);
    await assertEmpty(dir);
  }
  const lock = await acquireLock(join(dir, LOCK), now);
  try {
    // Again, since another process may have written or finished the run until it let the lock go.
    const { manifest, finished } = await lookAt(dir, options);
    if (!finished) return await openLocked({ ...options, dir, now, code, lock, manifest });
    await lock.release();
    return finishedRun(dir, manifest!.facts, options);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** What a folder holds, refused when it is another run. */
async function lookAt(
  dir: string,
  { config, facts }: OpenRunOptions,
): Promise<{ manifest: Manifest | undefined; finished: boolean }> {
  if (!(await exists(join(dir, "run.json")))) return { manifest: undefined, finished: false };
  const manifest = await readManifest(dir);
  assertSameRun(dir, manifest, config, facts);
  return { manifest, finished: (await readEnd(dir))?.status === "success" };
}

async function openLocked(
  options: OpenRunOptions & {
    dir: string;
    now: () => Date;
    code: Environment;
    lock: Lock;
    manifest: Manifest | undefined;
  },
): Promise<Run> {
  const { dir, config, facts, now, code, lock, manifest } = options;
  if (manifest === undefined) {
    const fresh: Manifest = { format: FORMAT, createdAt: now().toISOString(), config, ...code, facts };
    await writeAtomic(join(dir, "run.json"), toDocument(fresh));
  }
  const end = join(dir, "end.json");
  await onDisk(end, () => rm(end, { force: true }));
  const log = await openEvents(join(dir, "events.jsonl"), { reporter: options.reporter, now });
  if (manifest !== undefined) {
    for (const change of environmentChanges(manifest, code, facts)) {
      log.report({ type: "warning", text: `the run goes on under other conditions, its bytes may differ: ${change}` });
    }
  }
  const start = performance.now();
  let closed = false;
  return {
    ...shared(dir, config),
    facts: manifest?.facts ?? facts,
    finished: false,
    resumed: manifest !== undefined,
    report: log.report,
    usage: options.usage ?? (() => ({})),
    secondsBefore: (iteration, stage) => log.history.unfinished.get(stageKey(iteration, stage)) ?? 0,
    async close({ status, message }) {
      if (closed) return;
      closed = true;
      log.close();
      const seconds = log.history.seconds + (performance.now() - start) / 1000;
      try {
        await writeAtomic(end, toDocument(toEnd({ status, message, seconds, at: now() })));
      } catch (error) {
        // Without end.json a run counts as unfinished, which cancelled and failed ones are: no second error for them.
        if (status === "success") throw error;
      } finally {
        await lock.release();
      }
    },
  };
}

function finishedRun(dir: string, facts: Run["facts"], { config, reporter }: OpenRunOptions): Run {
  return {
    ...shared(dir, config),
    facts,
    finished: true,
    resumed: true,
    report: reporter,
    usage: () => ({}),
    secondsBefore: () => 0,
    close: async () => {},
  };
}

function shared(dir: string, config: Config): Pick<Run, "dir" | "config" | "path"> {
  return { dir, config, path: (...parts) => join(dir, ...parts) };
}

/** Makes `<output>/<date>-<preset>-<hash>`, with -2, -3, … when taken. */
async function newFolder(config: Config, now: Date): Promise<string> {
  await makeFolder(config.output);
  const date = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
  const name = join(config.output, `${date}-${config.preset}-${configHash(config).slice(0, 4)}`);
  for (let i = 1; ; i++) {
    const dir = i === 1 ? name : `${name}-${i}`;
    if (await onDisk(dir, () => makeUnlessThere(dir))) return dir;
  }
}

async function makeUnlessThere(dir: string): Promise<boolean> {
  try {
    await mkdir(dir);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** A folder given by name may hold what a kill before run.json left, and nothing else. */
async function assertEmpty(dir: string): Promise<void> {
  const other = (await readdir(dir)).find((name) => name !== "run.json.tmp" && !name.startsWith(LOCK));
  if (other === undefined) return;
  throw new SeasError("E_RUN", `${dir} is not a run folder: it has no run.json, but holds ${basename(other)}`, {
    hint: "name an empty or new folder",
  });
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw diskError(error, path);
  }
}
