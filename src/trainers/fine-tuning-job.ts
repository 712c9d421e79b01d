/**
 * A job of a fine-tuning API from its beginning to its end: found where it runs already or has ended, else begun; its events
 * told as they come; cancelled when the work is interrupted.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { describeError, SeasError } from "../errors.ts";
import type { TrainOptions, TrainStep } from "../seams.ts";
import type { FineTuningApi, Work } from "../servers/fine-tuning.ts";
import { ended, type Job, type JobEvent } from "../servers/fine-tuning-replies.ts";
import { stepOf } from "./fine-tuning-steps.ts";

/** How a job is followed. */
export interface Following extends Pick<TrainOptions, "onStep"> {
  readonly signal: AbortSignal;
  /** Milliseconds between two looks. */
  readonly poll: number;
  /** How long a job without news is waited for, milliseconds. */
  readonly patience: number;
  readonly note: (text: string) => void;
  /** Optimizer steps, as far as can be known before. */
  readonly steps: number;
  /** Of an epoch. */
  readonly stepsPerEpoch: number;
}

/** What a job left. */
export interface Finished {
  readonly job: Job;
  /** As the provider names it. */
  readonly model: string;
  readonly steps: readonly TrainStep[];
}

/** Most lines of one job that are passed on. */
const mostNotes = 200;
/** How long a job is tried to be cancelled, milliseconds. */
const cancelling = 15_000;

/**
 * Begins the work, or finds its job, and waits for its end.
 *
 * @throws SeasError E_TRAINING when the job failed or hangs, E_NETWORK when the server is gone; the signal's reason, after the job was
 *   cancelled
 */
export async function finishedJob(api: FineTuningApi, work: Work, following: Following): Promise<Finished> {
  const { signal, note } = following;
  try {
    const found = await api.find(work, signal);
    if (found !== undefined) note(`job ${found.id} of the same work is ${found.status}: no other is begun`);
    const job = found ?? (await api.begin(work, signal));
    return await followed(api, job, following);
  } catch (error) {
    if (!signal.aborted) throw error;
    await cancelled(api, work, note);
    throw signal.reason;
  }
}

async function followed(api: FineTuningApi, begun: Job, following: Following): Promise<Finished> {
  const { id } = begun;
  const { signal, poll, patience, note } = following;
  const tell = teller(following);
  let status = "";
  let news = performance.now();
  for (;;) {
    const job = await api.look(id, signal);
    const events = await api.events(id, signal);
    if (job.status !== status) note(`job ${id}: ${job.status}`);
    const told = tell(events);
    if (job.status !== status || told.fresh) news = performance.now();
    status = job.status;
    if (ended(job)) return { job, model: modelOf(job), steps: told.steps };
    if (performance.now() - news > patience)
      throw new SeasError("E_TRAINING", `job ${id}: ${status}, without news for ${Math.round(patience / 1000)} s`, {
        hint: "look at it at the provider; the same command goes on waiting, and begins another when it is cancelled there",
        retryable: true,
      });
    await sleep(poll, undefined, { signal });
  }
}

/** Passes on what is new among a job's events, and gives all steps that they tell. */
function teller({ note, onStep, steps: total, stepsPerEpoch }: Following) {
  const seen = new Set<string>();
  const steps = new Map<number, TrainStep>();
  let notes = 0;
  return (events: readonly JobEvent[]): { readonly fresh: boolean; readonly steps: readonly TrainStep[] } => {
    const fresh = events.filter(({ id }) => !seen.has(id));
    for (const event of fresh) {
      seen.add(event.id);
      const step = stepOf(event, stepsPerEpoch);
      if (step !== undefined && !steps.has(step.step)) {
        steps.set(step.step, step);
        // What the provider makes of batch size and epochs may be another number of steps.
        onStep?.(step, { done: step.step, total: Math.max(total, step.step), tokens: 0 });
      }
      if (step === undefined && event.message !== "" && notes++ < mostNotes) note(`provider: ${event.message}`);
    }
    return { fresh: fresh.length > 0, steps: [...steps.values()].sort((a, b) => a.step - b.step) };
  };
}

/** @throws SeasError E_TRAINING for a job that left no model */
function modelOf({ id, status, error, fine_tuned_model: model }: Job): string {
  if (status === "succeeded" && model) return model;
  const { code, message, param } = error ?? {};
  const reason =
    status === "succeeded"
      ? "it names no model that could be asked for"
      : [code, message, param && `(${param})`].filter(Boolean).join(" ") || "no reason is given";
  throw new SeasError("E_TRAINING", `job ${id} ${status}: ${reason}`, {
    hint: "see to it, then give the same command again: another job is begun",
    retryable: true,
  });
}

async function cancelled(api: FineTuningApi, work: Work, note: (text: string) => void): Promise<void> {
  try {
    const signal = AbortSignal.timeout(cancelling);
    const job = await api.find(work, signal);
    if (job === undefined || ended(job)) return;
    await api.cancel(job.id, signal);
    note(`job ${job.id}: cancelled`);
  } catch (error) {
    note(`the job could not be cancelled and may go on at the provider: ${describeError(error)}`);
  }
}
