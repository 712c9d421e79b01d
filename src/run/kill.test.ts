/**
 * A real process killed with SIGKILL at random moments of two stages, started again until it is through:
 * its files must be those of a process that was left alone.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { readRun } from "./inspect.ts";

const root = mkdtempSync(join(tmpdir(), "seas-kill-"));
afterAll(() => rm(root, { recursive: true, force: true }));

describe("SIGKILL", () => {
  it("at any moment leaves a run that ends with the same bytes", { timeout: 60_000 }, async () => {
    const program = join(root, "program.mts");
    const from = (file: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, file)).href);
    await writeFile(
      program,
      `import { setTimeout as sleep } from "node:timers/promises";
      import { openRun } from ${from("run.ts")};
      import { rowStage } from ${from("stage.ts")};
      import { resolveConfig } from ${from("../config.ts")};
      const schema = { safeParse: (data) => ({ success: typeof data?.h === "number", data }) };
      const run = await openRun({ config: resolveConfig({}), dir: process.argv[2], reporter: () => {}, facts: {} });
      console.log("open");
      for (const name of ["prompts", "attempts"]) {
        let h = 7;
        await rowStage(run, {
          iteration: 1, name, schema, inputs: Array.from({ length: 40 }, (_, i) => i), rowsPerInput: 2, batchSize: 3,
          unit: "rows", onRow: (row) => { h = row.h * 31 % 1_000_003; },
          async work(batch, { batchIndex }) {
            await sleep(Number(process.argv[3]));
            return batch.flatMap((i) => [0, 1].map((s) => ({ h: h + i + s, batchIndex, text: "x".repeat(h % 5000) })));
          },
        });
      }
      await run.close({ status: "success" });`,
    );
    const start = (dir: string, ms: number) =>
      spawn(process.execPath, ["--import", "tsx", program, dir, String(ms)], { stdio: ["ignore", "pipe", "inherit"] });
    const artefacts = async (dir: string) => {
      const names = ["prompts", "attempts"].map((name) => join(dir, "1", `${name}.jsonl`));
      return Promise.all(names.map((name) => readFile(name, "utf8")));
    };

    const [whole, cut] = [join(root, "whole"), join(root, "cut")];
    expect(await once(start(whole, 0), "exit")).toEqual([0, null]);
    let kills = 0;
    for (; kills < 5; kills++) {
      const child = start(cut, 15);
      await once(child.stdout, "data");
      await sleep(Math.random() * 90);
      child.kill("SIGKILL");
      const [code] = await once(child, "exit");
      if (code === 0) break;
      expect((await readRun(cut)).status).toBe("unfinished");
    }
    expect(kills).toBeGreaterThan(0);
    expect(await once(start(cut, 0), "exit")).toEqual([0, null]);
    expect((await readRun(cut)).status).toBe("success");
    expect(await artefacts(cut)).toEqual(await artefacts(whole));
  });
});
