/** What the writer of GGUF wrote, our reader reads back; a failed write leaves nothing. */
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openGguf } from "./gguf.ts";
import { type GgufWritable, writeGguf } from "./gguf-write.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-gguf-write-"));
});
afterAll(() => rm(folder, { recursive: true }));

const word = fc.string({ unit: "grapheme", maxLength: 12 });
const name = word.filter((s) => s !== "__proto__" && s !== "general.alignment");
const float32 = fc.float({ noNaN: true });
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const value: fc.Arbitrary<GgufWritable> = fc.oneof(
  fc.record({ string: word }),
  fc.record({ uint32: fc.nat(2 ** 32 - 1) }),
  fc.record({ float32 }),
  fc.record({ strings: fc.array(word, { maxLength: 4 }) }),
  fc.record({ int32s: fc.array(int32, { maxLength: 4 }) }),
);
const tensor = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }).chain((shape) => {
  const length = shape.reduce((a, b) => a * b, 1);
  return fc.float32Array({ minLength: length, maxLength: length }).map((data) => ({ shape, data }));
});

it("reads back metadata, names, shapes and bits", async () => {
  const path = join(folder, "any.gguf");
  const tensors = fc.array(fc.tuple(name, tensor), { maxLength: 5 }).map((rows) => new Map(rows));
  const metadata = fc.dictionary(name, value, { maxKeys: 5, noNullPrototype: true });
  await fc.assert(
    fc.asyncProperty(metadata, tensors, async (facts, written) => {
      await writeGguf(path, facts, written);
      const file = await openGguf(path);
      try {
        expect(file.version).toBe(3);
        expect([...file.metadata]).toEqual(Object.entries(facts).map(([key, typed]) => [key, Object.values(typed)[0]]));
        expect([...file.tensors.keys()]).toEqual([...written.keys()]);
        for (const [key, { shape, data }] of written) {
          expect(file.tensors.get(key)!.shape).toEqual(shape);
          expect(new Uint8Array((await file.readTensor(key)).buffer)).toEqual(
            new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
          );
        }
      } finally {
        await file.close();
      }
    }),
  );
});

it("refuses a shape that is not that of its values, and says where it could not write", async () => {
  const own = join(folder, "own");
  await mkdir(own);
  const wrong = new Map([["w", { shape: [2, 2], data: new Float32Array(3) }]]);
  await expect(writeGguf(join(own, "a.gguf"), {}, wrong)).rejects.toThrow("tensor w: shape [2,2] of 3 values");
  const nowhere = join(own, "none", "a.gguf");
  await expect(writeGguf(nowhere, {}, new Map())).rejects.toMatchObject({
    code: "E_DISK",
    message: expect.stringContaining(`${nowhere}: cannot be written`),
  });
  expect(await readdir(own)).toEqual([]);
});
