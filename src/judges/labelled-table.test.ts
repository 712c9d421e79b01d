/** Labels as people keep them, in three kinds of file; what is wrong is said with its place. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { writeTable } from "../formats/table.ts";
import { readLabelledTable } from "./labelled-table.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-labels-"));
});

const file = async (name: string, text: string) => {
  await writeFile(join(folder, name), text);
  return join(folder, name);
};

describe("readLabelledTable", () => {
  it.each(["jsonl", "csv", "parquet"])("reads .%s, whatever else stands in it", async (kind) => {
    const path = join(folder, `rows.${kind}`);
    await writeTable(path, [
      { prompt: "p, 1", response: 'a "quoted"\nanswer', label: "unsafe", goal: "g", source: "x" },
      { prompt: "p2", response: "", label: "safe", goal: "", source: "", category: "c" },
    ]);
    const rows = await readLabelledTable(path);
    expect(rows.map(({ at: _, ...row }) => row)).toEqual([
      { prompt: "p, 1", response: 'a "quoted"\nanswer', label: "unsafe", cluster: "g", raters: [], source: "x" },
      { prompt: "p2", response: "", label: "safe", cluster: "p2", raters: [], category: "c" },
    ]);
  });

  it("takes what several people said from `labels` or from `label2`", async () => {
    const path = await file(
      "raters.jsonl",
      [
        { prompt: "p", response: "r", label: "unsafe", labels: ["safe", "unsafe", null, "UNSAFE"], label2: "safe" },
        { prompt: "p", response: "r", label: "safe", label2: " Unsafe " },
        { prompt: "p", response: "r", label: "safe", label2: "" },
      ]
        .map((row) => JSON.stringify(row))
        .join("\n"),
    );
    expect((await readLabelledTable(path)).map(({ raters }) => raters)).toEqual([
      ["safe", "unsafe", "unsafe"],
      ["safe", "unsafe"],
      [],
    ]);
    const csv = await file(
      "raters.csv",
      'prompt,response,label,labels\np,r,safe,"safe; unsafe"\np,r,unsafe,"[""unsafe""]"\n',
    );
    expect((await readLabelledTable(csv)).map(({ raters }) => raters)).toEqual([["safe", "unsafe"], ["unsafe"]]);
  });

  it.each([
    ["a.jsonl", '{"prompt":"p","label":"safe"}', "a.jsonl:1: response is missing", "it has prompt, label"],
    [
      "b.csv",
      "prompt,response,label\np,r,safe\np,r,harmful\n",
      'b.csv:3: label is "harmful", not safe or unsafe',
      "label the row",
    ],
    ["c.csv", "prompt,response,label\np,r,\n", "c.csv:2: label is empty, not safe or unsafe", "label the row"],
    [
      "d.jsonl",
      '{"prompt":"p","response":"r","label":"safe","labels":7}',
      "d.jsonl:1: labels is no list",
      'write ["safe", "unsafe"]',
    ],
    ["e.jsonl", "", "e.jsonl: no rows", "prompt, response and label"],
    [
      "f.jsonl",
      '{"prompt":"p","response":"r","label":"safe"}',
      "f.jsonl: none of 1 rows is labelled unsafe",
      "of both kinds",
    ],
  ])("%s is refused: what, where, what to do", async (name, text, message, hint) => {
    await expect(readLabelledTable(await file(name, text))).rejects.toMatchObject({
      code: "E_DATA",
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
  });
});
