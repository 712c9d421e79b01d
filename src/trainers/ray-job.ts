/**
 * A job on a Ray cluster over its REST API: submitted once under an id of its own, followed until it ends. Whoever asks again for the
 * same work finds the job that still runs, or the one that has ended.
 *
 * Source: docs.ray.io, "Ray Jobs REST API" (POST /api/jobs/, GET /api/jobs/ID and /logs, POST /stop).
 */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { describeError, SeasError } from "../errors.ts";
import type { TrainOptions, TrainStep } from "../seams.ts";
import { stepsOf } from "./trl-log.ts";

/** What is to run, and where. */
export interface RayJob {
  /** Of the head's dashboard, `http://HEAD:8265`. */
  readonly address: string;
  /** The same for the same work. */
  readonly id: string;
  readonly entrypoint: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly cpus: number;
  readonly gpus: number;
}

/** How it is followed. */
export interface Following extends Pick<TrainOptions, "signal" | "onStep"> {
  /** Milliseconds between two looks. */
  readonly poll: number;
  readonly note: (text: string) => void;
}

const Info = z.object({
  status: z.enum(["PENDING", "RUNNING", "STOPPED", "SUCCEEDED", "FAILED"]),
  message: z.string().nullish(),
});

/** Times a job that failed may be submitted anew, each by another session. */
const most = 20;
/** Looks in a row that may fail before the cluster is taken for gone. */
const patience = 60;

/**
 * Submits the job, or finds it, and waits for its end.
 *
 * @returns what it logged of its training
 * @throws SeasError E_NETWORK when the cluster is gone, E_TRAINING when the job failed, with the end of its log; the signal's reason,
 *   after it was stopped
 */
export async function followJob(job: RayJob, { signal, onStep, poll, note }: Following): Promise<TrainStep[]> {
  const id = await begun(job, note);
  let told = 0;
  let failed = 0;
  for (;;) {
    if (signal?.aborted) {
      note(`job ${id}: stopping it`);
      await call(job.address, `/api/jobs/${id}/stop`, "POST").catch(() => {});
      signal.throwIfAborted();
    }
    let info: z.infer<typeof Info>;
    let log: string;
    try {
      info = Info.parse(await call(job.address, `/api/jobs/${id}`));
      log = await logOf(job.address, id);
      failed = 0;
    } catch (error) {
      if (++failed > patience) throw error;
      await sleep(poll, undefined, signal === undefined ? {} : { signal }).catch(() => {});
      continue;
    }
    const { steps, total } = stepsOf(log);
    for (const step of steps.slice(told)) onStep?.(step, { done: step.step, total: total ?? step.step, tokens: 0 });
    told = Math.max(told, steps.length);
    if (info.status === "SUCCEEDED") return steps;
    if (info.status === "FAILED" || info.status === "STOPPED") {
      const last = log.trimEnd().split("\n").slice(-8).join("\n  ");
      throw new SeasError("E_TRAINING", `job ${id} ${info.status.toLowerCase()}: ${info.message ?? ""}\n  ${last}`, {
        hint: "see to it, then give the same command again: a new job is submitted",
        retryable: true,
      });
    }
    await sleep(poll, undefined, signal === undefined ? {} : { signal }).catch(() => {});
  }
}

/** The id under which the job runs, has run, or was submitted just now. */
async function begun(job: RayJob, note: (text: string) => void): Promise<string> {
  for (let attempt = 1; attempt <= most; attempt++) {
    const id = attempt === 1 ? job.id : `${job.id}-${attempt}`;
    const found = Info.safeParse(await call(job.address, `/api/jobs/${id}`));
    if (found.success && (found.data.status === "FAILED" || found.data.status === "STOPPED")) continue;
    if (found.success) {
      note(`job ${id} is ${found.data.status.toLowerCase()}: going on with it`);
      return id;
    }
    await call(job.address, "/api/jobs/", "POST", {
      submission_id: id,
      entrypoint: job.entrypoint,
      runtime_env: { env_vars: job.environment },
      entrypoint_num_cpus: job.cpus,
      entrypoint_num_gpus: job.gpus,
    });
    note(`job ${id} submitted`);
    return id;
  }
  throw new SeasError("E_TRAINING", `job ${job.id} failed ${most} times`, { hint: "look at its logs on the cluster" });
}

async function logOf(address: string, id: string): Promise<string> {
  const { logs } = z.object({ logs: z.string().nullish() }).parse(await call(address, `/api/jobs/${id}/logs`));
  return logs ?? "";
}

/** An answer as JSON; `undefined` for what is not there. */
async function call(address: string, path: string, method = "GET", body?: unknown): Promise<unknown> {
  const url = `${address.replace(/\/$/, "")}${path}`;
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      signal: AbortSignal.timeout(30_000),
      ...(body !== undefined && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
  } catch (cause) {
    throw new SeasError("E_NETWORK", `${url}: ${describeError(cause)}`, {
      hint: "is the Ray head running, with its dashboard? the run goes on where it stopped",
      retryable: true,
      cause,
    });
  }
  const text = await response.text();
  if (response.status === 404) return undefined;
  if (!response.ok) throw new SeasError("E_NETWORK", `${url}: ${response.status} ${text.slice(0, 300).trim()}`);
  return text === "" ? undefined : JSON.parse(text);
}
