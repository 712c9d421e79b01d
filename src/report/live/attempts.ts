/**
 * All attempts of a run that goes on, packed as the page wants them: made anew when somebody asks and the folder has changed,
 * then kept until it changes again. Reading them all takes its time, so after each reading there is a rest of nine times as
 * long, like that between two summaries: the run comes first.
 */
import { setTimeout as rest } from "node:timers/promises";
import { collectAttempts } from "../attempts/collect.ts";
import type { AttemptArchive } from "../attempts/types.ts";
import { signatureOf } from "./signature.ts";

/** The attempts of one run. */
export interface LiveAttempts {
  /** The index, or the block of texts that a query asks for; null = there is no such thing, or no longer. */
  answer(query: URLSearchParams): Promise<Uint8Array | null>;
  close(): void;
}

/** @param restFactor how many times as long as a reading nothing is read after it */
export function liveAttempts(runDir: string, restFactor: number): LiveAttempts {
  const closing = new AbortController();
  let archive: AttemptArchive | null = null;
  let signature: string | undefined;
  let notBefore = 0;
  const read = async (): Promise<void> => {
    if ((await signatureOf(runDir)) === signature) return;
    const wait = notBefore - performance.now();
    if (wait > 0) await rest(wait, undefined, { signal: closing.signal });
    const from = performance.now();
    // Taken before the files are read, so that what comes meanwhile counts as new.
    const found = await signatureOf(runDir);
    archive = await collectAttempts(runDir);
    signature = found;
    notBefore = performance.now() + restFactor * (performance.now() - from);
  };
  // Whoever asks while a reading goes on waits for the same one.
  let reading: Promise<void> | null = null;
  const fresh = () => {
    reading ??= read().finally(() => {
      reading = null;
    });
    return reading;
  };
  return {
    async answer(query) {
      const block = query.get("block");
      if (block === null) {
        await fresh();
        return archive?.index ?? null;
      }
      // Texts are found by their place, which only the archive knows that the page has the index of.
      if (query.get("version") !== archive?.version || !/^\d{1,6}$/.test(block)) return null;
      return archive.blocks[Number(block)] ?? null;
    },
    close: () => closing.abort(),
  };
}
