/**
 * The fine-tuning API of OpenAI and of servers that speak like it: files, jobs, events. Asked like any other server
 * (server.ts): what may pass is tried again, a server that is gone is waited for. Whatever makes something looks first whether
 * it is there, within the same attempt, so that a reply which was lost makes nothing twice.
 *
 * Source: the OpenAI API reference, "Fine-tuning" and "Files".
 */
import type OpenAI from "openai";
import { NotFoundError, toFile } from "openai";
import { SeasError } from "../errors.ts";
import { boundedFetch } from "./bounded-fetch.ts";
import { ended, Job, JobEvent, oneLine, UploadedFile } from "./fine-tuning-replies.ts";
import { createServer, RequestFailed } from "./server.ts";

/** Where jobs run. */
export interface FineTuningServer {
  readonly url: string;
  readonly apiKey?: string | undefined;
  /** How long a server that is gone is waited for, milliseconds. @default 600,000 */
  readonly patience?: number | undefined;
  /** Attempts after the first. @default 5 */
  readonly retries?: number | undefined;
  readonly note?: ((text: string) => void) | undefined;
}

/** What is to be trained, and the name under which it is found again. */
export interface Work {
  /** A hash: the same for the same work, and in the job's metadata. */
  readonly hash: string;
  readonly model: string;
  readonly method: OpenAI.FineTuning.JobCreateParams.Method;
  readonly seed: number;
  readonly suffix: string;
  /** JSON lines. */
  readonly rows: string;
}

/** The API. Every call throws SeasError E_TRAINING or E_NETWORK when it will not pass, or the signal's reason. */
export interface FineTuningApi {
  /** A job of this work that has succeeded, or else one that goes on. */
  find(work: Work, signal: AbortSignal): Promise<Job | undefined>;
  /** Uploads the rows unless they are there, and begins a job unless there is one. */
  begin(work: Work, signal: AbortSignal): Promise<Job>;
  look(id: string, signal: AbortSignal): Promise<Job>;
  /** From the oldest to the newest; none where the server tells none. */
  events(id: string, signal: AbortSignal): Promise<JobEvent[]>;
  cancel(id: string, signal: AbortSignal): Promise<void>;
  deleteFile(id: string, signal: AbortSignal): Promise<void>;
}

/** Key of a job's metadata that holds the hash of its work. */
const key = "seas";
/** Most entries of a list that are read: a list without an end is no list. */
const most = 10_000;
/** Of one attempt, milliseconds; the rows of a large run take a while to send. */
const timeout = 600_000;

/** @example const job = await fineTuningApi({ url: "http://127.0.0.1:8000/v1" }).begin(work, signal); */
export function fineTuningApi({ url, apiKey, patience, retries, note }: FineTuningServer): FineTuningApi {
  const server = createServer({
    urls: [url],
    model: "fine-tuning",
    apiKey,
    timeout,
    patience,
    retries,
    note,
    fetch: boundedFetch,
  });
  const ask = async <T>(
    what: string,
    call: (client: OpenAI, signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
    none?: T,
  ): Promise<T> => {
    const attempt = (client: OpenAI, stop: AbortSignal): Promise<T | NotFoundError> =>
      call(client, stop).catch((error: unknown) => {
        if (error instanceof NotFoundError) return error;
        throw error;
      });
    const reply = await server
      .ask(attempt, () => 1, signal)
      .catch((error: unknown) => {
        if (!(error instanceof RequestFailed)) throw error;
        throw new SeasError("E_TRAINING", `${url} refuses ${what}: ${oneLine(error.message)}`, {
          hint: "see to it; the same command then goes on where it stopped",
          retryable: true,
        });
      });
    if (!(reply instanceof NotFoundError)) return reply;
    if (none !== undefined) return none;
    throw new SeasError("E_TRAINING", `${url}: ${what}: ${oneLine(reply.message)}`, {
      hint: "check `trainer.model`, and that this server has the fine-tuning API (most urls end with /v1)",
      retryable: true,
    });
  };

  const file = (work: Work, signal: AbortSignal): Promise<string> =>
    ask(
      "the training file",
      async (client, stop) => {
        const there = await fileNamed(client, work, stop);
        if (there !== undefined) return there;
        const sent = { file: await toFile(Buffer.from(work.rows), fileName(work)), purpose: "fine-tune" } as const;
        return read(UploadedFile, await client.files.create(sent, { signal: stop }), "a file").id;
      },
      signal,
    );

  return {
    find: (work, signal) =>
      ask(
        "a look at its jobs and files",
        async (client, stop) => {
          const known = await jobOf(client, work, undefined, stop);
          if (known !== undefined) return known;
          const trainingFile = await fileNamed(client, work, stop);
          return trainingFile === undefined ? undefined : jobOf(client, work, trainingFile, stop);
        },
        signal,
      ),
    async begin(work, signal) {
      const trainingFile = await file(work, signal);
      return ask(
        "the job",
        async (client, stop) => {
          const there = await jobOf(client, work, trainingFile, stop);
          if (there !== undefined) return there;
          const { model, method, seed, suffix, hash } = work;
          const body = { model, training_file: trainingFile, method, seed, suffix, metadata: { [key]: hash } };
          return read(Job, await client.fineTuning.jobs.create(body, { signal: stop }), "a job");
        },
        signal,
      );
    },
    look: (id, signal) =>
      ask(
        `job ${id}`,
        async (client, stop) => read(Job, await client.fineTuning.jobs.retrieve(id, { signal: stop }), "a job"),
        signal,
      ),
    events: (id, signal) => ask(`events of job ${id}`, (client, stop) => eventsOf(client, id, stop), signal, []),
    async cancel(id, signal) {
      await ask(`to cancel job ${id}`, (client, stop) => client.fineTuning.jobs.cancel(id, { signal: stop }), signal);
    },
    async deleteFile(id, signal) {
      await ask<unknown>(
        `to delete file ${id}`,
        (client, stop) => client.files.delete(id, { signal: stop }),
        signal,
        "gone",
      );
    },
  };
}

/** With the hash of the work in it, so the file is known again, and the job by its file. */
function fileName({ hash }: Work): string {
  return `seas-${hash.slice(0, 32)}.jsonl`;
}

async function fileNamed(client: OpenAI, work: Work, signal: AbortSignal): Promise<string | undefined> {
  const [name, size] = [fileName(work), Buffer.byteLength(work.rows)];
  const files = client.files.list({ purpose: "fine-tune", order: "desc", limit: 1000 }, { signal });
  for await (const file of entries(files, UploadedFile)) {
    const whole = file.bytes === undefined || file.bytes === null || file.bytes === size;
    if (file.filename === name && whole && file.status !== "error") return file.id;
  }
  return undefined;
}

/** By the hash in its metadata, or by its file for servers that keep no metadata; the newest of the best kind. */
async function jobOf(client: OpenAI, { hash }: Work, trainingFile: string | undefined, signal: AbortSignal) {
  const jobs = client.fineTuning.jobs.list({ limit: 100, metadata: { [key]: hash } }, { signal });
  let going: Job | undefined;
  for await (const job of entries(jobs, Job)) {
    const isOurs = job.metadata?.[key] === hash || (trainingFile !== undefined && job.training_file === trainingFile);
    if (isOurs && job.status === "succeeded" && job.fine_tuned_model) return job;
    if (isOurs && !ended(job)) going ??= job;
  }
  return going;
}

async function eventsOf(client: OpenAI, id: string, signal: AbortSignal): Promise<JobEvent[]> {
  const events: JobEvent[] = [];
  const list = client.fineTuning.jobs.listEvents(id, { limit: 100 }, { signal });
  for await (const event of entries(list, JobEvent)) events.push(event);
  // They come newest first; those of one second keep that order.
  return events.reverse().sort((a, b) => a.created_at - b.created_at);
}

/** What can be read of a list; the rest is passed over. */
async function* entries<T>(
  list: AsyncIterable<unknown>,
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
): AsyncGenerator<T> {
  let seen = 0;
  for await (const entry of list) {
    const parsed = schema.safeParse(entry);
    if (parsed.success) yield parsed.data;
    if (++seen >= most) return;
  }
}

/** @throws Error for what is none, which is then asked for again */
function read<T>(
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
  reply: unknown,
  what: string,
): T {
  const parsed = schema.safeParse(reply);
  if (parsed.success) return parsed.data;
  throw new Error(`a reply that is not ${what}`);
}
