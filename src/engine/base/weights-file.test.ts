/** The weights file: layout, reuse, two writers at once, refusals. */
import { mkdtemp, readdir, readFile, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { prepareWeights, type WeightsTensor } from "./weights-file.ts";

function tensors(onRead: () => void = () => undefined): WeightsTensor[] {
  const one = (name: string, shape: number[], first: number): WeightsTensor => ({
    name,
    shape,
    read: async () => {
      onRead();
      return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => first + i);
    },
  });
  return [one("a", [3, 5], 1), one("b", [1025], 100), one("c", [2], -1)];
}

const folder = () => mkdtemp(join(tmpdir(), "seas-weights-"));

describe("prepareWeights", () => {
  it("puts each tensor at a multiple of 4096, little-endian, zeros between", async () => {
    const weights = await prepareWeights(await folder(), "k.f32", tensors(), {});
    const bytes = await readFile(weights.path);
    expect(bytes.length).toBe(4 * 4096);
    expect([...weights.tensors].map(([name, t]) => [name, t.offset, t.byteLength])).toEqual([
      ["a", 0, 60],
      ["b", 4096, 4100],
      ["c", 12288, 8],
    ]);
    expect([
      bytes.readFloatLE(0),
      bytes.readFloatLE(56),
      bytes.readFloatLE(60),
      bytes.readFloatLE(4096),
      bytes.readFloatLE(12292),
    ]).toEqual([1, 15, 0, 100, 0]);
  });

  it("is written once, and again when the file was cut", async () => {
    const dir = await folder();
    let reads = 0;
    const prepare = () =>
      prepareWeights(
        dir,
        "k.f32",
        tensors(() => reads++),
        {},
      );
    const { path } = await prepare();
    await prepare();
    expect(reads).toBe(3);
    await truncate(path, 100);
    await prepare();
    expect(reads).toBe(6);
    expect((await readFile(path)).length).toBe(16384);
  });

  it("stands two writers at once", async () => {
    const dir = await folder();
    const [a, b] = await Promise.all([
      prepareWeights(dir, "k.f32", tensors(), {}),
      prepareWeights(dir, "k.f32", tensors(), {}),
    ]);
    expect(a).toEqual(b);
    expect((await readdir(dir)).sort()).toEqual(["k.f32", "k.f32.json"]);
    expect((await readFile(a.path)).readFloatLE(12288)).toBe(-1);
  });

  it("refuses values that are not finite and tensors of another size, and leaves nothing", async () => {
    const dir = await folder();
    const bad = (values: number[]): WeightsTensor[] => [
      { name: "a", shape: [2], read: async () => Float32Array.from(values) },
    ];
    await expect(prepareWeights(dir, "k.f32", bad([1, Number.NaN]), {})).rejects.toThrow("tensor a: value 1 is NaN");
    await expect(prepareWeights(dir, "k.f32", bad([1]), {})).rejects.toThrow(
      "tensor a holds 1 values, its shape [2] says 2",
    );
    expect(await readdir(dir)).toEqual([]);
  });
});
