/**
 * One writer a run folder: a file made with O_EXCL that names the process holding it.
 * A lock whose process is gone (killed, rebooted, a zombie, its pid given to another process) is taken over; nothing
 * has to be refreshed while a batch keeps the process busy for minutes. Locks of another machine cannot be judged
 * from here and are refused. proper-lockfile judges by a timestamp renewed by a timer, which a blocked event loop
 * or a suspended laptop lets lapse under a live writer: hence this file.
 */
import { randomUUID } from "node:crypto";
import { link, open, readFile, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { SeasError } from "../errors.ts";
import { diskError, errorCode, toLine } from "./atomic.ts";

/** Who holds a lock. */
export const Holder = z.object({
  pid: z.number().int().positive(),
  host: z.string(),
  /** Start of the process in clock ticks since boot, where /proc tells. */
  started: z.string().nullable(),
  at: z.string(),
});
export type Holder = z.infer<typeof Holder>;

/** A lock that is held. */
export interface Lock {
  /** Removes the lock file if it is still ours. */
  release(): Promise<void>;
}

/**
 * Takes the lock, or takes over one whose process is gone.
 *
 * @throws SeasError E_RUN_LOCKED with the pid of the live holder; E_DISK when the lock cannot be written
 */
export async function acquireLock(path: string, now: () => Date = () => new Date()): Promise<Lock> {
  const mine: Holder = {
    pid: process.pid,
    host: hostname(),
    started: (await processState(process.pid))?.started ?? null,
    at: now().toISOString(),
  };
  const text = toLine(mine);
  while (!(await create(path, text))) {
    const found = await settledText(path);
    if (found === undefined) continue;
    if (!isBlank(found)) await refuseLive(path, found);
    await setAside(path, found);
  }
  return {
    async release() {
      if ((await textOf(path)) === text) await rm(path, { force: true });
    },
  };
}

/** The holder of a lock and whether it still runs (taken as running when on another machine); undefined without one. */
export async function lockHolder(path: string): Promise<(Holder & { readonly live: boolean }) | undefined> {
  const holder = parse(await textOf(path));
  return holder && { ...holder, live: holder.host !== hostname() || (await isRunning(holder)) };
}

/** Makes the lock file; false when there is one already. */
async function create(path: string, text: string): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    try {
      await file.writeFile(text);
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw diskError(error, path);
  }
}

async function refuseLive(path: string, text: string): Promise<void> {
  const holder = parse(text);
  if (holder === undefined) {
    throw new SeasError("E_RUN_LOCKED", `${path}: a lock this version cannot read`, {
      hint: "if no other process writes this run, delete the file",
    });
  }
  const since = `since ${holder.at}`;
  if (holder.host !== hostname()) {
    throw new SeasError("E_RUN_LOCKED", `the run is written by process ${holder.pid} on ${holder.host} ${since}`, {
      hint: `if that process is gone, delete ${path}`,
    });
  }
  if (!(await isRunning(holder))) return;
  const who = holder.pid === process.pid ? `this process (pid ${holder.pid})` : `process ${holder.pid}`;
  throw new SeasError("E_RUN_LOCKED", `the run is being written by ${who} ${since}`, {
    hint: "wait for it, or stop it: what it has finished is kept",
  });
}

/** Removes a stale lock, unless another process has replaced it since it was read: then that one is put back. */
async function setAside(path: string, stale: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
    if ((await textOf(aside)) !== stale) await link(aside, path);
  } catch (error) {
    const code = errorCode(error);
    if (code !== "ENOENT" && code !== "EEXIST") throw diskError(error, path);
  } finally {
    await rm(aside, { force: true });
  }
}

/** Text of the lock; a blank one gets half a second to be filled by the process that just made it. */
async function settledText(path: string): Promise<string | undefined> {
  for (let waited = 0; ; waited += 50) {
    const text = await textOf(path);
    if (text === undefined || !isBlank(text) || waited >= 500) return text;
    await sleep(50);
  }
}

/** Nothing, or the zeros a power cut leaves. */
function isBlank(text: string): boolean {
  return text.replaceAll("\0", "").trim() === "";
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw diskError(error, path);
  }
}

function parse(text: string | undefined): Holder | undefined {
  try {
    return Holder.safeParse(JSON.parse(text ?? "")).data;
  } catch {
    return undefined;
  }
}

async function isRunning(holder: Holder): Promise<boolean> {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (errorCode(error) === "ESRCH") return false;
  }
  const state = await processState(holder.pid);
  if (state === undefined) return true;
  return !state.dead && (holder.started === null || holder.started === state.started);
}

/** From /proc, where there is one: start time, and whether the process is a zombie that nobody has collected. */
async function processState(pid: number): Promise<{ started: string; dead: boolean } | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The second field is the program's name in brackets and may hold anything; fields count from the last bracket.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, started] = [fields[0], fields[19]];
  return state === undefined || started === undefined ? undefined : { started, dead: state === "Z" || state === "X" };
}
