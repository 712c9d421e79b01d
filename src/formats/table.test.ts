/** Tables there and back in each format, and files that are damaged or none. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Row, readTable, writeTable } from "./table.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-table-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function read(path: string): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const { value } of readTable(path)) rows.push(value);
  return rows;
}

/** Any text but lone surrogates, which no file in UTF-8 can hold. */
const text = fc.string({ unit: "grapheme", maxLength: 40 }).filter((s) => !/\p{Surrogate}/u.test(s));

describe("writeTable and readTable", () => {
  it.each(["rows.jsonl", "rows.parquet"])("give back every row: %s", async (name) => {
    const row = fc.record({
      prompt: text,
      response: text,
      score: fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
        await writeTable(join(folder, name), rows);
        expect(await read(join(folder, name))).toEqual(rows);
      }),
      { numRuns: 40 },
    );
  });

  it("give back every text in CSV, but for an apostrophe before what looks like a formula", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ prompt: text, response: text }), { minLength: 1, maxLength: 20 }),
        async (rows) => {
          const path = join(folder, "rows.csv");
          await writeTable(path, rows);
          const guarded = (s: string) => (/^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(s) ? `'${s}` : s);
          const expected = rows.map((r) => ({ prompt: guarded(r.prompt), response: guarded(r.response) }));
          // A row of nothing but nothing is an empty line, which is passed over.
          expect(await read(path)).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("keep what is added to a row in each format's own way", async () => {
    const rows = [
      { prompt: "a", verdict: { label: "safe", unsafeProbability: 0.25 } },
      { prompt: "b", verdict: { label: "unscored", reason: "empty answer" } },
    ];
    for (const name of ["v.jsonl", "v.parquet"]) {
      await writeTable(join(folder, name), rows);
      expect(await read(join(folder, name))).toEqual(rows);
    }
    await writeTable(join(folder, "v.csv"), rows);
    expect(await read(join(folder, "v.csv"))).toEqual([
      { prompt: "a", "verdict.label": "safe", "verdict.unsafeProbability": "0.25", "verdict.reason": "" },
      { prompt: "b", "verdict.label": "unscored", "verdict.unsafeProbability": "", "verdict.reason": "empty answer" },
    ]);
  });

  it("leave no half-written file", async () => {
    await expect(writeTable(join(folder, "x.jsonl"), [{ bad: 1n }])).rejects.toThrow();
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("readTable", () => {
  it.each([
    ["x.csv", 'prompt,response\n"open', /x\.csv: cannot be read as csv/],
    ["x.csv", "a,b\n1,2,3\n", /x\.csv: cannot be read as csv: .*line 2/s],
    ["x.parquet", "PAR1 and nothing more", /x\.parquet: cannot be read as parquet/],
    ["x.jsonl", "[1]\n", /x\.jsonl:1: /],
    ["x.jsonl", '[{"a": 1}, 2]', /x\.jsonl, row 2: no object/],
    ["x.json", '[{"a": 1}', /x\.json: no valid JSON/],
    ["x.jsonl.gz", "not packed", /x\.jsonl\.gz: cannot be read/],
    ["x.jsonl.xz", "", /`\.xz` is no kind of table/],
    ["x.txt", "", /x\.txt: `\.txt` is no kind of table/],
  ])("refuses %s %j", async (name, content, message) => {
    await writeFile(join(folder, name), content);
    await expect(read(join(folder, name))).rejects.toThrow(message);
  });

  it("reads arrays, tabs and packed files too", async () => {
    const rows = [
      { a: "1", b: 'a "b"' },
      { a: "2", b: "" },
    ];
    const tabs = 'a\tb\n1\ta "b"\n2\t\n';
    const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    const files = {
      "t.tsv": tabs,
      "t.json": JSON.stringify(rows, null, 2),
      "t.jsonl": `\ufeff${JSON.stringify(rows)}`,
    };
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(folder, name), content);
      expect(await read(join(folder, name)), name).toEqual(rows);
    }
    for (const [name, content] of Object.entries({ "p.tsv.gz": tabs, "p.jsonl.gz": lines })) {
      await writeFile(join(folder, name), gzipSync(content));
      expect(await read(join(folder, name)), name).toEqual(rows);
    }
  });

  it("names a file that is not there", async () => {
    await expect(read(join(folder, "none.csv"))).rejects.toThrow(/none\.csv: cannot be read as csv: ENOENT/);
    await expect(read(join(folder, "none.parquet"))).rejects.toThrow(/none\.parquet/);
  });

  it("says on which line a row stands", async () => {
    await writeFile(join(folder, "x.csv"), '\uFEFFprompt\n"two\nlines"\nthree\n');
    const places: string[] = [];
    for await (const { at, value } of readTable(join(folder, "x.csv")))
      places.push(`${at.slice(folder.length + 1)} ${value.prompt}`);
    expect(places).toEqual(["x.csv:3 two\nlines", "x.csv:4 three"]);
    expect(await readFile(join(folder, "x.csv"), "utf8")).toContain("two");
  });
});
