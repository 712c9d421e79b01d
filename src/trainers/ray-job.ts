/**
 * A job on a Ray cluster: submitted once under an id that is a hash of its work, followed until it ends. Whoever asks again for the
 * same work finds the job that still runs, or the one that has ended, so a client that was killed costs nothing.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { SeasError } from "../errors.ts";
import type { TrainOptions, TrainStep } from "../seams.ts";
import { type Cluster, type JobRequest, type JobState, jobLog, jobState, stopJob, submitJob } from "./ray-api.ts";
import { failureIn, lastLines, stepsOf } from "./trl-log.ts";

/** What is to run, and where. */
export interface RayJob {
  readonly cluster: Cluster;
  /** The same for the same work. */
  readonly id: string;
  /** What is submitted under `id`, or under one made of it after a job that failed. */
  request(id: string): JobRequest;
  /** Whether a job that has ended left what it should; otherwise another is submitted. */
  finished(id: string): Promise<boolean>;
}

/** How it is followed. Times in milliseconds. */
export interface Following extends Pick<TrainOptions, "signal" | "onStep"> {
  /** Between two looks. */
  readonly poll: number;
  /** Longest life of a job. */
  readonly life: number;
  /** Longest time without a new line of its log. */
  readonly quiet: number;
  /** How long a cluster that does not answer is waited for. @default 10 minutes */
  readonly patience?: number;
  readonly note: (text: string) => void;
}

/** Times that the same work may be submitted. */
const most = 50;
/** Milliseconds that a stopped job has to end. */
const stopping = 20_000;

/**
 * Finds the job or submits it, and waits for its end.
 *
 * @returns its id, and what it logged of its training
 * @throws SeasError E_NETWORK when there is no cluster or it stays away; E_TRAINING when the job failed, was stopped, was forgotten, or
 *   ran into a limit; all can be gone on with. The signal's reason, after the job was stopped
 */
export async function followJob(job: RayJob, following: Following): Promise<{ id: string; steps: TrainStep[] }> {
  const { cluster } = job;
  const { signal, note, poll, life, quiet } = following;
  signal?.throwIfAborted();
  const id = await findOrSubmit(job, following);
  const tell = teller(following);
  const patiently = patient(following);
  const start = Date.now();
  let status = "";
  let heard = { at: Date.now(), length: 0 };
  for (;;) {
    if (signal?.aborted) {
      await end(cluster, id, note, "interrupted");
      signal.throwIfAborted();
    }
    const began = Date.now();
    const look = await patiently(async () => {
      const state = await jobState(cluster, id, signal);
      // The node of a job that has ended may be gone with its log.
      const log = await jobLog(cluster, id, signal).catch((error) => (isOver(state) ? "" : Promise.reject(error)));
      return { state, log };
    });
    if (look === undefined) continue;
    const { state, log } = look;
    if (state === undefined)
      throw failed(`the cluster no longer knows job ${id}`, "was it restarted? the same command submits the job anew");
    const steps = tell(log);
    if (state.status !== status) note(`job ${id}: ${state.status.toLowerCase()}`);
    status = state.status;
    if (status === "SUCCEEDED") return { id, steps };
    if (isOver(state)) throw ended(id, state, log, note);
    const now = Date.now();
    if (log.length !== heard.length || status === "PENDING") heard = { at: now, length: log.length };
    const limit =
      now - (state.start_time ?? start) > life
        ? { passed: `has not ended after ${spoken(life)}`, option: "hoursAtMost" }
        : now - heard.at > quiet
          ? { passed: `has logged nothing for ${spoken(quiet)}`, option: "quietMinutes" }
          : undefined;
    if (limit !== undefined) {
      await end(cluster, id, note, limit.passed);
      throw failed(
        `job ${id} ${limit.passed}, and was stopped; its last line: ${lastLines(log, 1)[0]?.slice(0, 300) ?? "none"}`,
        `\`trainer.${limit.option}\` is the limit; the same command submits the job anew`,
      );
    }
    // A long log takes long to fetch: most of the time shall be spent waiting.
    await pause(Math.max(poll, 5 * (now - began)), signal);
  }
}

/** The id under which the job runs, has run, or was submitted just now. */
async function findOrSubmit(job: RayJob, following: Following): Promise<string> {
  const { cluster } = job;
  const { note, signal } = following;
  for (let attempt = 1; attempt <= most; attempt++) {
    const id = attempt === 1 ? job.id : `${job.id}-${attempt}`;
    const state = await jobState(cluster, id, signal);
    if (state === undefined) {
      await submit(cluster, job.request(id), following);
      return id;
    }
    if (state.status === "FAILED" || state.status === "STOPPED") continue;
    if (state.status === "SUCCEEDED" && !(await job.finished(id))) continue;
    note(`job ${id} is known to the cluster, ${state.status.toLowerCase()}: going on with it`);
    return id;
  }
  throw failed(`job ${job.id} was submitted ${most} times and never succeeded`, "its logs are on the cluster");
}

/** Submits it once: where the answer is lost, the cluster is asked whether it has the job. */
async function submit(cluster: Cluster, request: JobRequest, following: Following): Promise<void> {
  const id = request.submission_id;
  const patiently = patient(following);
  for (;;) {
    const done = await patiently(async () => {
      if ((await jobState(cluster, id)) === undefined) await submitJob(cluster, request);
      return true;
    });
    if (done) break;
    following.signal?.throwIfAborted();
  }
  following.note(`job ${id} submitted to ${cluster.address}`);
}

/**
 * Looks at a cluster that may be away for a while. The result is undefined where the signal cut a look, or where nobody answered and
 * there is still patience.
 */
function patient({ signal, note, poll, patience = 600_000 }: Following) {
  let silentSince: number | undefined;
  return async <T>(look: () => Promise<T>): Promise<T | undefined> => {
    try {
      const result = await look();
      silentSince = undefined;
      return result;
    } catch (error) {
      if (signal?.aborted) return undefined;
      if (!(error instanceof SeasError) || !error.retryable) throw error;
      if (silentSince === undefined) note(`${error.message}; waiting for it`);
      silentSince ??= Date.now();
      if (Date.now() - silentSince > patience) throw error;
      await pause(poll, signal);
      return undefined;
    }
  };
}

/** Says each step once, however often its log is read. */
function teller({ onStep }: Following): (log: string) => TrainStep[] {
  let told = 0;
  let tokens = 0;
  return (log) => {
    const { steps, total } = stepsOf(log);
    for (const step of steps.slice(told)) {
      const seen = step.num_tokens ?? tokens;
      onStep?.(step, { done: step.step, total: Math.max(total ?? 0, step.step), tokens: Math.max(0, seen - tokens) });
      tokens = Math.max(tokens, seen);
    }
    told = Math.max(told, steps.length);
    return steps;
  };
}

/** Stops a job and waits until it has ended; a cluster that does not answer is no reason to stay. */
async function end(cluster: Cluster, id: string, note: (text: string) => void, why: string): Promise<void> {
  note(`job ${id}: ${why}, stopping it`);
  try {
    await stopJob(cluster, id);
    const until = Date.now() + stopping;
    while (Date.now() < until && !isOver(await jobState(cluster, id))) await pause(500);
  } catch {
    note(`job ${id} could not be stopped: the cluster does not answer`);
  }
}

function isOver(state: JobState | undefined): boolean {
  return state === undefined || ["STOPPED", "SUCCEEDED", "FAILED"].includes(state.status);
}

function ended(id: string, { status, message }: JobState, log: string, note: (text: string) => void): SeasError {
  if (status === "STOPPED")
    return failed(`job ${id} was stopped on the cluster`, "the same command submits the job anew");
  for (const line of lastLines(log, 12)) note(`  ${line.slice(0, 300)}`);
  const why = log.trim() === "" ? failureIn(message ?? "") : failureIn(log);
  return failed(`job ${id} failed: ${why}`, `${remedy(log)}; the same command submits the job anew`);
}

/** What the usual failures want. */
function remedy(log: string): string {
  if (/No space left on device|Disk quota exceeded/i.test(log)) return "the cluster's disk is full: make room";
  if (/out of memory/i.test(log)) return "raise `trainer.accumulation`, or take larger GPUs";
  if (/command not found|: not found|No module named/i.test(log))
    return "the program is missing on the cluster: pip install trl peft there";
  if (/FileNotFoundError|No such file|Couldn't find|Repo id must be|is not a (?:local folder|valid model)/i.test(log))
    return "does the cluster see that path? `trainer.folder` says where, `trainer.base` names the base";
  return "its log is in Ray's dashboard";
}

function failed(message: string, hint: string): SeasError {
  return new SeasError("E_TRAINING", message, { hint, retryable: true });
}

function spoken(milliseconds: number): string {
  const minutes = milliseconds / 60_000;
  return minutes < 120 ? `${Number(minutes.toPrecision(3))} min` : `${Number((minutes / 60).toPrecision(3))} h`;
}

async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => {});
}
