/**
 * events.jsonl: every event of a run as it happened, with its time, appended over all sessions (a session = one
 * process writing the run). Not part of the byte-for-byte promise. What a killed session spent on a stage is known
 * only from here.
 */
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { stat } from "node:fs/promises";
import type { Reporter, RunEvent } from "../seams.ts";
import { diskError, errorCode, toLine } from "./atomic.ts";
import { wholeLines } from "./lines.ts";

/** An event on file. `session` marks the first line that a process wrote, counted from 1. */
export type StoredEvent = RunEvent & { readonly at: string; readonly session?: number };

/** The open log. */
export interface EventLog {
  /** Keeps an event and passes it on; progress of a stage at most once a second, its last always. */
  readonly report: Reporter;
  readonly history: History;
  /** Later events are passed on only. */
  close(): void;
}

/** What earlier sessions left. */
export interface History {
  readonly sessions: number;
  /** From first to last event of each session, summed. */
  readonly seconds: number;
  /** Spent on a stage that has not ended, under `iteration/stage`. */
  readonly unfinished: ReadonlyMap<string, number>;
}

const PROGRESS_INTERVAL = 1000; // ms

/**
 * Opens the log for appending, a torn last line cut off, and marks a new session.
 *
 * @throws SeasError E_DISK, also from `report`
 */
export async function openEvents(path: string, options: { reporter: Reporter; now: () => Date }): Promise<EventLog> {
  const { history, bytes } = await readHistory(path);
  let file: number | undefined = openAt(path, bytes);
  let size = bytes;
  const lastProgress = new Map<string, number>();

  const write = (event: RunEvent & { session?: number }): void => {
    if (file === undefined) return;
    const line = Buffer.from(toLine({ at: options.now().toISOString(), ...event }));
    try {
      for (let done = 0; done < line.length; ) done += writeSync(file, line, done);
      size += line.length;
    } catch (error) {
      cutBack(file, size);
      throw diskError(error, path);
    }
  };
  const report: Reporter = (event) => {
    if (event.type === "progress" && event.done < event.total) {
      const key = stageKey(event.iteration, event.stage);
      const time = performance.now();
      if (time - (lastProgress.get(key) ?? Number.NEGATIVE_INFINITY) < PROGRESS_INTERVAL) return;
      lastProgress.set(key, time);
    }
    write(event);
    options.reporter(event);
  };
  const close = (): void => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };

  const session = history.sessions + 1;
  try {
    write({ type: "note", text: session === 1 ? "run opened" : "run opened again", session });
  } catch (error) {
    close();
    throw error;
  }
  return { report, history, close };
}

/** Events on file, oldest first; lines that cannot be read are passed over. Nothing when there is no log yet. */
export async function* readEvents(path: string): AsyncGenerator<StoredEvent> {
  for await (const { event } of eventLines(path)) if (event !== undefined) yield event;
}

/** Reads on: each call gives the events that came since the call before it. A log that shrank is read from its start. */
export function eventFollower(path: string): () => Promise<readonly StoredEvent[]> {
  let read = 0;
  return async () => {
    const size = await stat(path).then(
      (found) => found.size,
      () => 0,
    );
    if (size < read) read = 0;
    const events: StoredEvent[] = [];
    if (size === read) return events;
    for await (const { event, end } of eventLines(path, read)) {
      read = end;
      if (event !== undefined) events.push(event);
    }
    return events;
  };
}

/** Key of a stage in {@link History}. */
export function stageKey(iteration: number, stage: string): string {
  return `${iteration}/${stage}`;
}

/** `bytes` = length of the whole lines. */
async function readHistory(path: string): Promise<{ history: History; bytes: number }> {
  let bytes = 0;
  let sessions = 0;
  let seconds = 0;
  let session: Span | undefined;
  const open = new Map<string, Span>();
  const unfinished = new Map<string, number>();
  const leave = (key: string): void => {
    const span = open.get(key);
    if (span !== undefined) unfinished.set(key, (unfinished.get(key) ?? 0) + lengthOf(span));
    open.delete(key);
  };

  for await (const { event, end } of eventLines(path)) {
    bytes = end;
    if (event === undefined) continue;
    const at = Date.parse(event.at);
    if (event.session !== undefined) {
      sessions = event.session;
      seconds += lengthOf(session);
      session = { from: at, to: at };
      for (const key of [...open.keys()]) leave(key);
    }
    if (session !== undefined) session.to = at;
    if (!("stage" in event)) continue;
    const key = stageKey(event.iteration, event.stage);
    if (event.type === "stage-start") {
      leave(key);
      open.set(key, { from: at, to: at });
    } else if (event.type === "stage-end") {
      open.delete(key);
      unfinished.delete(key);
    } else {
      const span = open.get(key);
      if (span !== undefined) span.to = at;
    }
  }
  for (const key of [...open.keys()]) leave(key);
  return { history: { sessions, seconds: seconds + lengthOf(session), unfinished }, bytes };
}

interface Span {
  readonly from: number;
  to: number;
}

/** Seconds; a clock set back counts as none. */
function lengthOf(span: Span | undefined): number {
  return span === undefined ? 0 : Math.max(0, (span.to - span.from) / 1000);
}

async function* eventLines(path: string, start = 0): AsyncGenerator<{ event: StoredEvent | undefined; end: number }> {
  try {
    for await (const { text, end } of wholeLines(path, start)) yield { event: parse(text), end };
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
}

function parse(text: string | undefined): StoredEvent | undefined {
  try {
    const value = JSON.parse(text ?? "");
    return typeof value?.type === "string" && typeof value.at === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Opens for appending, without what stands after the whole lines. */
function openAt(path: string, bytes: number): number {
  try {
    const file = openSync(path, "a");
    ftruncateSync(file, bytes);
    return file;
  } catch (error) {
    throw diskError(error, path);
  }
}

/** Half an event must not stand before the next one. */
function cutBack(file: number, size: number): void {
  try {
    ftruncateSync(file, size);
  } catch {
    // The write's own error tells what is wrong; the next session cuts the torn line.
  }
}
