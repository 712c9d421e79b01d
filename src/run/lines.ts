/**
 * Whole lines of a file that may have been cut anywhere, with the byte after each, so that it can be truncated there.
 * Judges no content (see formats/jsonl.ts for reading records); memory is bounded by the longest line.
 */
import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";

/** A row longer than this is damage, not data. */
const LONGEST_LINE = 64 * 1024 * 1024; // bytes

/** A line that ended with a line feed. */
export interface WholeLine {
  /** Without its line feed; undefined = not UTF-8. */
  readonly text: string | undefined;
  /** Offset of the byte after the line feed. */
  readonly end: number;
}

/**
 * Lines up to the last line feed; what follows it is torn and not given. Ends early at a line over 64 MiB.
 *
 * @param start offset of the first line, as an `end` told it. @default 0
 */
export async function* wholeLines(path: string, start = 0): AsyncGenerator<WholeLine> {
  let parts: Buffer[] = [];
  let held = 0; // bytes in parts
  let end = start;
  for await (const chunk of createReadStream(path, { start, highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...parts, chunk.subarray(from, at)]);
      end += line.length + 1;
      from = at + 1;
      parts = [];
      held = 0;
      yield { text: isUtf8(line) ? line.toString("utf8") : undefined, end };
    }
    held += chunk.length - from;
    if (held > LONGEST_LINE) return;
    if (from < chunk.length) parts.push(chunk.subarray(from));
  }
}
