/**
 * The lock against real processes: alive, killed, of another machine, and many at once.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { acquireLock, type Holder, lockHolder } from "./lock.ts";

const root = mkdtempSync(join(tmpdir(), "seas-lock-"));
afterAll(() => rm(root, { recursive: true, force: true }));

let names = 0;
const heldBy = async (over: Partial<Holder>): Promise<string> => {
  const path = join(root, `lock${names++}`);
  const holder = { pid: process.pid, host: hostname(), started: null, at: "2026-01-01T00:00:00.000Z", ...over };
  await writeFile(path, `${JSON.stringify(holder)}\n`);
  return path;
};
const idle = async (): Promise<ChildProcess & { pid: number }> => {
  const child = spawn(process.execPath, ["-e", "console.log(1); setInterval(() => {}, 1000)"]);
  await once(child.stdout, "data");
  return child as ChildProcess & { pid: number };
};
const refusal = (path: string) =>
  acquireLock(path).then(
    () => "taken",
    (error) => `${error.code} ${error.message}`,
  );

describe("the lock", () => {
  it("is refused while its process lives, and taken over after a SIGKILL", async () => {
    const child = await idle();
    const path = await heldBy({ pid: child.pid });
    expect(await refusal(path)).toBe(
      `E_RUN_LOCKED the run is being written by process ${child.pid} since 2026-01-01T00:00:00.000Z`,
    );
    expect((await lockHolder(path))?.live).toBe(true);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect((await lockHolder(path))?.live).toBe(false);
    const lock = await acquireLock(path);
    expect(JSON.parse(await readFile(path, "utf8")).pid).toBe(process.pid);
    await lock.release();
    expect(await lockHolder(path)).toBeUndefined();
  });

  it.skipIf(process.platform !== "linux")("is taken over when the pid now belongs to another process", async () => {
    const path = await heldBy({ started: "1" });
    await (await acquireLock(path)).release();
  });

  it("of another machine cannot be judged and is refused", async () => {
    const path = await heldBy({ pid: 7, host: "elsewhere" });
    expect(await refusal(path)).toBe(
      "E_RUN_LOCKED the run is written by process 7 on elsewhere since 2026-01-01T00:00:00.000Z",
    );
  });

  it("left blank by a kill or a power cut is taken over, an unknown one is not", async () => {
    const path = join(root, "blank");
    await writeFile(path, "\0\0\0");
    await (await acquireLock(path)).release();
    await writeFile(path, '{"format":9}');
    expect(await refusal(path)).toBe(`E_RUN_LOCKED ${path}: a lock this version cannot read`);
  });

  it("goes to one of many that want it at once, stale or not", async () => {
    for (const stale of [true, false]) {
      const path = stale ? await heldBy({ pid: 2 ** 22 + 1 }) : join(root, "fresh");
      const all = await Promise.all(Array.from({ length: 8 }, () => refusal(path)));
      expect(all.filter((result) => result === "taken")).toHaveLength(1);
    }
    expect((await readdir(root)).filter((name) => name.includes("-"))).toEqual([]);
  });

  it("is not released for another holder", async () => {
    const path = join(root, "mine");
    const lock = await acquireLock(path);
    await writeFile(path, "another's");
    await lock.release();
    expect(await readFile(path, "utf8")).toBe("another's");
  });
});
