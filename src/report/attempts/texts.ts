/**
 * Texts in blocks that are packed as they fill up: of equal texts one is kept, and what is written is never held twice.
 * A page unpacks a block when a text of it is asked for.
 */
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { TextPlace } from "./types.ts";

/** Characters of a block, about. */
const blockSize = 400_000;
/** Characters kept of one text. */
export const mostOfOne = 8000;

const zip = promisify(gzip);

/** JSON under gzip. */
export async function pack(value: unknown): Promise<Uint8Array> {
  return zip(JSON.stringify(value), { level: 7 });
}

/** Takes texts and gives the place of each. */
export interface TextWriter {
  add(text: string): Promise<TextPlace>;
  /** The blocks, and the first text of each. */
  end(): Promise<{ readonly blocks: readonly Uint8Array[]; readonly first: readonly number[] }>;
}

/** A writer of no texts yet. */
export function textWriter(): TextWriter {
  const places = new Map<string, TextPlace>();
  const blocks: Uint8Array[] = [];
  const first: number[] = [];
  let open: string[] = [];
  let held = 0;
  let next = 0;
  const close = async () => {
    if (open.length === 0) return;
    first.push(next - open.length);
    const full = open;
    [open, held] = [[], 0];
    blocks.push(await pack(full));
  };
  return {
    async add(text) {
      // By hash, since a run's texts together may be larger than what should be held.
      const key = text.length < 40 ? text : createHash("sha1").update(text).digest("base64");
      const known = places.get(key);
      if (known !== undefined) return known;
      places.set(key, next);
      const more = text.length - mostOfOne;
      const kept = more > 0 ? text.slice(0, mostOfOne) : text;
      open.push(kept);
      held += kept.length;
      next++;
      const place = next - 1;
      if (held >= blockSize) await close();
      return place;
    },
    async end() {
      await close();
      return { blocks, first };
    },
  };
}
