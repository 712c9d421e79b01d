/**
 * A server with the OpenAI API, or several copies of it, behind one function that asks until there is an answer. What may pass is
 * tried again, elsewhere where there is an elsewhere; a server that is gone is waited for; only an answer, a request that never
 * passes, or a set-up that is wrong come out.
 */
import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import OpenAI, { APIConnectionTimeoutError } from "openai";
import { SeasError } from "../errors.ts";
import { type Failure, failureOf } from "./failures.ts";
import { createPool, type Outcome } from "./pool.ts";

/** Where a model is served, and how patiently it is asked. */
export interface ServerOptions {
  /** Of copies that serve the same; each ends with /v1 for most servers. */
  readonly urls: readonly string[];
  /** As the server names it. */
  readonly model: string;
  /** @default none, which local servers accept */
  readonly apiKey?: string | undefined;
  /** Most requests at one copy at once; fewer where more bring nothing. @default 64 */
  readonly concurrency?: number | undefined;
  /** Of one attempt, milliseconds. @default 300,000 */
  readonly timeout?: number | undefined;
  /** Attempts after the first, for failures of a server that answers. @default 5 */
  readonly retries?: number | undefined;
  /** How long a server that is gone is waited for, milliseconds. @default 600,000 */
  readonly patience?: number | undefined;
  /** In the place of the global one. */
  readonly fetch?: typeof fetch | undefined;
  /** A line when a server is gone, and when it is back. */
  readonly note?: ((text: string) => void) | undefined;
}

/** A request that will never pass, or did not in all its attempts. */
export class RequestFailed extends Error {}

/** Asks. */
export interface Server {
  readonly urls: readonly string[];
  readonly model: string;
  /**
   * @param call one attempt; what it throws for a reply that it cannot read is tried again
   * @param tokensOf how much was answered, by which the number of requests at once is judged
   * @throws RequestFailed for this request alone; SeasError E_NETWORK when none will pass; the signal's reason
   */
  ask<T>(
    call: (client: OpenAI, signal: AbortSignal) => Promise<T>,
    tokensOf: (reply: T) => number,
    signal: AbortSignal,
  ): Promise<T>;
  /** Requests that may be open at once now. */
  capacity(): number;
}

/** Longest pause between two attempts, milliseconds. */
const longestPause = 30_000;
/** Requests in a row that fail for good after which a server is taken for broken. */
const broken = 20;

/** @example const server = createServer({ urls: ["http://127.0.0.1:8000/v1"], model: "llama" }); */
export function createServer(options: ServerOptions): Server {
  const { urls, model, apiKey = "none", timeout = 300_000, retries = 5, patience = 600_000, note } = options;
  const more = options.fetch === undefined ? {} : { fetch: options.fetch };
  const clients = urls.map((baseURL) => new OpenAI({ baseURL, apiKey, timeout, maxRetries: 0, ...more }));
  const pool = createPool(urls.length, options.concurrency ?? 64);
  let worked = false;
  let lost = 0;
  /** Since when there were no answers but refusals and silence. */
  let quietSince: number | undefined;
  const gone = new Set<number>();

  const keepWaiting = (reason: string): void => {
    quietSince ??= performance.now();
    if (performance.now() - quietSince < patience) return;
    throw new SeasError("E_NETWORK", `${urls.join(", ")}: no answer for ${Math.round(patience / 1000)} s: ${reason}`, {
      hint: "start the server; the same command then goes on where it stopped",
      retryable: true,
    });
  };
  const present = (place: number): void => {
    if (gone.delete(place)) note?.(`${urls[place]} is back`);
  };
  const giveUp = (reason: string): RequestFailed => {
    lost++;
    if (lost < broken) return new RequestFailed(reason);
    throw new SeasError("E_NETWORK", `${urls.join(", ")}: ${lost} requests in a row failed, the last with: ${reason}`, {
      hint: "look at the server's log; the same command then goes on where it stopped",
      retryable: true,
    });
  };

  return {
    urls,
    model,
    capacity: () => pool.capacity(),
    async ask(call, tokensOf, signal) {
      const failedAt = new Set<number>();
      let tries = 0;
      for (let waits = 0; ; waits++) {
        const slot = await pool.acquire(signal, failedAt);
        let outcome: Outcome = { kind: "failed" };
        let failure: Failure;
        try {
          const reply = await inTime((attempt) => call(clients[slot.place]!, attempt), timeout, signal);
          outcome = { kind: "answered", tokens: tokensOf(reply) };
          [worked, lost, quietSince] = [true, 0, undefined];
          present(slot.place);
          return reply;
        } catch (error) {
          signal.throwIfAborted();
          failure = failureOf(error, urls[slot.place]!, model, worked);
          outcome = outcomeOf(failure, waits);
        } finally {
          slot.release(outcome);
        }
        if (failure.kind === "fatal") throw failure.error;
        if (failure.kind === "gone") {
          if (!gone.has(slot.place)) note?.(`${urls[slot.place]} does not answer (${failure.reason}); waiting for it`);
          gone.add(slot.place);
          keepWaiting(failure.reason);
          continue;
        }
        present(slot.place);
        if (failure.kind === "never") throw new RequestFailed(failure.reason);
        // To be told to wait is no failure of the request, however often.
        if (failure.rest !== undefined && failure.busy) keepWaiting(failure.reason);
        else tries++;
        if (tries > retries) throw giveUp(failure.reason);
        failedAt.add(slot.place);
        if (failedAt.size === urls.length) {
          failedAt.clear();
          if (!failure.busy) await sleep(pause(tries), undefined, { signal }).catch(() => signal.throwIfAborted());
        }
      }
    },
  };
}

/**
 * One attempt with a limit on its whole reply. The client's own ends when the headers are there, and a body that stops in the middle
 * would be waited for. Its listeners go to a signal of this attempt, as it takes none away from one that lives as long as a run.
 */
async function inTime<T>(
  call: (signal: AbortSignal) => Promise<T>,
  milliseconds: number,
  signal: AbortSignal,
): Promise<T> {
  const attempt = new AbortController();
  // A call may make many requests, a list page by page.
  setMaxListeners(0, attempt.signal);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    attempt.abort();
  }, milliseconds);
  const stop = () => attempt.abort(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await call(attempt.signal);
  } catch (error) {
    throw late ? new APIConnectionTimeoutError() : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

function outcomeOf(failure: Failure, waits: number): Outcome {
  if (failure.kind === "gone") return { kind: "gone", rest: failure.rest ?? pause(waits) };
  if (failure.kind === "again" && failure.busy) return { kind: "busy", rest: failure.rest ?? pause(waits) };
  return { kind: "failed" };
}

/** Half a second, then twice as long each time, with some disorder so that not all come back at once. */
function pause(attempts: number): number {
  return Math.min(longestPause, 500 * 2 ** attempts) * (0.75 + 0.5 * Math.random());
}
