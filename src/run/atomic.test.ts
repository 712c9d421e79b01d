/**
 * Writing: old bytes or new ones, and what a full disk or a missing folder is called.
 */
import { existsSync, mkdtempSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { appendRow, makeFolder, writeAtomic } from "./atomic.ts";
import { wholeLines } from "./lines.ts";

const root = mkdtempSync(join(tmpdir(), "seas-atomic-"));
afterAll(() => rm(root, { recursive: true, force: true }));

describe("writeAtomic", () => {
  it("replaces a file and leaves nothing else", async () => {
    await writeAtomic(join(root, "a"), "one");
    await writeAtomic(join(root, "a"), new Uint8Array([116, 119, 111]));
    expect(await readFile(join(root, "a"), "utf8")).toBe("two");
    expect(await readdir(root)).toEqual(["a"]);
  });

  it("keeps the old file when the write fails, and says why", async () => {
    await makeFolder(join(root, "a.tmp"));
    await expect(writeAtomic(join(root, "a"), "new")).rejects.toMatchObject({ code: "E_DISK" });
    expect(await readFile(join(root, "a"), "utf8")).toBe("two");
    const gone = join(root, "gone", "x");
    await expect(writeAtomic(gone, "new")).rejects.toMatchObject({ message: `${gone}: the folder is gone (ENOENT)` });
  });
});

describe("appendRow", () => {
  it("writes lines that can be told apart", async () => {
    const path = join(root, "rows.jsonl");
    const rows = ["a\nb", "\u2028", "\ud800", "é"];
    for (const text of rows) await appendRow(path, { text });
    const read: unknown[] = [];
    for await (const { text } of wholeLines(path)) read.push(JSON.parse(text ?? "").text);
    expect(read).toEqual(rows);
  });

  it.skipIf(!existsSync("/dev/full"))("says that the disk is full", async () => {
    await expect(appendRow("/dev/full", {})).rejects.toMatchObject({
      code: "E_DISK",
      message: "/dev/full: no space left on the disk (ENOSPC)",
      hint: "free some space and start again: every finished batch is kept",
    });
  });
});
