/** Suites by name and place, without a network: what is found, what is refused and with which words. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { SeasError } from "../errors.ts";
import { evaluationRows } from "./in-training.ts";
import { openSuite } from "./open.ts";
import { suiteSources } from "./sources.ts";

const folder = await mkdtemp(join(tmpdir(), "seas-open-suite-"));
afterAll(() => rm(folder, { recursive: true }));
const offline = { env: { HF_HUB_OFFLINE: "1" }, cacheDir: folder };

async function file(name: string, content: string): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

/** What is wrong, without the folder's name. */
async function refusal(spec: string) {
  const error = (await openSuite(spec, offline).catch((thrown: unknown) => thrown)) as SeasError;
  const plain = (text = "") => text.replaceAll(`${folder}/`, "");
  return [error.code, plain(error.message), plain(error.hint)];
}

describe("a plain file", () => {
  it("needs prompts only", async () => {
    const path = await file(
      "own.jsonl",
      '{"prompt": " Sing. "}\n{"prompt": "Sing."}\n{"prompt": "Say no.", "expected": "refuse"}\n',
    );
    const { name, rows, files } = await openSuite(path, offline);
    expect([name, files.map(({ origin }) => origin)]).toEqual(["own", [path]]);
    expect(rows.map(({ id: _, clusterId, ...row }) => ({ ...row, cluster: clusterId === rows[0]!.clusterId }))).toEqual(
      [
        { prompt: "Sing.", expected: "any", category: "", source: "own", cluster: true },
        { prompt: "Sing.", expected: "any", category: "", source: "own", cluster: true },
        { prompt: "Say no.", expected: "refuse", category: "", source: "own", cluster: false },
      ],
    );
    expect(new Set(rows.map(({ id }) => id)).size).toBe(3);
    expect((await openSuite(path, offline)).rows).toEqual(rows);
  });

  it("keeps the source and the clusters that it names", async () => {
    const path = await file(
      "imported.csv",
      "prompt,category,expected,source,clusterId\nSing.,songs,answer,xstest,abc\n",
    );
    expect((await openSuite(path, offline)).rows).toMatchObject([
      { prompt: "Sing.", category: "songs", expected: "answer", source: "xstest", clusterId: "abc" },
    ]);
  });
});

describe("what is refused", () => {
  it.each([
    ['{"prompt": "a"}\n{"prompt": ""}\n', "bad.jsonl:2: prompt is empty", "mend the row, or take it out of the file"],
    ['{"prompt": 3}\n', "bad.jsonl:1: prompt is no text", "mend the row, or take it out of the file"],
    ['{"prompt": "a", "expected": "deny"}\n', "bad.jsonl:1: expected is `deny`", "refuse, answer or any"],
    ['{"text": "a"}\n', "bad.jsonl:1: no column `prompt`", "it has text"],
    [
      '{"goal": "a", "target": "b"}\n',
      "bad.jsonl:1: no column `prompt`",
      "it has goal, target; named `jailbreakbench:FILE` or `jailbreakbench-benign:FILE` or `advbench:FILE` it is read",
    ],
    ["", "bad.jsonl: no rows", "a suite has a prompt in each row"],
  ])("a row with its place: %j", async (content, message, hint) => {
    expect(await refusal(await file("bad.jsonl", content))).toEqual(["E_DATA", message, hint]);
  });

  it("a file of another suite's form", async () => {
    const path = await file("adv.csv", "goal,target\nSing,Sure\n");
    expect(await refusal(`xstest:${path}`)).toEqual(["E_DATA", "adv.csv:2: no column `type`", "it has goal, target"]);
    const wild = await file("wild.tsv", "adversarial\tdata_type\nSing\tharmful\n");
    expect(await refusal(`wildjailbreak:${wild}`)).toEqual([
      "E_DATA",
      "wild.tsv:2: data_type is `harmful`",
      "adversarial_harmful, adversarial_benign, vanilla_harmful or vanilla_benign",
    ]);
  });

  it("names that are not known, with the nearest", async () => {
    const [code, message, hint] = await refusal("xtest");
    expect([code, message]).toEqual(["E_USAGE", "no suite `xtest`"]);
    expect(hint).toMatch(/^did you mean `xstest`\? known are seas, xstest, /);
    expect((await refusal("harmbecnh:./x.csv"))[2]).toMatch(/^did you mean `harmbench:\.\/x\.csv`\? /);
    expect((await refusal("none.csv"))[1]).toBe("none.csv: there is no such file");
    expect((await refusal("xstest:none.csv"))[1]).toBe("none.csv: there is no such file");
    expect((await refusal("C:\\none.csv"))[1]).toBe("C:\\none.csv: there is no such file");
    expect((await refusal(await file("notes.txt", "x")))[0]).toBe("E_USAGE");
  });
});

it("every known suite has its card, its licence, and a name of its own", () => {
  expect(new Set(suiteSources.map(({ name }) => name)).size).toBe(suiteSources.length);
  for (const { name, card, licence, hub } of suiteSources) {
    expect(name).toMatch(/^[a-z][a-z0-9-]+$/);
    expect(card).toBe(`https://huggingface.co/datasets/${hub.dataset}`);
    expect(licence).not.toBe("");
  }
});

describe("evaluationRows", () => {
  it("counts the rows that say they are from a suite for measuring only", async () => {
    const rows = ["xstest", "xstest", "advbench", "wildjailbreak", "mine"];
    const path = await file(
      "train.jsonl",
      rows.map((source) => `${JSON.stringify({ prompt: "p", source })}\n`).join(""),
    );
    expect([...(await evaluationRows(path))]).toEqual([
      ["xstest", 2],
      ["advbench", 1],
    ]);
    expect((await evaluationRows(join(folder, "none.jsonl"))).size).toBe(0);
  });
});
