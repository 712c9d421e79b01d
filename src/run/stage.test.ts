/**
 * Row and artefact stages: order, resume from a file cut anywhere, what is reported, what is refused.
 * Kills of a real process are in kill.test.ts.
 */
import { mkdtempSync } from "node:fs";
import { appendFile, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { resolveConfig } from "../config.ts";
import type { RunEvent } from "../seams.ts";
import { artefactStage } from "./artefact.ts";
import { readRun } from "./inspect.ts";
import { allRows, readRows } from "./rows.ts";
import { openRun, type Run } from "./run.ts";
import { type RowStage, rowStage } from "./stage.ts";

const root = mkdtempSync(join(tmpdir(), "seas-stage-"));
afterAll(() => rm(root, { recursive: true, force: true }));

const Row = z.object({ id: z.string(), seen: z.number(), text: z.string() });
type Row = z.infer<typeof Row>;

/** 10 inputs × 2 rows in batches of 3; each row depends on its batch and on all that was written before. */
const stage = (over: Partial<RowStage<number, Row>> = {}): RowStage<number, Row> => {
  let [told, last] = [0, 0];
  return {
    iteration: 1,
    name: "attempts",
    schema: Row,
    inputs: Array.from({ length: 10 }, (_, i) => i),
    rowsPerInput: 2,
    batchSize: 3,
    unit: "rows",
    onRow(row) {
      told++;
      last = row.seen;
    },
    tokens: (row) => row.text.length,
    work: async (batch, { batchIndex }) =>
      batch.flatMap((input) =>
        [0, 1].map((sample) => ({
          id: `${batchIndex}-${input}-${sample}`,
          seen: told + last,
          text: `é\n"`.repeat(input),
        })),
      ),
    ...over,
  };
};

let folders = 0;
const open = async (dir = join(root, `r${folders++}`)): Promise<{ run: Run; events: RunEvent[] }> => {
  const events: RunEvent[] = [];
  const reporter = (event: RunEvent) => void events.push(event);
  return { run: await openRun({ config: resolveConfig({}), dir, reporter, facts: {} }), events };
};
const finished = async (): Promise<{ run: Run; bytes: Buffer }> => {
  const { run } = await open();
  await rowStage(run, stage());
  return { run, bytes: await readFile(run.path("1", "attempts.jsonl")) };
};
const cancel = (run: Run) => run.close({ status: "cancelled" });

describe("a row stage", () => {
  it("writes every row in order, once, and a mark", async () => {
    const { run, bytes } = await finished();
    const rows = await allRows(run, 1, "attempts", Row);
    expect(rows.map((row) => row.id.slice(2))).toEqual(
      Array.from({ length: 20 }, (_, i) => `${Math.floor(i / 2)}-${i % 2}`),
    );
    expect(bytes.toString().split("\n")).toHaveLength(21);
    const { stages } = await readRun(run.dir);
    expect(stages).toMatchObject([{ iteration: 1, name: "attempts", count: 20, usage: { tokens: 3 * 2 * 45 } }]);
    await rowStage(run, stage({ work: () => expect.unreachable("done again") }));
    await cancel(run);
  });

  it("ends with the same bytes after a cut anywhere, whatever the tail", async () => {
    const { run, bytes } = await finished();
    await cancel(run);
    const file = run.path("1", "attempts.jsonl");
    const tail = fc.constantFrom("", "\0\0\0\0", "\0\n", "{}\n", '{"id":"x', "\ufffd\n");
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length), tail, async (cut, rest) => {
        await rm(run.path("1", "attempts.done"));
        await writeFile(file, bytes.subarray(0, cut));
        await appendFile(file, rest);
        const { run: again } = await open(run.dir);
        let made = 0;
        const usual = stage();
        const work: RowStage<number, Row>["work"] = (batch, context) => {
          made += batch.length;
          return usual.work(batch, context);
        };
        await rowStage(again, { ...usual, work });
        await cancel(again);
        expect((await readFile(file)).equals(bytes)).toBe(true);
        const wholeRows = bytes.subarray(0, cut).toString("latin1").split("\n").length - 1;
        expect(made).toBe(wholeRows === 20 ? 0 : 10 - 3 * Math.floor(wholeRows / 6));
      }),
      { numRuns: 60 },
    );
  });

  it("reports its start, progress and end, and that it went on", async () => {
    const { run } = await open();
    const usual = stage();
    const work: RowStage<number, Row>["work"] = async (batch, context) => {
      if (context.batchIndex === 2) throw new Error("the server is gone");
      return usual.work(batch, context);
    };
    const failing = { ...usual, work };
    await expect(rowStage(run, failing)).rejects.toThrow("the server is gone");
    await cancel(run);
    const { run: again, events } = await open(run.dir);
    await rowStage(again, stage({ sample: ({ id }) => (id.endsWith("1") ? { type: "note", text: id } : undefined) }));
    await cancel(again);
    expect(events.map((e) => (e.type === "progress" ? e.done : e.type === "note" ? e.text : e.type))).toEqual([
      "stage-start",
      12,
      "2-6-1",
      20,
      "stage-end",
    ]);
    expect(events.at(-1)).toMatchObject({ resumed: true });
    const { seconds } = events.at(-1) as { seconds: number };
    expect(seconds).toBeGreaterThan(0);
  });

  it("stops on a signal between and inside batches, and says where", async () => {
    const { run } = await open();
    const stop = new AbortController();
    const work: RowStage<number, Row>["work"] = async (batch, context) => {
      if (context.batchIndex === 1) stop.abort();
      context.signal?.throwIfAborted();
      return stage().work(batch, context);
    };
    await expect(rowStage(run, stage({ work, signal: stop.signal }))).rejects.toMatchObject({
      code: "E_CANCELLED",
      message: "attempts stopped at 6 of 20 rows",
    });
    expect(await allRows(run, 1, "attempts", Row)).toHaveLength(6);
    await cancel(run);
  });

  it("lets a torn tail be read over while it is unfinished", async () => {
    const { run, bytes } = await finished();
    await rm(run.path("1", "attempts.done"));
    await truncate(run.path("1", "attempts.jsonl"), bytes.length - 3);
    const ids: string[] = [];
    for await (const row of readRows(run, 1, "attempts", Row)) ids.push(row.id);
    expect(ids).toHaveLength(19);
    await cancel(run);
  });

  it("refuses work that makes too few rows, or rows that cannot be read back", async () => {
    const { run } = await open();
    await expect(rowStage(run, stage({ work: async () => [] }))).rejects.toThrow("batch 0 made 0 rows, not 3 × 2");
    const bad = stage({ rowsPerInput: 1, work: async (b) => b.map(() => ({ id: "x", seen: Number.NaN, text: "" })) });
    await expect(rowStage(run, bad)).rejects.toThrow('row 0 does not match its schema: {"id":"x","seen":null');
    await cancel(run);
  });

  it("says which finished file has changed, is gone, or belongs to other inputs", async () => {
    const { run, bytes } = await finished();
    const file = run.path("1", "attempts.jsonl");
    await expect(rowStage(run, stage({ inputs: [1] }))).rejects.toMatchObject({
      code: "E_RUN",
      message: "1/attempts.done: the stage made 20 rows, it must make 2",
    });
    await writeFile(file, Buffer.concat([bytes.subarray(0, 40), Buffer.from("x"), bytes.subarray(41)]));
    await expect(rowStage(run, stage())).rejects.toThrow(
      /^1\/attempts.jsonl has changed since it was finished: sha256/,
    );
    await rm(file);
    await expect(rowStage(run, stage())).rejects.toThrow("1/attempts.jsonl cannot be read, though 1/attempts.done");
    await rm(run.path("1", "attempts.done"));
    await writeFile(file, bytes);
    await expect(rowStage(run, stage({ inputs: [1] }))).rejects.toThrow("holds more than the 2 rows of its stage");
    await cancel(run);
  });

  it("reads inputs as they are needed, from where it stopped on, and makes the same bytes", async () => {
    const { bytes } = await finished();
    const { run } = await open();
    const asked: number[] = [];
    const inputs = {
      length: 10,
      async *from(index: number) {
        asked.push(index);
        for (let i = index; i < 10; i++) yield i;
      },
    };
    const usual = stage({ inputs });
    const failing: RowStage<number, Row>["work"] = async (batch, context) => {
      if (context.batchIndex === 2) throw new Error("the server is gone");
      return usual.work(batch, context);
    };
    await expect(rowStage(run, { ...usual, work: failing })).rejects.toThrow("the server is gone");
    await cancel(run);
    const { run: again } = await open(run.dir);
    await rowStage(again, stage({ inputs }));
    await cancel(again);
    expect(asked).toEqual([0, 6]);
    expect((await readFile(run.path("1", "attempts.jsonl"))).equals(bytes)).toBe(true);
  });

  it("refuses inputs that end before their length", async () => {
    const { run } = await open();
    const inputs = {
      length: 10,
      from: async function* () {
        yield* [0, 1, 2];
      },
    };
    await expect(rowStage(run, stage({ inputs }))).rejects.toThrow("inputs ended after 6 of 20 rows");
    await cancel(run);
  });

  it("makes an empty file of no inputs", async () => {
    const { run } = await open();
    await rowStage(run, stage({ inputs: [] }));
    expect(await allRows(run, 1, "attempts", Row)).toEqual([]);
    await cancel(run);
  });
});

describe("an artefact stage", () => {
  it("is done once, and checked file by file", async () => {
    const { run } = await open();
    let calls = 0;
    const train = () =>
      artefactStage(run, {
        iteration: 2,
        name: "adapters/target",
        async work() {
          calls++;
          await writeFile(run.path("2", "adapters", "weights"), "w");
          return { count: 1, files: ["2/adapters/weights"] };
        },
      });
    await train();
    await train();
    expect(calls).toBe(1);
    expect((await readRun(run.dir)).stages[0]).toMatchObject({ iteration: 2, name: "adapters/target", count: 1 });
    await writeFile(run.path("2", "adapters", "weights"), "v");
    await expect(train()).rejects.toMatchObject({ code: "E_RUN" });
    await rm(run.path("2", "adapters", "target.done"));
    await train();
    expect(calls).toBe(2);
    await cancel(run);
  });
});
