/**
 * JSON Lines: one record a line, read as a stream, so that a file of any size fits. A bad row is named by file, line
 * and reason. Lines are bounded; a byte-order mark is accepted.
 */
import { createReadStream } from "node:fs";
import type { z } from "zod";
import { describeError, SeasError } from "../errors.ts";

export interface JsonlOptions {
  /** A last line that is unfinished (no newline, or no JSON) is left out instead of refused: what a kill leaves. @default false */
  readonly dropTornTail?: boolean;
  /** Longest line, bytes. @default 16 MiB */
  readonly maxLineBytes?: number;
}

const newline = 10;

/**
 * The rows of a file with their line numbers (1 for the first). Blank lines are passed over.
 *
 * @throws SeasError E_DATA with file, line and reason; E_DATA when the file cannot be read
 */
export async function* readJsonl<T>(path: string, schema: z.ZodType<T>, options: JsonlOptions = {}): AsyncGenerator<{ readonly value: T; readonly line: number }> {
  const { dropTornTail = false } = options;
  for await (const { text, line, last } of lines(path, options.maxLineBytes ?? 2 ** 24)) {
    if (text.trim() === "") continue;
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch (cause) {
      if (last && dropTornTail) return;
      throw new SeasError("E_DATA", `${path}:${line}: not JSON`, { cause, hint: "each line must be one JSON value" });
    }
    const checked = schema.safeParse(parsed);
    if (!checked.success) {
      const issue = checked.error.issues[0];
      throw new SeasError("E_DATA", `${path}:${line}: ${issue?.path.map(String).join(".") || "row"}: ${issue?.message ?? "invalid"}`);
    }
    yield { value: checked.data, line };
  }
}

/** Lines of a file; `last` marks a final line without its newline. */
async function* lines(path: string, maxBytes: number): AsyncGenerator<{ readonly text: string; readonly line: number; readonly last: boolean }> {
  let line = 1;
  let rest: Buffer[] = [];
  let restBytes = 0;
  const decode = (parts: readonly Buffer[]) => {
    const text = Buffer.concat(parts).toString("utf8");
    return line === 1 && text.startsWith("\uFEFF") ? text.slice(1) : text;
  };
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 18 }) as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at = chunk.indexOf(newline, from); at >= 0; at = chunk.indexOf(newline, from)) {
        yield { text: decode([...rest, chunk.subarray(from, at)]), line, last: false };
        line++;
        rest = [];
        restBytes = 0;
        from = at + 1;
      }
      rest.push(chunk.subarray(from));
      restBytes += chunk.length - from;
      if (restBytes > maxBytes) throw new SeasError("E_DATA", `${path}:${line}: a line of over ${maxBytes} bytes`, { hint: "is this a JSON Lines file?" });
    }
  } catch (cause) {
    if (cause instanceof SeasError) throw cause;
    throw new SeasError("E_DATA", `${path}: cannot be read: ${describeError(cause)}`, { cause });
  }
  if (restBytes > 0) yield { text: decode(rest), line, last: true };
}
