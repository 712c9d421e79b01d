/** JSON Lines: rows come back whole and in order; every bad one is named by file, line and reason. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { SeasError } from "../errors.ts";
import { type JsonlOptions, readJsonl, stringifyJsonl } from "./jsonl.ts";

const folder = mkdtempSync(join(tmpdir(), "seas-jsonl-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "rows.jsonl");
const Row = z.object({ a: z.number() });

async function rows<T>(content: string | Buffer, schema: z.ZodType<T>, options?: JsonlOptions): Promise<[number, T][]> {
  writeFileSync(path, content);
  const found: [number, T][] = [];
  for await (const { line, value } of readJsonl(path, schema, options)) found.push([line, value]);
  return found;
}

describe("readJsonl", () => {
  it("gives rows with their lines; byte-order mark, CRLF, blank lines and a missing last newline are fine", async () => {
    expect(await rows('\uFEFF{"a":1}\r\n\n  \n{"a":2}\n{"a":3}', Row)).toEqual([
      [1, { a: 1 }],
      [4, { a: 2 }],
      [5, { a: 3 }],
    ]);
    expect(await rows("", Row)).toEqual([]);
    expect(await rows("\uFEFF", Row)).toEqual([]);
  });

  it("names file, line and reason in one line", async () => {
    await expect(rows('{"a":1}\n{"a":"x"}\n', Row)).rejects.toMatchObject({
      code: "E_DATA",
      message: expect.stringMatching(/rows\.jsonl:2: a: [^\n]*expected number[^\n]*$/),
    });
    await expect(rows('{"a":1}\n{"a":\n{"a":2}\n', Row)).rejects.toThrow(/rows\.jsonl:2: no valid JSON: [^\n]+$/);
    await expect(rows("[]\n", Row)).rejects.toThrow(/:1: row: /);
    await expect(rows("{}\n", z.object({ a: z.number(), b: z.number() }))).rejects.toThrow(/:1: a: .*\(and 1 more\)$/);
    await expect(rows(Buffer.from('{"a":1}\n"\xff"\n', "latin1"), z.unknown())).rejects.toThrow(
      ":2: no valid JSON: not UTF-8",
    );
    await expect(rows("[".repeat(200_000), z.unknown())).rejects.toBeInstanceOf(SeasError);
  });

  it("names a file that cannot be read", async () => {
    const missing = readJsonl(join(folder, "none.jsonl"), Row);
    await expect(missing.next()).rejects.toMatchObject({ code: "E_DATA" });
    await expect(readJsonl(folder, Row).next()).rejects.toMatchObject({ code: "E_DATA" });
  });

  it("refuses a line over the bound, wherever it stands", async () => {
    const long = JSON.stringify({ a: 1, b: "x".repeat(100) });
    for (const content of [`${long}\n{"a":1}\n`, `{"a":1}\n${long}`, `{"a":1}\n${long}\n`]) {
      await expect(rows(content, Row, { maxLineBytes: 100 })).rejects.toThrow("a line of over 100 bytes");
    }
    expect(await rows(`${long}\n`, Row, { maxLineBytes: long.length })).toHaveLength(1);
  });

  it("reads lines longer than a chunk, characters split over chunks among them", async () => {
    const value = { a: 1, b: "é€😀".repeat(100_000) };
    const content = `${JSON.stringify(value)}\n`.repeat(3);
    expect(await rows(content, z.unknown())).toEqual([1, 2, 3].map((line) => [line, value]));
  });

  it("lets go of the file when the reader stops early", async () => {
    writeFileSync(path, '{"a":1}\n{"a":2}\n');
    for await (const { value } of readJsonl(path, Row)) {
      expect(value).toEqual({ a: 1 });
      break;
    }
  });
});

describe("dropTornTail", () => {
  const drop = { dropTornTail: true };

  it("drops a last line without newline, even one that parses", async () => {
    expect(await rows('{"a":1}\n{"a":2', Row, drop)).toEqual([[1, { a: 1 }]]);
    expect(await rows('{"a":1}\n{"a":2}', Row, drop)).toEqual([[1, { a: 1 }]]);
  });

  it("drops a last line that does not parse", async () => {
    expect(await rows('{"a":1}\n{"a":\n', Row, drop)).toEqual([[1, { a: 1 }]]);
    expect(await rows('{"a":1}\n\0\0\0\n\n', Row, drop)).toEqual([[1, { a: 1 }]]);
  });

  it("drops only the last, and no row of the wrong schema", async () => {
    await expect(rows('{"a":\n{"a":1}\n', Row, drop)).rejects.toThrow(":1: no valid JSON");
    await expect(rows('{"a":\n{"a":1', Row, drop)).rejects.toThrow(":1: no valid JSON");
    await expect(rows('{"a":1}\n{"b":1}\n', Row, drop)).rejects.toThrow(":2: a: ");
  });

  it("keeps exactly the whole rows of a file cut anywhere", async () => {
    const lines = ['{"a":1}\n', '{"a":22}\n', '{"a":-3,"é":"€"}\n'];
    const whole = Buffer.from(lines.join(""));
    const ends = [1, 2, 3].map((n) => Buffer.byteLength(lines.slice(0, n).join("")));
    for (let length = 0; length <= whole.length; length++) {
      const kept = await rows(whole.subarray(0, length), Row, drop);
      expect(kept.length, `${length} bytes`).toBe(ends.filter((end) => end <= length).length);
    }
  });
});

describe("stringifyJsonl", () => {
  it("is one line to every reader of lines", () => {
    expect(stringifyJsonl({ a: "\u2028\u2029\u0085\n" })).toBe('{"a":"\\u2028\\u2029\\u0085\\n"}');
    expect(() => stringifyJsonl(undefined)).toThrow("undefined is no JSON value");
  });

  it("round-trips any JSON values", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue({ stringUnit: "binary" })), async (values) => {
        const content = values.map((value) => `${stringifyJsonl(value)}\n`).join("");
        expect(content).not.toMatch(/[\u0085\u2028\u2029]/);
        const expected = values.map((value, i) => [i + 1, JSON.parse(JSON.stringify(value))]);
        expect(await rows(content, z.unknown())).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});
