/** SEAS-like rows in, prompts out; bad rows are named by file, line and reason. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { SeasError } from "../errors.ts";
import { readDataset } from "./dataset.ts";

const folder = await mkdtemp(join(tmpdir(), "seas-dataset-"));
afterAll(() => rm(folder, { recursive: true }));

async function read(...lines: readonly string[]) {
  const path = join(folder, "data.jsonl");
  await writeFile(path, lines.map((line) => `${line}\n`).join(""));
  return await readDataset(path);
}

describe("readDataset", () => {
  it("reads SEAS's rows: categories as slugs, the newline at the end off, repeated rows once", async () => {
    const prompts = await read(
      '{"prompt": "Play a pirate.\\n", "category": "Role_Play"}',
      '{"prompt": "Play a pirate.", "category": "Role_Play", "source": "x"}',
      '{"prompt": "Take this.", "category": "Health_Harm"}',
      '{"prompt": "Sing.", "category": "Bad Songs"}',
    );
    expect(prompts.map(({ text, category, style }) => [text, category, style])).toEqual([
      ["Play a pirate.", "role-play", "role-play"],
      ["Take this.", "health-harm", undefined],
      ["Sing.", "bad-songs", undefined],
    ]);
    expect(prompts[0]).toMatchObject({ iteration: 0, seedIds: [], author: "hand" });
    expect(new Set(prompts.map((prompt) => prompt.id)).size).toBe(3);
  });

  it("names file, line and reason of a bad row", async () => {
    const good = '{"prompt": "Sing.", "category": "Songs"}';
    const bad = [
      ['{"prompt": " \\n", "category": "Songs"}', /is empty/],
      ['{"prompt": "Sing."}', /category/],
      ['{"prompt": 3, "category": "Songs"}', /prompt/],
      ['{"prompt": "Sing.", "category": "--"}', /has no letter or digit/],
      ["{not json}", /./],
    ] as const;
    for (const [row, reason] of bad) {
      const error = await read(good, row, good).catch((thrown: unknown) => thrown);
      expect(error, row).toBeInstanceOf(SeasError);
      expect((error as SeasError).message).toMatch(/data\.jsonl:2|data\.jsonl.*line 2/);
      expect((error as SeasError).message).toMatch(reason);
    }
  });

  it("says when there is nothing in it", async () => {
    await expect(read()).rejects.toThrow("0 rows");
  });
});
