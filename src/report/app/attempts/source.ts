/**
 * Where the page gets all attempts from: packed blocks that stand in the file after the script, or the server of a live view.
 * Blocks of texts are unpacked when one of their texts is asked for, and the last few are kept.
 */
import type { AttemptIndex, TextPlace } from "../../attempts/types.ts";

/** All attempts of a run. */
export interface AttemptSource {
  /** Null where there are none. */
  index(): Promise<AttemptIndex | null>;
  /** A text of that index; null where it is left out, or the run has gone on since. */
  text(index: AttemptIndex, place: TextPlace): Promise<string | null>;
}

const kept = 4; // blocks

/** The attempts in this file, once all of it is read. */
export function fileSource(): AttemptSource {
  return sourceOf(
    async () => {
      await wholeDocument();
      return bytesIn("packed-attempts");
    },
    async (_, block) => bytesIn(`packed-attempts-${block}`),
  );
}

/** The attempts that a live view's server has just now. */
export function liveSource(): AttemptSource {
  const ask = async (path: string) => {
    const response = await fetch(path);
    return response.status === 200 ? new Uint8Array(await response.arrayBuffer()) : null;
  };
  return sourceOf(
    () => ask("/attempts"),
    (version, block) => ask(`/attempts?${new URLSearchParams({ version, block: String(block) })}`),
  );
}

type Bytes = Uint8Array<ArrayBuffer> | null;

function sourceOf(
  indexBytes: () => Promise<Bytes>,
  blockBytes: (version: string, block: number) => Promise<Bytes>,
): AttemptSource {
  const blocks = new Map<string, Promise<readonly string[] | null>>();
  return {
    async index() {
      const bytes = await indexBytes();
      return bytes === null ? null : ((await unpack(bytes)) as AttemptIndex);
    },
    async text({ version, blocks: first }, place) {
      const block = first.findLastIndex((from) => from <= place);
      if (place < 0 || block < 0) return null;
      const key = `${version} ${block}`;
      const found = blocks.get(key) ?? blockBytes(version, block).then(textsIn);
      // The one asked for last goes last.
      blocks.delete(key);
      blocks.set(key, found);
      for (const old of [...blocks.keys()].slice(0, -kept)) blocks.delete(old);
      const texts = await found.catch(() => null);
      // What could not be had may be had later.
      if (texts === null) blocks.delete(key);
      return texts?.[place - first[block]!] ?? null;
    },
  };
}

async function textsIn(bytes: Bytes): Promise<readonly string[] | null> {
  return bytes === null ? null : ((await unpack(bytes)) as readonly string[]);
}

/** JSON under gzip. */
function unpack(bytes: Uint8Array<ArrayBuffer>): Promise<unknown> {
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
}

function bytesIn(id: string): Bytes {
  const text = document.getElementById(id)?.textContent;
  return text == null ? null : Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

function wholeDocument(): Promise<void> {
  if (document.readyState !== "loading") return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("DOMContentLoaded", () => resolve(), { once: true });
  });
}
