/**
 * A run folder made, opened again, refused and found; all on real folders, with real locks.
 */
import { mkdtempSync, readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Config, resolveConfig } from "../config.ts";
import type { RunEvent } from "../seams.ts";
import { artefactStage } from "./artefact.ts";
import { readEvents } from "./events.ts";
import { findUnfinishedRun, readRun } from "./inspect.ts";
import { openRun, type Run } from "./run.ts";

const root = mkdtempSync(join(tmpdir(), "seas-run-"));
afterAll(() => rm(root, { recursive: true, force: true }));

let folders = 0;
const configIn = (over: object = {}): Config => resolveConfig({ output: join(root, `o${folders++}`), ...over });
const facts = { model: { sha256: "aa" }, data: { train: "bb" }, machine: "m" };
const quiet = (): void => {};
const open = (config: Config, dir?: string, more: object = {}): Promise<Run> =>
  openRun({ config, reporter: quiet, facts, ...(dir === undefined ? {} : { dir }), ...more });
const refused = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable("not refused"),
    (error) => ({ code: error.code, message: String(error.message).replaceAll(root, "ROOT"), hint: error.hint }),
  );

describe("a new run", () => {
  it("is named by date, preset and config, and numbered when taken", async () => {
    const config = configIn();
    const now = () => new Date(2026, 10, 24, 23, 30);
    const first = await open(config, undefined, { now });
    const second = await open(config, undefined, { now });
    expect(first.dir.slice(config.output.length)).toMatch(/^\/2026-11-24-quick-[0-9a-f]{4}$/);
    expect(second.dir).toBe(`${first.dir}-2`);
    expect(await readdir(first.dir)).toEqual(["events.jsonl", "run.json", "run.lock"]);
    await first.close({ status: "success" });
    expect(await readdir(first.dir)).toEqual(["end.json", "events.jsonl", "run.json"]);
    const { config: kept, facts: told, format } = (await readRun(first.dir)).manifest;
    expect({ kept, told, format }).toEqual({ kept: config, told: facts, format: 1 });
  });

  it("does not take a folder that holds something else", async () => {
    const dir = join(root, "other");
    await mkdir(dir);
    await writeFile(join(dir, "thesis.txt"), "");
    expect((await refused(open(configIn(), dir))).message).toBe(
      "ROOT/other is not a run folder: it has no run.json, but holds thesis.txt",
    );
  });

  it("says which path cannot be made", async () => {
    await writeFile(join(root, "file"), "");
    expect(await refused(open(configIn({ output: join(root, "file", "runs") })))).toMatchInlineSnapshot(`
      {
        "code": "E_DISK",
        "hint": "move it away, or choose another folder with \`output\`",
        "message": "ROOT/file/runs: a file stands where a folder is needed, or a folder where a file is (ENOTDIR)",
      }
    `);
  });
});

describe("opening a run again", () => {
  it("goes on after a cancel, and adds up the seconds", async () => {
    let time = Date.UTC(2026, 0, 1);
    const now = () => new Date(time);
    const config = configIn();
    const first = await open(config, undefined, { now });
    time += 5000;
    first.report({ type: "note", text: "working" });
    await first.close({ status: "cancelled", message: "Ctrl-C" });
    expect(await readRun(first.dir)).toMatchObject({ status: "cancelled", end: { message: "Ctrl-C" } });

    const again = await open(config, first.dir, { now });
    expect([again.resumed, again.finished]).toEqual([true, false]);
    expect(await readRun(first.dir)).toMatchObject({ status: "running", end: undefined, writer: { pid: process.pid } });
    await again.close({ status: "success" });
    const { end } = await readRun(first.dir);
    expect(end?.status).toBe("success");
    expect(end?.seconds).toBeGreaterThanOrEqual(5);
    expect(end?.seconds).toBeLessThan(10);
  });

  it("gives a finished run read-only", async () => {
    const config = configIn();
    const run = await open(config);
    await run.close({ status: "success" });
    const before = readFileSync(join(run.dir, "events.jsonl"), "utf8");
    const again = await open(config, run.dir);
    expect(again.finished).toBe(true);
    again.report({ type: "note", text: "not kept" });
    await refused(artefactStage(again, { iteration: 1, name: "late", work: async () => ({ count: 0, files: [] }) }));
    await again.close({ status: "error" });
    expect(readFileSync(join(run.dir, "events.jsonl"), "utf8")).toBe(before);
    expect((await readRun(run.dir)).status).toBe("success");
  });

  it("refuses a second writer by its pid", async () => {
    const config = configIn();
    const run = await open(config);
    const { code, message } = await refused(open(config, run.dir));
    expect([code, message.includes(`pid ${process.pid}`)]).toEqual(["E_RUN_LOCKED", true]);
    await run.close({ status: "cancelled" });
    await (await open(config, run.dir)).close({ status: "cancelled" });
  });

  it("names each changed setting, model and data, but not where the run lies", async () => {
    const config = configIn();
    const run = await open(config);
    await run.close({ status: "cancelled" });
    const changed = configIn({ seed: 2, optimization: { target: { generalPairs: [1, 2] } } });
    const { message } = await refused(open(changed, run.dir, { facts: { model: { sha256: "ab" }, data: {} } }));
    expect(message.slice(message.indexOf(" was"))).toMatchInlineSnapshot(`
      " was begun with other settings; 4 values have changed (old → new):
        optimization.target.generalPairs: [8] → [1,2]
        seed: 1 → 2
        facts.model.sha256: "aa" → "ab"
        facts.data.train: "bb" → (absent)"
    `);
    await (await open({ ...config, output: "elsewhere" }, run.dir)).close({ status: "cancelled" });
  });

  it("warns when the machine is another", async () => {
    const config = configIn();
    const run = await open(config);
    await run.close({ status: "cancelled" });
    const events: RunEvent[] = [];
    const reporter = (event: RunEvent) => void events.push(event);
    const again = await openRun({ config, dir: run.dir, facts: { ...facts, machine: "n" }, reporter });
    await again.close({ status: "cancelled" });
    expect(events).toEqual([
      { type: "warning", text: 'the run goes on under other conditions, its bytes may differ: machine: "m" → "n"' },
    ]);
  });

  it("says what is wrong with run.json", async () => {
    const config = configIn();
    const run = await open(config);
    await run.close({ status: "cancelled" });
    const path = join(run.dir, "run.json");
    const text = await readFile(path, "utf8");
    const told = async (content: string) => {
      await writeFile(path, content);
      const { code, message } = await refused(open(config, run.dir));
      return [code, message.slice(message.indexOf("run.json"))];
    };
    expect(await told(text.replace('"format": 1', '"format": 7'))).toEqual([
      "E_RUN",
      "run.json: run format 7, this version of seas reads format 1",
    ]);
    expect(await told(text.slice(0, 300))).toEqual(["E_RUN", "run.json is damaged: not JSON"]);
    expect(await told(text.replace('"facts"', '"tracts"'))).toEqual([
      "E_RUN",
      "run.json is damaged: `facts`: Invalid input: expected record, received undefined",
    ]);
    expect(await readdir(run.dir)).not.toContain("run.lock");
  });
});

describe("findUnfinishedRun", () => {
  it("finds the newest run of the same config that has not succeeded", async () => {
    const config = configIn();
    expect(await findUnfinishedRun(config.output, config)).toBeUndefined();
    const at = (minute: number) => ({ now: () => new Date(2026, 0, 1, 0, minute) });
    const runs = [await open(config, undefined, at(1)), await open(config, undefined, at(2)), await open(config)];
    const other = await open({ ...config, seed: 9 });
    await runs[0]!.close({ status: "cancelled" });
    await runs[1]!.close({ status: "error" });
    await runs[2]!.close({ status: "success" });
    await other.close({ status: "cancelled" });
    await mkdir(join(config.output, "9999-empty"));
    expect(await findUnfinishedRun(config.output, config)).toBe(runs[1]!.dir);
    expect(await findUnfinishedRun(config.output, { ...config, seed: 9 })).toBe(other.dir);
    expect(await findUnfinishedRun(config.output, { ...config, seed: 10 })).toBeUndefined();
  });
});

describe("events.jsonl", () => {
  it("drops a torn line, keeps the last progress, and goes on", async () => {
    const config = configIn();
    const run = await open(config);
    const progress = (done: number) =>
      run.report({ type: "progress", iteration: 1, stage: "attempts", done, total: 3, tokens: done });
    for (const done of [1, 2, 3]) progress(done);
    await run.close({ status: "cancelled" });
    await writeFile(run.path("events.jsonl"), '{"type":"no', { flag: "a" });
    await (await open(config, run.dir)).close({ status: "cancelled" });
    const kept: unknown[] = [];
    for await (const event of readEvents(run.path("events.jsonl"))) {
      kept.push(event.type === "progress" ? event.done : event.session);
    }
    expect(kept).toEqual([1, 1, 3, 2]);
  });
});
