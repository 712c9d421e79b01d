/** safetensors: round trips with the writer, and headers that lie. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SeasError } from "../errors.ts";
import { openSafetensors, openSafetensorsFolder, type SafetensorsFile, writeSafetensors } from "./safetensors.ts";

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-safetensors-"));
  path = join(folder, "model.safetensors");
});
afterAll(() => rm(folder, { recursive: true }));

/** A file of this header text and these data. */
function file(header: string | Buffer, data: Uint8Array = new Uint8Array(0), length?: bigint): Buffer {
  const text = Buffer.from(header as string);
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(length ?? BigInt(text.length));
  return Buffer.concat([head, text, data]);
}

async function opened<T>(bytes: Uint8Array, use: (file: SafetensorsFile) => T | Promise<T>): Promise<T> {
  await writeFile(path, bytes);
  const tensors = await openSafetensors(path);
  try {
    return await use(tensors);
  } finally {
    await tensors.close();
  }
}

async function refuses(bytes: Uint8Array, ...parts: readonly string[]): Promise<void> {
  const error = await opened(bytes, () => undefined).then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(SeasError);
  expect((error as SeasError).code).toBe("E_FORMAT");
  for (const part of [path, ...parts]) expect((error as SeasError).message).toContain(part);
}

const shape = fc.array(fc.nat(4), { maxLength: 3 });
const tensor = shape.chain((dims) => {
  const length = dims.reduce((a, b) => a * b, 1);
  return fc.float32Array({ minLength: length, maxLength: length }).map((data) => ({ shape: dims, data }));
});
const name = fc.string({ unit: "grapheme", maxLength: 12 }).filter((s) => s !== "__metadata__" && s !== "__proto__");
const tensors = fc.array(fc.tuple(name, tensor), { maxLength: 6 }).map((rows) => new Map(rows));
const metadata = fc.dictionary(name, fc.string(), { maxKeys: 4, noNullPrototype: true });

describe("writeSafetensors and openSafetensors", () => {
  it("give back names, shapes, bits and metadata, from bytes that do not depend on the order", async () => {
    await fc.assert(
      fc.asyncProperty(tensors, metadata, async (written, facts) => {
        await writeSafetensors(path, written, facts);
        const bytes = await readFile(path);
        await writeSafetensors(path, new Map([...written].reverse()), facts);
        expect((await readFile(path)).equals(bytes)).toBe(true);
        expect(bytes.readBigUInt64LE() % 8n).toBe(0n);
        await opened(bytes, async (read) => {
          expect(new Set(read.tensors.keys())).toEqual(new Set(written.keys()));
          expect(Object.entries(read.metadata).sort()).toEqual(Object.entries(facts).sort());
          for (const [key, { shape: dims, data }] of written) {
            expect(read.tensors.get(key)?.shape).toEqual(dims);
            const raw = Buffer.from(await read.readRaw(key));
            expect(raw.equals(Buffer.from(data.buffer, data.byteOffset, data.byteLength))).toBe(true);
            expect(await read.readTensor(key)).toEqual(data);
          }
        });
      }),
      { numRuns: 40 },
    );
  });

  it("leave the old file and nothing else when a write fails", async () => {
    await expect(writeSafetensors(join(folder, "none", "x"), new Map())).rejects.toMatchObject({ code: "E_DISK" });
    const own = join(folder, "own");
    await mkdir(join(own, "taken"), { recursive: true });
    await expect(writeSafetensors(join(own, "taken"), new Map())).rejects.toMatchObject({ code: "E_DISK" });
    expect(await readdir(own)).toEqual(["taken"]);
  });

  it("refuse a tensor whose shape is not that of its values", async () => {
    for (const data of [new Float32Array(3), async () => new Float32Array(3)])
      await expect(writeSafetensors(path, new Map([["w", { shape: [2], data }]]))).rejects.toThrow("tensor w");
  });

  it("ask for values when their turn comes, the same bytes; an error there is passed on and leaves nothing", async () => {
    const own = join(folder, "lazy");
    await mkdir(own);
    const asked: string[] = [];
    const values = { b: Float32Array.of(1, 2), a: Float32Array.of(3) };
    const rows = (lazy: boolean) =>
      Object.entries(values).map(([key, given]) => {
        const data = async () => {
          asked.push(key);
          return given;
        };
        return [key, { shape: [given.length], data: lazy ? data : given }] as const;
      });
    await writeSafetensors(path, new Map(rows(false)));
    await writeSafetensors(join(own, "x"), new Map(rows(true)));
    expect((await readFile(join(own, "x"))).equals(await readFile(path))).toBe(true);
    expect(asked).toEqual(["a", "b"]);
    const data = () => Promise.reject(new SeasError("E_MODEL", "no such weights"));
    await expect(writeSafetensors(join(own, "y"), new Map([["w", { shape: [2], data }]]))).rejects.toMatchObject({
      code: "E_MODEL",
    });
    expect(await readdir(own)).toEqual(["x"]);
  });
});

describe("openSafetensors", () => {
  it("decodes every floating type, and refuses to decode others by tensor and type", async () => {
    const bytes = file(
      '{"h":{"dtype":"F16","shape":[2],"data_offsets":[8,12]},"b":{"dtype":"BF16","shape":[1],"data_offsets":[12,14]},' +
        '"d":{"dtype":"F64","shape":[],"data_offsets":[0,8]},"i":{"dtype":"I8","shape":[1,2],"data_offsets":[14,16]}}',
      Buffer.concat([Buffer.from(Float64Array.of(-1.5).buffer), Buffer.from([0, 0x3c, 1, 0, 0x80, 0x3f, 7, 8])]),
    );
    await opened(bytes, async (read) => {
      expect(await read.readTensor("h")).toEqual(Float32Array.of(1, 2 ** -24));
      expect(await read.readTensor("b")).toEqual(Float32Array.of(1));
      expect(await read.readTensor("d")).toEqual(Float32Array.of(-1.5));
      expect([...(await read.readRaw("i"))]).toEqual([7, 8]);
      await expect(read.readTensor("i")).rejects.toThrow(/tensor "i" is I8/);
      await expect(read.readTensor("none")).rejects.toThrow('no tensor "none"');
    });
  });

  it("refuses a file cut at any byte, and one that goes on", async () => {
    await writeSafetensors(path, new Map([["a", { shape: [3], data: Float32Array.of(1, 2, 3) }]]), { k: "v" });
    const bytes = await readFile(path);
    for (let cut = 0; cut < bytes.length; cut++) await refuses(bytes.subarray(0, cut));
    await refuses(Buffer.concat([bytes, Buffer.alloc(1)]), `the file at ${bytes.length + 1}`);
  });

  it("refuses any damaged byte of the header or reads it, but never fails another way", async () => {
    await writeSafetensors(path, new Map([["a", { shape: [1], data: Float32Array.of(1) }]]));
    const bytes = await readFile(path);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), async (at, value) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = value;
        await opened(damaged, () => undefined).catch((error: unknown) => expect(error).toBeInstanceOf(SeasError));
      }),
    );
  });

  const one = (entry: string) => file(`{"w":${entry}}`, Buffer.alloc(16));
  const hostile: readonly (readonly [string, Buffer, ...string[]])[] = [
    ["a header of 2^60 bytes", file("{}", undefined, 2n ** 60n), `${2n ** 60n}`],
    ["a header of 2^64 − 1 bytes", file("{}", undefined, 2n ** 64n - 1n)],
    ["a shape of 2^60", one('{"dtype":"F32","shape":[1152921504606846976],"data_offsets":[0,16]}'), '"w"', "shape"],
    [
      "a shape whose product wraps",
      one('{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,16]}'),
      '"w"',
      `${2n ** 66n}`,
    ],
    ["offsets that go back", one('{"dtype":"F32","shape":[4],"data_offsets":[16,0]}'), '"w"'],
    ["negative offsets", one('{"dtype":"F32","shape":[4],"data_offsets":[-16,0]}'), '"w"'],
    ["a fraction", one('{"dtype":"F32","shape":[4.5],"data_offsets":[0,18]}'), '"w"'],
    ["offsets past the end", one('{"dtype":"F32","shape":[8],"data_offsets":[0,32]}'), "the file at"],
    ["an entry of another form", one("[1,2]"), '"w"'],
    ["an unknown type", one('{"dtype":"F4","shape":[4],"data_offsets":[0,16]}'), '"w"', '"F4"'],
    ["a type from the prototype", one('{"dtype":"toString","shape":[4],"data_offsets":[0,16]}'), '"w"', '"toString"'],
    [
      "a name twice",
      file(
        '{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"w":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}',
        Buffer.alloc(2),
      ),
      '"w"',
      "twice",
    ],
    [
      "a name twice, once escaped",
      file(
        '{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\\u0077":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}',
        Buffer.alloc(2),
      ),
      '"w"',
      "twice",
    ],
    [
      "a key of an entry twice",
      one('{"dtype":"F32","dtype":"F32","shape":[4],"data_offsets":[0,16]}'),
      "dtype",
      "twice",
    ],
    [
      "tensors that overlap",
      file(
        '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}',
        Buffer.alloc(3),
      ),
      '"b"',
    ],
    [
      "a gap between tensors",
      file(
        '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}',
        Buffer.alloc(3),
      ),
      '"b"',
    ],
    ["a gap at the start", file('{"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}', Buffer.alloc(3)), '"b"'],
    ["metadata that are no strings", file('{"__metadata__":{"a":1}}'), "__metadata__"],
    ["bad UTF-8", file(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])), "UTF-8"],
    ["an array", file("[]"), "no JSON object"],
    ["no JSON", file("{"), "no valid JSON"],
    ["arrays nested 100,000 deep", file("[".repeat(100_000))],
  ];
  for (const [what, bytes, ...parts] of hostile) it(`refuses ${what}`, () => refuses(bytes, ...parts));

  it("names a file that is not there, and a folder", async () => {
    for (const bad of [join(folder, "none"), folder]) {
      await expect(openSafetensors(bad)).rejects.toMatchObject({
        code: "E_FORMAT",
        message: expect.stringContaining(bad),
      });
    }
  });
});

describe("openSafetensorsFolder", () => {
  async function shards(index: unknown): Promise<string> {
    const own = await mkdtemp(join(folder, "shards-"));
    await writeSafetensors(join(own, "1.safetensors"), new Map([["a", { shape: [1], data: Float32Array.of(1) }]]));
    await writeSafetensors(join(own, "2.safetensors"), new Map([["b", { shape: [1], data: Float32Array.of(2) }]]));
    await writeFile(
      join(own, "model.safetensors.index.json"),
      typeof index === "string" ? index : JSON.stringify(index),
    );
    return own;
  }

  it("reads shards as one file", async () => {
    const read = await openSafetensorsFolder(await shards({ weight_map: { a: "1.safetensors", b: "2.safetensors" } }));
    expect([...read.tensors.keys()]).toEqual(["a", "b"]);
    expect([...(await read.readTensor("a")), ...(await read.readTensor("b"))]).toEqual([1, 2]);
    await read.close();
  });

  const bad: readonly (readonly [string, unknown, string])[] = [
    ["a tensor that is not in its shard", { weight_map: { a: "1.safetensors", b: "1.safetensors" } }, '"b"'],
    ["a shard with more than it says", { weight_map: { b: "2.safetensors", a: "2.safetensors" } }, '"a"'],
    ["a shard that is not there", { weight_map: { a: "3.safetensors" } }, "3.safetensors"],
    ["a way out of the folder", { weight_map: { a: "../1.safetensors" } }, "index"],
    ["a pickle", { weight_map: { a: "1.bin" } }, "index"],
    ["no map", {}, "index"],
    ["a name twice", '{"weight_map":{"a":"1.safetensors","a":"2.safetensors"}}', "twice"],
    ["no JSON", "{", "index"],
  ];
  it.each(bad)("refuses %s", async (_, index, part) => {
    const own = await shards(index);
    await expect(openSafetensorsFolder(own)).rejects.toMatchObject({
      code: "E_FORMAT",
      message: expect.stringContaining(part),
    });
  });
});
