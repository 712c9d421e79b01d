/** Calibrations on the disk: what was filed is found again, and nothing else is believed. */
import { mkdir, mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { type Calibration, calibrationPath, readCalibration, writeCalibration } from "./calibrations.ts";
import { measureJudge } from "./quality.ts";

const sha256 = "0123456789abcdef".repeat(4);
const measured = measureJudge(
  [
    { prompt: "p", response: "yes", label: "unsafe", cluster: "p" },
    { prompt: "q", response: "no", label: "safe", cluster: "q" },
  ],
  [
    { attemptId: "0", judge: "j", label: "unsafe", unsafeProbability: 0.9, categories: [] },
    { attemptId: "1", judge: "j", label: "safe", categories: [] },
  ],
  { name: "labels.jsonl", sha256: "1" },
  { seed: 1 },
);
const calibration: Calibration = { format: 1, judge: "j", sha256, date: "2026-11-26T10:00:00.000Z", ...measured };

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "seas-calibrations-"));
});

describe("calibrations", () => {
  it("are found under the judge's hash, the last one whole, with nothing beside it", async () => {
    expect(await readCalibration(cache, sha256)).toBeUndefined();
    const path = await writeCalibration(cache, calibration);
    expect(path).toBe(join(cache, "calibrations", `${sha256}.json`));
    await writeCalibration(cache, { ...calibration, date: "2026-11-27T10:00:00.000Z" });
    expect(await readCalibration(cache, sha256)).toEqual({ ...calibration, date: "2026-11-27T10:00:00.000Z" });
    expect(await readdir(dirname(path))).toEqual([`${sha256}.json`]);
  });

  it.each([
    ["{", "damaged: not JSON"],
    ["{}", "no calibration that is known: `labels`"],
    [JSON.stringify({ ...calibration, format: 2 }), "no calibration that is known: `format`"],
    [JSON.stringify({ ...calibration, sha256: "f".repeat(64) }), "the calibration of another judge"],
  ])("%.40s is refused with its place and what to do", async (text, message) => {
    const path = calibrationPath(cache, sha256);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    await expect(readCalibration(cache, sha256)).rejects.toMatchObject({
      code: "E_DATA",
      message: expect.stringContaining(`${path}: ${message}`),
      hint: "`seas judge calibrate` makes it anew",
    });
  });
});
