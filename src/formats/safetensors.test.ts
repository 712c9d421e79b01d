/** safetensors: round trips, deterministic bytes, and refusal of hostile or damaged files. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { SeasError } from "../errors.ts";
import { openSafetensors, openSafetensorsFolder, writeSafetensors } from "./safetensors.ts";

const folder = mkdtempSync(join(tmpdir(), "seas-safetensors-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "x.safetensors");

function file(header: unknown, data: Uint8Array = Buffer.alloc(0), headerBytes?: bigint): Buffer {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(headerBytes ?? BigInt(json.length));
  return Buffer.concat([length, json, data]);
}

async function readAll(bytes: Uint8Array, target = path) {
  writeFileSync(target, bytes);
  const opened = await openSafetensors(target);
  try {
    const values = new Map<string, Float32Array>();
    for (const name of opened.tensors.keys()) values.set(name, await opened.readTensor(name));
    return { metadata: opened.metadata, tensors: opened.tensors, values };
  } finally {
    await opened.close();
  }
}

const tensor = (shape: readonly number[], values: readonly number[]) => ({ shape, data: Float32Array.from(values) });

describe("writeSafetensors", () => {
  it("writes the same bytes whatever the order, aligned to 8", async () => {
    const a = tensor([2], [1, 2]);
    const b = tensor([], [3]);
    await writeSafetensors(
      path,
      new Map([
        ["b", b],
        ["10", a],
        ["9", b],
      ]),
      { z: "1", a: "2" },
    );
    const first = readFileSync(path);
    await writeSafetensors(
      path,
      new Map([
        ["9", b],
        ["10", a],
        ["b", b],
      ]),
      { a: "2", z: "1" },
    );
    expect(readFileSync(path).equals(first)).toBe(true);
    expect(first.readBigUInt64LE() % 8n).toBe(0n);
    expect(
      first
        .subarray(8, 8 + Number(first.readBigUInt64LE()))
        .toString()
        .trimEnd(),
    ).toBe(
      '{"__metadata__":{"a":"2","z":"1"},' +
        '"10":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},' +
        '"9":{"dtype":"F32","shape":[],"data_offsets":[8,12]},' +
        '"b":{"dtype":"F32","shape":[],"data_offsets":[12,16]}}',
    );
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("writes a view, not the buffer below it", async () => {
    const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    await writeSafetensors(path, new Map([["v", { shape: [2], data }]]));
    expect([...((await readAll(readFileSync(path))).values.get("v") ?? [])]).toEqual([1, 2]);
  });

  it("says what could not be written, and refuses a wrong shape", async () => {
    const nowhere = join(folder, "none", "x.safetensors");
    await expect(writeSafetensors(nowhere, new Map())).rejects.toMatchObject({ code: "E_DISK" });
    await expect(writeSafetensors(path, new Map([["a", tensor([3], [1])]]))).rejects.toThrow("[3] of 1 values");
  });

  it("round-trips any names, shapes, values and metadata", async () => {
    const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 });
    const content = shape.chain((dims) => {
      const length = dims.reduce((a, b) => a * b, 1);
      return fc.array(fc.float(), { minLength: length, maxLength: length }).map((values) => tensor(dims, values));
    });
    const name = fc.string({ unit: "grapheme" }).filter((s) => s !== "__metadata__");
    const tensors = fc.array(fc.tuple(name, content), { maxLength: 5 }).map((rows) => new Map(rows));
    await fc.assert(
      fc.asyncProperty(tensors, fc.dictionary(fc.string(), fc.string()), async (given, metadata) => {
        await writeSafetensors(path, given, metadata);
        const got = await readAll(readFileSync(path));
        expect({ ...got.metadata }).toEqual({ ...metadata });
        expect([...got.tensors.keys()].sort()).toEqual([...given.keys()].sort());
        for (const [key, { shape, data }] of given) {
          expect(got.tensors.get(key)?.shape).toEqual(shape);
          expect(got.values.get(key)).toEqual(data);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("openSafetensors", () => {
  it("reads F64, F16 and BF16 as float32, and other types raw", async () => {
    const data = Buffer.concat([
      Buffer.from(Float64Array.of(0.1, -2).buffer),
      Buffer.of(0x00, 0x3c, 0x00, 0xc0),
      Buffer.of(0x80, 0x3f, 0x00, 0xc0),
      Buffer.of(7, 0, 0, 0, 0, 0, 0, 0),
    ]);
    const header = {
      d: { dtype: "F64", shape: [2], data_offsets: [0, 16] },
      h: { dtype: "F16", shape: [2, 1], data_offsets: [16, 20] },
      b: { dtype: "BF16", shape: [2], data_offsets: [20, 24] },
      i: { dtype: "I64", shape: [1], data_offsets: [24, 32] },
    };
    writeFileSync(path, file(header, data));
    const opened = await openSafetensors(path);
    expect([...(await opened.readTensor("d"))]).toEqual([Math.fround(0.1), -2]);
    expect([...(await opened.readTensor("h"))]).toEqual([1, -2]);
    expect([...(await opened.readTensor("b"))]).toEqual([1, -2]);
    expect([...(await opened.readRaw("i"))]).toEqual([7, 0, 0, 0, 0, 0, 0, 0]);
    await expect(opened.readTensor("i")).rejects.toThrow('tensor "i" is I64');
    await expect(opened.readTensor("toString")).rejects.toThrow('has no tensor "toString"');
    await opened.close();
  });

  const entry = (from: number, to: number, shape: readonly unknown[] = [(to - from) / 4], dtype = "F32") => ({
    dtype,
    shape,
    data_offsets: [from, to],
  });
  const eight = Buffer.alloc(8);
  const cases: readonly (readonly [what: string, bytes: Buffer, message: RegExp])[] = [
    ["an empty file", Buffer.alloc(0), /0 bytes/],
    ["a header of 2^60 bytes", file("{}", eight, 2n ** 60n), /a header of 1152921504606846976 bytes, at most/],
    ["a header that is no JSON", file("{nope"), /no valid JSON/],
    ["a header that is an array", file("[]"), /no JSON object/],
    ["a header of bad UTF-8", Buffer.concat([file("", eight, 1n).subarray(0, 8), Buffer.of(0xff)]), /not UTF-8/],
    [
      "a name twice",
      file(
        '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a"                              :{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}',
        eight,
      ),
      /the key "a" stands twice/,
    ],
    [
      "a field twice",
      file('{"a":{"dtype":"F32","dtype":"F16","shape":[2],"data_offsets":[0,8]}}', eight),
      /stands twice/,
    ],
    ["metadata that is no text", file({ __metadata__: { a: 1 } }), /__metadata__/],
    ["an unknown type", file({ a: entry(0, 8, [8], "Q9") }, eight), /tensor "a" has the unknown type "Q9"/],
    ["an inherited type name", file({ a: entry(0, 8, [8], "toString") }, eight), /unknown type/],
    ["a gap", file({ a: entry(4, 8) }, eight), /"a" begins at byte \d+, expected/],
    ["an overlap", file({ a: entry(0, 8), b: entry(4, 8) }, eight), /"b" begins at byte/],
    ["two tensors in one place", file({ a: entry(0, 8), b: entry(0, 8) }, eight), /begins at byte/],
    ["bytes after the tensors", file({ a: entry(0, 4) }, eight), /end at byte \d+, the file at/],
    ["a tensor past the end", file({ a: entry(0, 16) }, eight), /end at byte \d+, the file at/],
    ["a shape of other length", file({ a: entry(0, 8, [3]) }, eight), /takes 8 bytes, F32 of shape \[3\] needs 12/],
    ["a shape that overflows", file({ a: entry(0, 8, [2 ** 52, 2 ** 52, 2 ** 52]) }, eight), /needs 3653/],
    ["a negative dimension", file({ a: entry(0, 8, [-1, -2]) }, eight), /tensor "a": shape.0/],
    ["offsets turned round", file({ a: entry(8, 0, [2]) }, eight), /takes -8 bytes/],
    ["a fraction", file({ a: entry(0, 8, [0.5, 4]) }, eight), /shape.0/],
    [
      "an offset of 2^60",
      file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[1152921504606846976,1152921504606846984]}}`, eight),
      /data_offsets/,
    ],
    ["an entry that is no object", file({ a: 3 }, eight), /tensor "a"/],
  ];
  it.each(cases)("refuses %s", async (_, bytes, message) => {
    await expect(readAll(bytes)).rejects.toThrow(SeasError);
    await expect(readAll(bytes)).rejects.toThrow(message);
  });

  it("refuses a file cut at any byte, and never crashes on changed bytes", async () => {
    await writeSafetensors(
      path,
      new Map([
        ["a", tensor([2], [1, 2])],
        ["b", tensor([1], [3])],
      ]),
      { k: "v" },
    );
    const good = readFileSync(path);
    const cut = join(folder, "cut.safetensors");
    for (let length = 0; length < good.length; length++) {
      await expect(readAll(good.subarray(0, length), cut), `${length} bytes`).rejects.toBeInstanceOf(SeasError);
    }
    const change = fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = Buffer.from(good);
        for (const [at, value] of changes) bytes[at] = value;
        await readAll(bytes, cut).catch((error: unknown) => expect(error).toBeInstanceOf(SeasError));
      }),
      { numRuns: 300 },
    );
  });
});

describe("openSafetensorsFolder", () => {
  async function shards(name: string, weightMap: unknown): Promise<string> {
    const home = join(folder, name);
    mkdirSync(home);
    await writeSafetensors(join(home, "m-1.safetensors"), new Map([["a", tensor([1], [1])]]), { format: "pt" });
    await writeSafetensors(join(home, "m-2.safetensors"), new Map([["b", tensor([1], [2])]]), { format: "pt" });
    writeFileSync(join(home, "model.safetensors.index.json"), JSON.stringify({ metadata: {}, weight_map: weightMap }));
    return home;
  }

  it("merges shards", async () => {
    const opened = await openSafetensorsFolder(await shards("good", { a: "m-1.safetensors", b: "m-2.safetensors" }));
    expect([...opened.tensors.keys()]).toEqual(["a", "b"]);
    expect([(await opened.readTensor("a"))[0], (await opened.readTensor("b"))[0]]).toEqual([1, 2]);
    expect(opened.metadata).toEqual({ format: "pt" });
    await expect(opened.readTensor("c")).rejects.toThrow('has no tensor "c"');
    await opened.close();
  });

  it("opens a folder with a single file", async () => {
    const home = join(folder, "single");
    mkdirSync(home);
    await expect(openSafetensorsFolder(home)).rejects.toThrow("model.safetensors: cannot be opened");
    await writeSafetensors(join(home, "model.safetensors"), new Map([["a", tensor([1], [1])]]));
    const opened = await openSafetensorsFolder(home);
    expect([...opened.tensors.keys()]).toEqual(["a"]);
    await opened.close();
  });

  it.each([
    ["outside", { a: "../x.safetensors" }, /no index of shards: weight_map.a/],
    ["pickle", { a: "m-1.bin" }, /no index of shards: weight_map.a/],
    ["no-map", undefined, /no index of shards: weight_map/],
    ["lacking", { a: "m-1.safetensors", b: "m-2.safetensors", c: "m-2.safetensors" }, /"c" is not in m-2/],
    ["elsewhere", { a: "m-2.safetensors", b: "m-2.safetensors" }, /does not say that tensor "b"|not in m-2/],
    ["missing", { a: "m-1.safetensors", b: "m-3.safetensors" }, /m-3.safetensors: cannot be opened/],
  ])("refuses an index that is %s", async (name, weightMap, message) => {
    const home = await shards(name, weightMap);
    await expect(openSafetensorsFolder(home)).rejects.toThrow(SeasError);
    await expect(openSafetensorsFolder(home)).rejects.toThrow(message);
  });
});
