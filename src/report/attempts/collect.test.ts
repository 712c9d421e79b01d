/** All attempts of a run, packed and unpacked again: each is there once, with its verdicts and where it comes from. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scoreJudge, trainJudge } from "../../../test/browser/fixture-judges.ts";
import { writeFixtureRun } from "../../../test/browser/fixture-run.ts";
import { hostile } from "../../../test/browser/hostile.ts";
import { Attempt, EvaluationRow, Pair, Prompt, Verdict } from "../../records.ts";
import { collectAttempts } from "./collect.ts";
import { mostOfOne } from "./texts.ts";
import { type AttemptArchive, type AttemptIndex, labels, suites } from "./types.ts";

let folder: string;
let run: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-attempts-"));
  run = join(folder, "run");
  await writeFixtureRun(run, { iterations: 2 });
});
afterAll(() => rm(folder, { recursive: true }));

function unpack<T>(bytes: Uint8Array): T {
  return JSON.parse(gunzipSync(bytes).toString("utf8")) as T;
}

/** The index, and a text by its place. */
function opened(archive: AttemptArchive | null) {
  const index = unpack<AttemptIndex>(archive!.index);
  const texts = archive!.blocks.flatMap((block) => unpack<string[]>(block));
  return { index, text: (place: number) => texts[place] };
}

async function rowsOf<T>(name: string, schema: { parse(value: unknown): T }): Promise<T[]> {
  const text = await readFile(join(run, name), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => schema.parse(JSON.parse(line)));
}

describe("the attempts of a run", () => {
  it("are all there, in the order of the run, each as its file has it", async () => {
    const { index, text } = opened(await collectAttempts(run));
    const { rows, prompts } = index;
    let row = 0;
    for (const i of [0, 1, 2]) {
      const verdicts = i === 0 ? [] : await rowsOf(`${i}/verdicts.jsonl`, Verdict);
      const attempts = i === 0 ? [] : await rowsOf(`${i}/attempts.jsonl`, Attempt);
      for (const [line, attempt] of attempts.entries()) {
        expect(prompts.id[rows.prompt[row]!]).toBe(attempt.promptId);
        expect(text(rows.text[row]!)).toBe(attempt.response);
        expect([rows.iteration[row], rows.target[row], rows.line[row]]).toEqual([i, i - 1, line + 1]);
        expect(labels[rows.trained[row]!]).toBe(verdicts[line]!.label);
        expect(rows.scored[row]).toBe(0);
        row++;
      }
      for (const answer of await rowsOf(`${i}/evaluation.jsonl`, EvaluationRow)) {
        expect(suites[rows.suite[row]!]).toBe(answer.suite);
        expect(text(prompts.text[rows.prompt[row]!]!)).toBe(answer.prompt.slice(0, mostOfOne));
        expect(text(rows.text[row]!)).toBe(answer.response.slice(0, mostOfOne));
        expect(rows.length[row]).toBe(answer.response.length);
        const said = (judge: string) => answer.verdicts.find((v) => v.judge === judge)!;
        expect(labels[rows.scored[row]!]).toBe(said(scoreJudge).label);
        const p = said(trainJudge).unsafeProbability;
        expect(rows.trainedPercent[row]).toBe(p === undefined ? -1 : Math.round(p * 100));
        row++;
      }
    }
    expect([index.total, index.texts, rows.prompt.length]).toEqual([row, row, row]);
    for (const column of Object.values(rows)) expect(column).toHaveLength(row);
  });

  it("know who wrote their prompt, from which seed prompts, and what it trained", async () => {
    const { index, text } = opened(await collectAttempts(run));
    const written = await rowsOf("2/prompts.jsonl", Prompt);
    const [pair] = await rowsOf("2/pairs.red-team.jsonl", Pair);
    const place = index.prompts.id.indexOf(pair!.from[0]);
    const prompt = written.find(({ id }) => id === pair!.from[0])!;
    expect(index.authors[index.prompts.author[place]!]).toBe("red-team-1");
    expect(text(index.prompts.text[place]!)).toBe(prompt.text);
    const seeds = index.prompts.seeds[place]!;
    expect(seeds.map((seed) => index.seeds.id[seed])).toEqual(prompt.seedIds);
    expect(text(index.seeds.text[seeds[0]!]!)).toMatch(/^Placeholder seed \d, by hand\.$/);
    expect(index.promptPairs[place]).toEqual([{ role: "red-team", iteration: 2, kind: "attack", side: "chosen" }]);
    const uses = Object.values(index.attemptPairs).flat();
    expect(uses).toContainEqual({ role: "target", iteration: 1, kind: "guided", side: "rejected" });
    expect(uses.filter(({ side }) => side === "chosen").length).toBeGreaterThan(0);
  });

  it("keep hostile texts as they are, each once", async () => {
    const archive = await collectAttempts(run);
    const texts = archive!.blocks.flatMap((block) => unpack<string[]>(block));
    for (const one of hostile) expect(texts).toContain(one.slice(0, mostOfOne));
    expect(new Set(texts).size).toBe(texts.length);
  });

  it("are the same for the same run, and none of no run", async () => {
    expect((await collectAttempts(run))!.version).toBe((await collectAttempts(run))!.version);
    expect(await collectAttempts(folder)).toBeNull();
    expect(await collectAttempts(join(folder, "nowhere"))).toBeNull();
  });

  it("are evenly spread where there are too many, and their texts too", async () => {
    const { index: all } = opened(await collectAttempts(run));
    const { index } = opened(await collectAttempts(run, { attempts: 50, bytes: 10_000 }));
    expect(index.total).toBe(all.total);
    expect(index.rows.prompt).toHaveLength(50);
    expect(new Set(index.rows.iteration)).toEqual(new Set([0, 1, 2]));
    expect(index.texts).toBeLessThan(30);
    expect(index.texts).toBeGreaterThan(2);
    expect(index.rows.text.filter((place) => place >= 0)).toHaveLength(index.texts);
  });
});
