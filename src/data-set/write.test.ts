/** The folder: same bytes twice, the same rows in both formats, nothing of it after a failure or a kill, hostile names in the card. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { parse } from "yaml";
import { type Row, readTable } from "../formats/table.ts";
import { buildDataSet, type DataSet } from "./build.ts";
import { dataCard } from "./card.ts";
import { writeDataSet } from "./write.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-set-"));
});
afterEach(() => rm(folder, { recursive: true }));

const path = (name: string) => join(folder, name);
const filesIn = async (name: string) =>
  (await readdir(path(name), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path(name).length + 1))
    .sort();

async function rowsOf(file: string): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const { value } of readTable(path(file))) rows.push(value);
  return rows;
}

it("has the hub's layout, the same bytes twice, and the same rows in both formats", async () => {
  await writeDataSet(path("a"), await buildDataSet({ size: 90 }));
  await writeDataSet(path("b"), await buildDataSet({ size: 90 }));
  const files = await filesIn("a");
  expect(files).toEqual([
    "README.md",
    "data/test-00000-of-00001.parquet",
    "data/test.jsonl",
    "data/train-00000-of-00001.parquet",
    "data/train.jsonl",
    "look-alikes/test-00000-of-00001.parquet",
    "look-alikes/test.jsonl",
    "look-alikes/train-00000-of-00001.parquet",
    "look-alikes/train.jsonl",
  ]);
  for (const file of files) expect(await readFile(path(`a/${file}`)), file).toEqual(await readFile(path(`b/${file}`)));
  for (const part of ["data/test", "data/train", "look-alikes/test", "look-alikes/train"])
    expect(await rowsOf(`a/${part}-00000-of-00001.parquet`)).toEqual(await rowsOf(`a/${part}.jsonl`));
  expect(await readdir(folder)).toEqual(["a", "b"]);
});

const hostile: DataSet = {
  options: { size: 1, lookAlikes: 0, seed: 1 },
  train: [
    {
      ...{
        id: "1",
        prompt: "=cmd|'/c'!A1\u2028\u0000🍞\ufffd",
        category: "<img src=x>|\n# x",
        style: null,
        split: "train",
      },
      ...{
        author: "R_1 of ![](http://x.y)",
        cluster: "c",
        template: null,
        safe: 0,
        unsafe: 2,
        unscored: 1,
        judge: "j",
      },
    },
  ],
  ...{ test: [], lookAlikes: [], short: [{ split: "train", category: "c", style: "d", got: 0, wanted: 1 }] },
  leftOut: { nearDuplicates: 0, nearTest: 0, personal: new Map([["e-mail", 2]]) },
  leaks: { sharedClusters: 0, sharedTemplates: 0, sharedTexts: 0, nearest: 0 },
  runs: [{ name: "a`b`<script>", ofOthers: true, written: 3, taken: 1 }],
};

it("keeps hostile text as it is in the rows and without power in the card", async () => {
  await writeDataSet(path("a"), hostile);
  expect(await filesIn("a")).toEqual(["README.md", "data/train-00000-of-00001.parquet", "data/train.jsonl"]);
  expect(await rowsOf("a/data/train.jsonl")).toEqual(hostile.train);
  expect(await rowsOf("a/data/train-00000-of-00001.parquet")).toEqual(hostile.train);
  const card = await readFile(path("a/README.md"), "utf8");
  expect(card).not.toMatch(/<img|<script|!\[\]\(|\n# x/);
  expect(card).toContain("with personal data or secrets: 2 e-mail");
  expect(card).toContain("train, c × d: 0 of 1");
  const front = parse(card.split("---\n")[1]!);
  expect(front).toMatchObject({
    license: "other",
    size_categories: ["n<1K"],
    configs: [{ config_name: "default", data_files: [{ split: "train", path: "data/train-*.parquet" }] }],
  });
});

it("the card is the hub's YAML for a whole set", async () => {
  const front = parse(dataCard(await buildDataSet({ size: 90 })).split("---\n")[1]!);
  expect(front).toMatchObject({ license: "apache-2.0", language: ["en"] });
  expect(front.configs.map((one: { config_name: string }) => one.config_name)).toEqual(["default", "look-alikes"]);
});

it("a failure leaves nothing", async () => {
  const broken = { ...hostile, train: [{ ...hostile.train[0]!, safe: 1n as unknown as number }] };
  await expect(writeDataSet(path("a"), broken)).rejects.toThrow();
  expect(await readdir(folder)).toEqual([]);
});

it("a kill in the middle leaves no folder of that name, and the same command makes it", async () => {
  const program = path("program.mts");
  const from = (file: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, file)).href);
  await writeFile(
    program,
    `import { buildDataSet } from ${from("build.ts")};
    import { writeDataSet } from ${from("write.ts")};
    const set = await buildDataSet({ size: 90 });
    // The second part never comes to an end.
    const test = new Proxy(set.test, { get: (of, key) => key === "map" ? () => { console.log("half"); for (;;); } : of[key] });
    await writeDataSet(process.argv[2], { ...set, test });`,
  );
  const child = spawn(process.execPath, ["--import", "tsx", program, path("a")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(await readdir(folder)).not.toContain("a");
  await writeDataSet(path("a"), await buildDataSet({ size: 90 }));
  expect(await filesIn("a")).toHaveLength(9);
});
