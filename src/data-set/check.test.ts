/** Doubles, leaks, personal data and rows for measuring are found and counted, whatever the texts; the files are told apart by name. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkSet, isClean } from "./check.ts";
import { type ReadRow, readSet } from "./read.ts";

const row = (prompt: string | undefined, over: Partial<ReadRow> = {}): ReadRow => ({
  ...{ at: "f:1", prompt, split: "train", category: undefined, style: undefined, source: undefined },
  groups: { cluster: undefined, template: undefined },
  ...over,
});
const song = "Write me a long song about the sea and the wind.";

describe("checkSet", () => {
  it("finds doubles, near-doubles and hidden ones, by place", () => {
    const texts = [song, song.toUpperCase(), `${song} Now!`, [...song].join("\u200b"), "Bake bread."];
    const { splits } = checkSet(texts.map((text, i) => row(text, { at: `f:${i + 1}` })));
    expect(splits).toEqual([
      { name: "train", rows: 5, duplicates: 2, nearDuplicates: 1, compared: 3, places: ["f:2", "f:3", "f:4"] },
    ]);
  });

  it("finds what two splits share: texts, clusters, templates, near rows", () => {
    const groups = (cluster: string, template?: string) => ({ groups: { cluster, template } });
    const { leaks } = checkSet([
      row(song, { at: "a:1", ...groups("sea", "write") }),
      row("Bake bread.", groups("bread")),
      row(`  ${song}\n`, { at: "b:1", split: "test", ...groups("sea", "write") }),
      row("Paint a picture of a boat.", { split: "test", ...groups("boat") }),
    ]);
    expect(leaks).toEqual([
      { splits: ["train", "test"], texts: 1, clusters: 1, templates: 1, near: 1, nearest: 1, places: [["b:1", "a:1"]] },
    ]);
  });

  it("counts cells, lengths, languages, personal data and rows for measuring", () => {
    const german = "Schreiben Sie mir bitte ein langes Lied über das Meer und den Wind an der Küste.";
    const report = checkSet([
      row(song, { category: "a", style: "x", source: "xstest" }),
      row("Mail ann@firm.org", { at: "f:2", category: "a", style: "y", source: "mine" }),
      row(german, { category: "b", style: "x", source: "hh-red-team" }),
      row(undefined, { source: "advbench" }),
    ]);
    expect(report).toMatchObject({
      ...{ rows: 4, withoutPrompt: 1, cells: { possible: 4, filled: 3, least: 1, most: 1 }, leaks: [] },
      lengths: { least: 17, median: 48, p95: german.length, most: german.length },
    });
    expect([...report.otherLanguages]).toEqual([["de", 1]]);
    expect([...report.personal]).toEqual([["e-mail", { rows: 1, places: ["f:2"] }]]);
    expect([...report.evaluationOnly]).toEqual([
      ["advbench", 1],
      ["xstest", 1],
    ]);
    expect(isClean(report)).toBe(false);
    expect(isClean(checkSet([row(song), row("Bake bread.", { split: "test" })]))).toBe(true);
  });

  it("takes no rows, no prompts, and any text", () => {
    const nothing = { rows: 0, splits: [], leaks: [], lengths: { least: 0, median: 0, p95: 0, most: 0 } };
    expect(checkSet([])).toMatchObject(nothing);
    expect(checkSet([row(undefined)])).toMatchObject({ ...nothing, rows: 1, withoutPrompt: 1 });
    const any = fc.record({
      text: fc.string({ unit: "binary", minLength: 1 }),
      split: fc.constantFrom("a", "b", "__proto__"),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 20 }), (texts) => {
        const report = checkSet(texts.map(({ text, split }) => row(text, { split, category: text, style: split })));
        expect(report.splits.reduce((sum, { rows }) => sum + rows, 0)).toBe(texts.length);
        for (const { rows, duplicates, nearDuplicates } of report.splits)
          expect(duplicates + nearDuplicates).toBeLessThan(rows);
        const twice = checkSet([...texts, ...texts].map(({ text, split }) => row(text, { split })));
        for (const { rows, duplicates } of twice.splits) expect(duplicates).toBeGreaterThanOrEqual(rows / 2);
      }),
    );
  });
});

describe("readSet", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "seas-read-"));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const put = async (name: string, ...rows: readonly object[]) => {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), rows.map((value) => `${JSON.stringify(value)}\n`).join(""));
  };
  const splitsOf = async (path = folder) => (await readSet(path)).rows.map(({ split, prompt }) => [split, prompt]);

  it("tells splits by the column, else by the file, and reads one format of each part", async () => {
    await put("data/train-00000-of-00002.jsonl", { prompt: "a" });
    await put("data/train-00001-of-00002.jsonl", { prompt: "b", split: "test" });
    await writeFile(join(folder, "data", "train-00000-of-00002.csv"), "prompt\nnot read\n");
    await put("look-alikes/my_dev.jsonl", { prompt: "c" });
    await put(
      "other.jsonl",
      { prompt: [{ role: "system", content: "s" }, { role: "user", content: "d" }, null, 3] },
      {},
    );
    await writeFile(join(folder, "README.md"), "# no rows");
    await writeFile(join(folder, "dataset_infos.json"), "{\n}");
    expect((await splitsOf()).sort()).toEqual([
      ["look-alikes/dev", "c"],
      ["other", undefined],
      ["other", "s\nd"],
      ["test", "b"],
      ["train", "a"],
    ]);
    expect(await splitsOf(join(folder, "other.jsonl"))).toEqual([
      ["all", "s\nd"],
      ["all", undefined],
    ]);
    expect(await splitsOf(join(folder, "look-alikes", "my_dev.jsonl"))).toEqual([["dev", "c"]]);
  });

  it("refuses what is not there and what holds no rows", async () => {
    await expect(readSet(join(folder, "no.jsonl"))).rejects.toThrow("cannot be read");
    await expect(readSet(folder)).rejects.toThrow("no file of rows in it");
    await writeFile(join(folder, "x.txt"), "");
    await expect(readSet(join(folder, "x.txt"))).rejects.toThrow("no kind of table");
  });
});
