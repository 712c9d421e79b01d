/** One key at a time from a terminal in raw mode. Keys pressed while nobody waits are dropped: a key must not label an answer that was not shown. */
import { emitKeypressEvents, type Key } from "node:readline";

/** A terminal that is listened to. */
export interface Keys {
  /** The name of the next key, `ctrl-c` with Ctrl; undefined when there will be none: the terminal is gone, or the process is told to end. */
  next(): Promise<string | undefined>;
  /** Gives the terminal back as it was. */
  close(): void;
}

/** The part of a terminal's input that is used here. */
export type KeyInput = NodeJS.ReadableStream & { setRawMode?(on: boolean): unknown };

/** Listens from now on. */
export function keysOf(input: KeyInput): Keys {
  let waiting: ((key: string | undefined) => void) | undefined;
  let ended = false;
  const give = (key: string | undefined) => {
    const to = waiting;
    waiting = undefined;
    to?.(key);
  };
  const onKey = (text: string | undefined, key: Key) => give(`${key.ctrl ? "ctrl-" : ""}${key.name ?? text ?? ""}`);
  const onEnd = () => {
    ended = true;
    give(undefined);
  };
  emitKeypressEvents(input);
  input.setRawMode?.(true);
  input.on("keypress", onKey).on("end", onEnd).on("close", onEnd);
  // In raw mode Ctrl-C is a key; these come from elsewhere, and the terminal must not stay raw.
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, onEnd);
  input.resume();
  return {
    next: () =>
      new Promise((resolve) => {
        if (ended) resolve(undefined);
        else waiting = resolve;
      }),
    close() {
      input.off("keypress", onKey).off("end", onEnd).off("close", onEnd);
      for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.off(signal, onEnd);
      input.setRawMode?.(false);
      input.pause();
    },
  };
}
