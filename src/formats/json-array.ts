/**
 * Files that hold one JSON array of rows, which some data sets publish, also under the name `.jsonl`. An array is parsed whole,
 * so its file is bounded.
 */
import { isUtf8 } from "node:buffer";
import { describeError, SeasError } from "../errors.ts";
import { readUnpacked } from "./unpacked.ts";

/** Longest file, unpacked; below the longest string of V8. */
const maxBytes = 2 ** 28;

/** Whether a file begins with `[{`, as an array of rows does; white space apart. */
export async function isJsonArray(path: string): Promise<boolean> {
  for await (const chunk of readUnpacked(path) as AsyncIterable<Buffer>) {
    const text = chunk
      .toString("latin1")
      .replace(/^\u00ef\u00bb\u00bf/, "")
      .trimStart();
    if (text !== "") return /^\[\s*\{/.test(text);
  }
  return false;
}

/**
 * The values of the array in a file.
 *
 * @throws SeasError E_DATA when it is larger than 256 MiB unpacked, no UTF-8, or no JSON
 */
export async function readJsonArray(path: string): Promise<readonly unknown[]> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of readUnpacked(path) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) {
      throw new SeasError("E_DATA", `${path}: a JSON array of over ${maxBytes} bytes`, {
        hint: "write it as JSON Lines, one row a line, which is read row by row",
      });
    }
    parts.push(chunk);
  }
  const bytes = Buffer.concat(parts);
  try {
    if (!isUtf8(bytes)) throw new SyntaxError("not UTF-8");
    return JSON.parse(bytes.toString("utf8").replace(/^\ufeff/, "")) as unknown[];
  } catch (cause) {
    throw new SeasError("E_DATA", `${path}: no valid JSON: ${describeError(cause).replace(/\s+/g, " ")}`, { cause });
  }
}
