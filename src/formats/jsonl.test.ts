/** JSON Lines: round trips, and every way in which a file can be bad. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { SeasError } from "../errors.ts";
import { type JsonlOptions, type JsonlRow, readJsonl, stringifyJsonl } from "./jsonl.ts";

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-jsonl-"));
  path = join(folder, "rows.jsonl");
});
afterAll(() => rm(folder, { recursive: true }));

async function read(text: string | Uint8Array, options: JsonlOptions = {}): Promise<JsonlRow<unknown>[]> {
  await writeFile(path, text);
  return collect(readJsonl(path, z.unknown(), options));
}

/** Every row; the iteration's own error when one is bad. */
async function collect<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

const values = async (text: string | Uint8Array, options?: JsonlOptions) =>
  (await read(text, options)).map((r) => r.value);
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);

describe("readJsonl", () => {
  it("gives back what stringifyJsonl wrote", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(json), fc.constantFrom("\n", "\r\n", "\n\n"), async (rows, end) => {
        expect(await values(rows.map((row) => stringifyJsonl(row) + end).join(""))).toEqual(rows);
      }),
    );
  });

  it("reads lines longer than a chunk, a last line without newline, a mark and blank lines, and counts them all", async () => {
    const long = "é".repeat(300_000);
    expect(await read(`\ufeff{"a":1}\n\n  \r\n${JSON.stringify(long)}\n[2]`)).toEqual([
      { value: { a: 1 }, line: 1 },
      { value: long, line: 4 },
      { value: [2], line: 5 },
    ]);
    expect(await read("")).toEqual([]);
  });

  it("names file, line and reason of a bad row", async () => {
    const schema = z.object({ id: z.string(), n: z.number() });
    await writeFile(path, '{"id":"a","n":1}\n\n{"id":"b","n":"2"}\n');
    const rows: unknown[] = [];
    const all = async () => {
      for await (const row of readJsonl(path, schema)) rows.push(row.value);
    };
    await expect(all()).rejects.toMatchObject({
      code: "E_DATA",
      message: expect.stringMatching(/rows\.jsonl:3: n: .*number/),
    });
    expect(rows).toEqual([{ id: "a", n: 1 }]);
  });

  const broken = [
    ["no JSON", '{"a":1}\n{"a":\n', 2],
    ["two values", "1\n2\n3 4\n", 3],
    ["bad UTF-8", Buffer.from([0x31, 10, 0x22, 0xff, 0x22, 10]), 2],
    ["a surrogate as UTF-8", Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22, 10]), 1],
    ["a mark that is not at the start", "1\n\ufeff2\n", 2],
    ["a NUL", "1\n2\n\0\n", 3],
  ] as const;
  it.each(broken)("refuses %s by line", async (_, text, line) => {
    await expect(read(text)).rejects.toThrow(SeasError);
    await expect(read(text)).rejects.toThrow(`rows.jsonl:${line}: `);
  });

  it("refuses a line over the bound without holding it, and takes one at the bound", async () => {
    const line = JSON.stringify("x".repeat(98));
    expect(await values(`1\n${line}\n`, { maxLineBytes: 100 })).toEqual([1, "x".repeat(98)]);
    await expect(read(`1\n${line} \n`, { maxLineBytes: 100 })).rejects.toThrow(
      "rows.jsonl:2: a line of over 100 bytes",
    );
  });

  it("names a file that cannot be read", async () => {
    const none = join(folder, "none.jsonl");
    for (const bad of [none, folder]) {
      await expect(collect(readJsonl(bad, z.unknown()))).rejects.toMatchObject({ code: "E_DATA" });
      await expect(collect(readJsonl(bad, z.unknown()))).rejects.toThrow(bad);
    }
  });

  it("passes the columns of imported data through the schema", async () => {
    await writeFile(path, '{"__proto__":{"x":1},"id":"a"}\n');
    const [row] = await collect(readJsonl(path, z.object({ id: z.string() })));
    expect(row).toEqual({ value: { id: "a" }, line: 1 });
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});

describe("readJsonl with dropTornTail", () => {
  const drop = { dropTornTail: true };

  it("gives the whole lines of a file cut at any byte", async () => {
    const rows = [{ id: "a", text: "é🙂" }, { id: "b", n: [1, 22, 333] }, 4];
    const bytes = Buffer.from(rows.map((row) => `${stringifyJsonl(row)}\n`).join(""));
    for (let cut = 0; cut <= bytes.length; cut++) {
      const head = bytes.subarray(0, cut);
      expect(await values(head, drop), `cut at ${cut}`).toEqual(
        rows.slice(0, head.toString("latin1").split("\n").length - 1),
      );
    }
  });

  it("drops a last line of zeros that ends, as a lost block leaves it, but no bad line before another", async () => {
    expect(await values(`1\n${"\0".repeat(9)}\n`, drop)).toEqual([1]);
    expect(await values('1\n{"a":\n\n', drop)).toEqual([1]);
    await expect(read('1\n{"a":\n2\n', drop)).rejects.toThrow("rows.jsonl:2: no valid JSON");
  });
});

describe("stringifyJsonl", () => {
  it("keeps a value on one line for every reader", () => {
    const line = stringifyJsonl({ text: "a\nb\r\u0085\u2028\u2029\u000b" });
    expect(line).toMatchInlineSnapshot(`"{"text":"a\\nb\\r\\u0085\\u2028\\u2029\\u000b"}"`);
  });
  it("refuses what is no JSON", () => {
    expect(() => stringifyJsonl(undefined)).toThrow("no JSON value");
  });
});
