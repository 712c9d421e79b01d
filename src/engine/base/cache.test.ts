/** Files arrive whole or not at all. */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { defaultCacheDir, prepareFolder, requireSpace, saveStream, sha256OfFile, writeWhole } from "./cache.ts";

const folder = () => mkdtemp(join(tmpdir(), "seas-cache-"));

async function* chunks(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text);
}

describe("defaultCacheDir", () => {
  it("takes SEAS_CACHE, then XDG, then the home folder", () => {
    expect(defaultCacheDir({ SEAS_CACHE: "/c", XDG_CACHE_HOME: "/x" }, "linux", "/h")).toBe("/c");
    expect(defaultCacheDir({ XDG_CACHE_HOME: "/x" }, "linux", "/h")).toBe("/x/seas");
    expect(defaultCacheDir({}, "linux", "/h")).toBe("/h/.cache/seas");
    expect(defaultCacheDir({ LOCALAPPDATA: "/l" }, "win32", "/h")).toBe("/l/seas/cache");
  });
});

describe("writeWhole", () => {
  it("leaves the old file and nothing else when writing fails", async () => {
    const dir = await folder();
    const path = join(dir, "x");
    await writeFile(path, "old");
    const failing = writeWhole(path, async (file) => {
      await file.writeFile("half");
      throw new Error("cut");
    });
    await expect(failing).rejects.toThrow("cut");
    expect(await readdir(dir)).toEqual(["x"]);
    expect(await readFile(path, "utf8")).toBe("old");
  });

  it("shows a whole file to every reader while ten writers race", async () => {
    const dir = await folder();
    const path = join(dir, "x");
    const body = (n: number) => String(n).repeat(200_000);
    await writeFile(path, body(0));
    const writers = Array.from({ length: 10 }, (_, n) => writeWhole(path, (file) => file.writeFile(body(n))));
    for (let i = 0; i < 20; i++) expect(new Set(await readFile(path, "utf8")).size).toBe(1);
    await Promise.all(writers);
    expect((await readFile(path)).length).toBe(200_000);
    expect(await readdir(dir)).toEqual(["x"]);
  });

  it("says that a folder cannot be written", async () => {
    const dir = await folder();
    await writeFile(join(dir, "file"), "");
    await expect(prepareFolder(join(dir, "file", "sub"))).rejects.toMatchObject({ code: "E_DISK" });
  });
});

describe("saveStream", () => {
  const sha256 = createHash("sha256").update("onetwo").digest("hex");

  it("writes, hashes and reports", async () => {
    const path = join(await folder(), "deep", "x");
    const seen: number[][] = [];
    const onProgress = (...progress: number[]) => seen.push(progress);
    expect(await saveStream(chunks("one", "two"), path, "x", { maxBytes: 9, bytes: 6, sha256, onProgress })).toEqual({
      sha256,
      bytes: 6,
    });
    expect(await sha256OfFile(path)).toBe(sha256);
    expect(seen).toEqual([
      [3, 6],
      [6, 6],
    ]);
  });

  it.each([
    ["too long", { maxBytes: 5 }, /more than 5 bytes/],
    ["cut", { maxBytes: 9, bytes: 7 }, /6 bytes came, 7 were expected/],
    ["other bytes", { maxBytes: 9, sha256: "00" }, /sha256 is .*, expected 00/],
  ])("leaves nothing of a stream that is %s", async (_, expected, message) => {
    const dir = await folder();
    await expect(saveStream(chunks("one", "two"), join(dir, "x"), "x", expected)).rejects.toThrow(message);
    expect(await readdir(dir)).toEqual([]);
  });

  it("gives up on a stream that stalls", async () => {
    const dir = await folder();
    async function* stalling() {
      yield Buffer.from("one");
      await new Promise(() => undefined);
    }
    await expect(saveStream(stalling(), join(dir, "x"), "x", { maxBytes: 9, stallMs: 20 })).rejects.toThrow(
      "x: nothing came for 0.02 s",
    );
    expect(await readdir(dir)).toEqual([]);
  });
});

describe("requireSpace and prepareFolder", () => {
  it("says both numbers", async () => {
    await expect(requireSpace(tmpdir(), 1e18)).rejects.toThrow(/1,000,000,000,000 MB are needed, [\d,]+ MB are free/);
  });

  it("sweeps what a process left a day ago, and nothing younger", async () => {
    const dir = await folder();
    await mkdir(join(dir, "old.1-a.part"));
    await writeFile(join(dir, "new.2-b.part"), "");
    await utimes(join(dir, "old.1-a.part"), 1, 1);
    await prepareFolder(dir);
    expect(await readdir(dir)).toEqual(["new.2-b.part"]);
  });
});
