/** Requests side by side, their results in order, and no more begun than can soon be asked. */
import { setMaxListeners } from "node:events";
import type { Server } from "./server.ts";

/** Requests that wait behind one that takes long, for each that may be open. */
const ahead = 2;

/**
 * What `ask` gives for each item, in order. Nothing is asked any more once the reader has left.
 *
 * @param signal ends the work with its reason
 * @throws what `ask` throws for the first item that fails
 */
export async function* inOrder<T, R>(
  server: Pick<Server, "capacity">,
  items: Iterable<T>,
  signal: AbortSignal | undefined,
  ask: (item: T, signal: AbortSignal) => Promise<R>,
): AsyncGenerator<R> {
  const stop = new AbortController();
  const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  // Every request in flight listens to it.
  setMaxListeners(0, either);
  const open: Promise<R>[] = [];
  try {
    for (const item of items) {
      const asked = ask(item, either);
      // It is awaited in its turn; one that fails earlier must not count as unhandled meanwhile.
      asked.catch(() => {});
      open.push(asked);
      if (open.length >= ahead * server.capacity()) yield await open.shift()!;
    }
    for (const asked of open) yield await asked;
  } finally {
    stop.abort();
  }
}
