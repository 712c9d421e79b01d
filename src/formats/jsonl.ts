/**
 * JSON Lines: one record a line, read as a stream, so that a file of any size fits. A bad row is named by file, line
 * and reason. Lines are bounded; a byte-order mark and blank lines are accepted, and files packed as `.gz`.
 */
import { isUtf8 } from "node:buffer";
import type { z } from "zod";
import { describeError, SeasError } from "../errors.ts";
import { readUnpacked } from "./unpacked.ts";

/** How to read. */
export interface JsonlOptions {
  /**
   * What a kill in the middle of writing leaves is dropped instead of refused: a last line without its newline, or
   * whose JSON cannot be parsed. Only the last. @default false
   */
  readonly dropTornTail?: boolean;
  /** Longest line, bytes. @default 16 MiB */
  readonly maxLineBytes?: number;
}

/** One row. */
export interface JsonlRow<T> {
  readonly value: T;
  /** 1 for the first line of the file. */
  readonly line: number;
}

interface Line {
  readonly bytes: Buffer;
  readonly line: number;
  /** False for a last line without its newline. */
  readonly ended: boolean;
}

const newline = 10;

/**
 * The rows of a file, checked, with their line numbers. Blank lines are passed over.
 *
 * @throws SeasError E_DATA with file, line and reason for a bad row; E_DATA when the file cannot be read
 */
export async function* readJsonl<T>(
  path: string,
  schema: z.ZodType<T>,
  options: JsonlOptions = {},
): AsyncGenerator<JsonlRow<T>> {
  const { dropTornTail = false, maxLineBytes = 2 ** 24 } = options;
  let torn: SeasError | undefined;
  for await (const { bytes, line, ended } of readLines(path, maxLineBytes)) {
    const at = `${path}:${line}`;
    const text = bytes.toString("utf8");
    if (text.trim() === "") continue;
    if (torn !== undefined) throw torn;
    if (dropTornTail && !ended) return;
    let json: unknown;
    try {
      if (!isUtf8(bytes)) throw new SyntaxError("not UTF-8");
      json = JSON.parse(text);
    } catch (cause) {
      const reason = describeError(cause).replace(/\s+/g, " ");
      torn = new SeasError("E_DATA", `${at}: no valid JSON: ${reason}`, {
        hint: "each line must be one JSON value",
        cause,
      });
      if (dropTornTail) continue;
      throw torn;
    }
    const parsed = schema.safeParse(json);
    if (!parsed.success)
      throw new SeasError("E_DATA", `${at}: ${describeIssues(parsed.error)}`, { cause: parsed.error });
    yield { value: parsed.data, line };
  }
}

/**
 * One JSON value as one line, without the newline. Also escaped are the characters at which some readers break lines
 * though JSON allows them: U+0085, U+2028 and U+2029.
 */
export function stringifyJsonl(value: unknown): string {
  const json: string | undefined = JSON.stringify(value);
  if (json === undefined) throw new Error(`a ${typeof value} is no JSON value`);
  return json.replace(/[\u0085\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

async function* readLines(path: string, maxBytes: number): AsyncGenerator<Line> {
  let line = 1;
  let parts: Buffer[] = [];
  let length = 0;
  const add = (part: Buffer) => {
    length += part.length;
    if (length > maxBytes) {
      throw new SeasError("E_DATA", `${path}:${line}: a line of over ${maxBytes} bytes`, {
        hint: "is this a JSON Lines file?",
      });
    }
    parts.push(part);
  };
  const finish = (ended: boolean): Line => {
    const bytes = Buffer.concat(parts);
    const marked = line === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    const row = { bytes: marked ? bytes.subarray(3) : bytes, line, ended };
    line++;
    parts = [];
    length = 0;
    return row;
  };
  for await (const chunk of chunksOf(path)) {
    let from = 0;
    for (let to = chunk.indexOf(newline); to >= 0; to = chunk.indexOf(newline, from)) {
      add(chunk.subarray(from, to));
      yield finish(true);
      from = to + 1;
    }
    if (from < chunk.length) add(chunk.subarray(from));
  }
  if (length > 0) yield finish(false);
}

async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  try {
    yield* readUnpacked(path) as AsyncIterable<Buffer>;
  } catch (cause) {
    throw new SeasError("E_DATA", `${path}: cannot be read: ${describeError(cause)}`, { cause });
  }
}

function describeIssues(error: z.ZodError): string {
  const [first, ...more] = error.issues;
  const where = first?.path.map(String).join(".") || "row";
  const rest = more.length === 0 ? "" : ` (and ${more.length} more)`;
  return `${where}: ${(first?.message ?? "invalid").replace(/\s+/g, " ")}${rest}`;
}
