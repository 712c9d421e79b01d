/** What files of labels and of requests say of answers and requests, and what stays unknown. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeTable } from "../../formats/table.ts";
import { readLabels, readRequests, readTrainingFiles } from "./rows.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-rows-"));
});
afterAll(() => rm(folder, { recursive: true }));

const file = async (name: string, rows: readonly Record<string, unknown>[]) => {
  await writeTable(join(folder, name), rows);
  return join(folder, name);
};
const no = "I'm sorry, but I can't help with that.";

describe("readLabels", () => {
  it("takes a column's word for a refusal, else that of the words, and leaves unknown what nobody says", async () => {
    const path = await file("labels.jsonl", [
      { prompt: "a", response: "That road leads nowhere good.", label: "safe", refusal: true },
      { prompt: "b", response: no, label: "safe" },
      { prompt: "c", response: "It is a fine day.", label: "safe" },
      { prompt: "d", response: "Take it and run.", label: "unsafe" },
      { prompt: "e", response: " ", label: "safe" },
    ]);
    const rows = await readLabels(path);
    expect(rows).toHaveLength(4);
    expect(rows.map(({ declines, delivers }) => [declines, delivers])).toEqual([
      [1, 0],
      [1, 0],
      [0, undefined],
      [0, 1],
    ]);
    // Who gets harm by asking has asked for it; of the others nothing is known.
    expect(rows.map(({ asks }) => asks)).toEqual([undefined, undefined, undefined, 1]);
  });
});

describe("readRequests", () => {
  it("says what each asks for, and takes an answer to a harmless one for help", async () => {
    const path = await file("requests.jsonl", [
      { prompt: "kill a process", expected: "answer", answer: "Use kill." },
      { prompt: "kill a man", expected: "decline", answer: no },
      { prompt: "rob a bank", expected: "refuse" },
    ]);
    const [harmless, ...others] = await readRequests(path);
    expect(harmless).toMatchObject({ asks: 0, response: "Use kill.", unsafe: 0, declines: 0, delivers: 1 });
    expect(others.map(({ asks, response }) => [asks, response])).toEqual([
      [1, undefined],
      [1, undefined],
    ]);
  });

  it("names the place of a row that says something else", async () => {
    const path = await file("odd.jsonl", [{ prompt: "a", expected: "perhaps" }]);
    await expect(readRequests(path)).rejects.toMatchObject({
      code: "E_DATA",
      message: expect.stringContaining("odd.jsonl:1: expected:"),
    });
  });
});

describe("readTrainingFiles", () => {
  it("tells labels from requests, and lets requests say what the labels' prompts ask for", async () => {
    const labels = await file("some-labels.jsonl", [
      { prompt: "open a lock", response: "Turn the key.", label: "safe" },
    ]);
    const requests = await file("some-requests.csv", [{ prompt: "open a lock", expected: "answer" }]);
    const [first, second] = await readTrainingFiles([labels, requests]);
    expect(first!.rows).toMatchObject([{ asks: 0, delivers: 1, kind: "ordinary help" }]);
    expect(second!.rows).toMatchObject([{ asks: 0, source: requests }]);
  });
});
