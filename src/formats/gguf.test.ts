/** GGUF: what is written is read back; hostile and damaged files end in a SeasError, never in a crash or a large allocation. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { SeasError } from "../errors.ts";
import { openGguf } from "./gguf.ts";
import { type GgufHeader, readGgufHeader } from "./gguf-header.ts";

const folder = mkdtempSync(join(tmpdir(), "seas-gguf-"));
afterAll(() => rmSync(folder, { recursive: true }));

type Entry = readonly [key: string, type: number, value: Buffer];
interface Info {
  readonly name: string;
  /** In the file's order. */
  readonly ne: readonly (number | bigint)[];
  readonly type: number;
  readonly offset: number | bigint;
}

const u32 = (n: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(n);
  return bytes;
};
const u64 = (n: number | bigint) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(n));
  return bytes;
};
const text = (s: string | Buffer) => Buffer.concat([u64(Buffer.from(s).length), Buffer.from(s)]);
const info = (t: Info) => Buffer.concat([text(t.name), u32(t.ne.length), ...t.ne.map(u64), u32(t.type), u64(t.offset)]);

interface Parts {
  readonly version?: number;
  readonly entries?: readonly Entry[];
  readonly infos?: readonly Info[];
  readonly data?: Uint8Array;
  readonly alignment?: number;
  readonly tensorCount?: bigint;
  readonly entryCount?: bigint;
}

function build({
  version = 3,
  entries = [],
  infos = [],
  data = Buffer.alloc(0),
  alignment = 32,
  ...counts
}: Parts): Buffer {
  const head = Buffer.concat([
    Buffer.from("GGUF"),
    u32(version),
    u64(counts.tensorCount ?? infos.length),
    u64(counts.entryCount ?? entries.length),
    ...entries.map(([key, type, value]) => Buffer.concat([text(key), u32(type), value])),
    ...infos.map(info),
  ]);
  return Buffer.concat([head, Buffer.alloc(Math.ceil(head.length / alignment) * alignment - head.length), data]);
}

function read(bytes: Uint8Array): GgufHeader {
  return readGgufHeader({
    path: "x.gguf",
    size: bytes.length,
    readSync: (target, position) => {
      if (position + target.length > bytes.length) throw new Error("read past the end");
      target.set(bytes.subarray(position, position + target.length));
    },
  });
}

const f32 = (name: string, ne: readonly (number | bigint)[], offset: number | bigint): Info => ({
  name,
  ne,
  type: 0,
  offset,
});

const sample = build({
  entries: [
    ["general.architecture", 8, text("llama")],
    ["tokens", 9, Buffer.concat([u32(8), u64(2), text("a"), text("é")])],
    ["count", 10, u64(7)],
    ["huge", 10, u64(2n ** 63n)],
    ["flag", 7, Buffer.of(1)],
    ["nested", 9, Buffer.concat([u32(9), u64(1), u32(5), u64(2), u32(1), u32(0xffffffff)])],
  ],
  infos: [f32("w", [3, 2], 0), { name: "q", ne: [32], type: 3, offset: 32 }],
  data: Buffer.concat([
    Buffer.from(Float32Array.of(1, 2, 3, 4, 5, 6).buffer),
    Buffer.alloc(8),
    u32(0x3c003c00),
    Buffer.alloc(16, 0x21),
  ]),
});

describe("openGguf", () => {
  it("reads metadata, shapes in row-major order, and tensors", async () => {
    const path = join(folder, "sample.gguf");
    writeFileSync(path, sample);
    const file = await openGguf(path);
    expect(Object.fromEntries(file.metadata)).toEqual({
      "general.architecture": "llama",
      tokens: ["a", "é"],
      count: 7,
      huge: 2n ** 63n,
      flag: true,
      nested: [[1, -1]],
    });
    expect([file.version, file.alignment]).toEqual([3, 32]);
    expect(file.tensors.get("w")?.shape).toEqual([2, 3]);
    expect(file.tensors.get("q")).toMatchObject({ type: "Q4_1", byteLength: 20 });
    expect([...(await file.readTensor("w"))]).toEqual([1, 2, 3, 4, 5, 6]);
    // Scale 1, minimum 1, low nibbles 1, high nibbles 2.
    expect([...(await file.readTensor("q"))]).toEqual([...Array(16).fill(2), ...Array(16).fill(3)]);
    await expect(file.readTensor("v")).rejects.toThrow('has no tensor "v"');
    await file.close();
  });

  it("decodes a tensor of several chunks as one", async () => {
    const count = 2 ** 20 + 2 ** 18;
    const values = Float32Array.from({ length: count }, (_, i) => i);
    const path = join(folder, "large.gguf");
    writeFileSync(path, build({ infos: [f32("w", [count], 0)], data: Buffer.from(values.buffer) }));
    const file = await openGguf(path);
    expect(Buffer.from((await file.readTensor("w")).buffer).equals(Buffer.from(values.buffer))).toBe(true);
    await file.close();
  });

  it("names a file that is missing, a folder, a file cut after it was opened", async () => {
    await expect(openGguf(join(folder, "none.gguf"))).rejects.toMatchObject({ code: "E_FORMAT" });
    await expect(openGguf(folder)).rejects.toThrow("is no regular file");
    const path = join(folder, "cut.gguf");
    writeFileSync(path, sample);
    const file = await openGguf(path);
    writeFileSync(path, sample.subarray(0, sample.length - 1));
    await expect(file.readTensor("q")).rejects.toThrow(`ends at byte ${sample.length - 1}`);
    await file.close();
  });
});

describe("readGgufHeader refuses", () => {
  const bool = (key: string): Entry => [key, 7, Buffer.of(1)];
  const align = (n: number): Entry => ["general.alignment", 4, u32(n)];
  const cases: readonly (readonly [what: string, bytes: Buffer, message: RegExp])[] = [
    ["another file", Buffer.from("PK\u0003\u0004 and so on, and so on"), /does not begin with GGUF/],
    ["version 1", build({ version: 1 }), /version 1, only 2 and 3/],
    ["big-endian files", build({ version: 0x03000000 }), /big-endian/],
    ["2^60 tensors", build({ tensorCount: 2n ** 60n }), /1152921504606846976 tensors/],
    ["2^60 entries", build({ entryCount: 2n ** 60n }), /1152921504606846976 metadata entries/],
    [
      "a text of 2^60 bytes",
      build({ entries: [["k", 8, u64(2n ** 60n)]] }),
      /"k" take at least 1152921504606846976 bytes/,
    ],
    ["an array of 2^60", build({ entries: [["k", 9, Buffer.concat([u32(0), u64(2n ** 60n)])]] }), /items of "k"/],
    ["a value type of 13", build({ entries: [["k", 13, u32(0)]] }), /unknown value type 13/],
    ["an item type of 13", build({ entries: [["k", 9, Buffer.concat([u32(13), u64(1), u64(0), u64(0)])]] }), /type 13/],
    [
      "deep arrays",
      build({ entries: [["k", 9, Buffer.concat(Array(9).fill(Buffer.concat([u32(9), u64(1)])))]] }),
      /deeper/,
    ],
    ["bad UTF-8", build({ entries: [["k", 8, text(Buffer.of(0xff))]] }), /not UTF-8/],
    ["a key twice", build({ entries: [bool("k"), bool("k")] }), /the key "k" stands twice/],
    [
      "a name twice",
      build({ infos: [f32("w", [1], 0), f32("w", [1], 32)], data: Buffer.alloc(64) }),
      /"w" stands twice/,
    ],
    ["alignment 0", build({ entries: [align(0)] }), /general.alignment is 0/],
    ["alignment 24", build({ entries: [align(24)] }), /general.alignment is 24/],
    ["alignment as text", build({ entries: [["general.alignment", 8, text("32")]] }), /general.alignment is 32/],
    [
      "alignment 2^31 with tensors",
      build({ entries: [align(2 ** 31)], infos: [f32("w", [1], 0)], data: Buffer.alloc(64) }),
      /ends at byte 2147483652/,
    ],
    ["an unaligned tensor", build({ infos: [f32("w", [1], 4)], data: Buffer.alloc(64) }), /no multiple of 32/],
    [
      "overlap",
      build({ infos: [f32("a", [16], 0), f32("b", [8], 32)], data: Buffer.alloc(64) }),
      /"b" begins at byte .* before tensor "a" ends/,
    ],
    ["a tensor past the end", build({ infos: [f32("w", [17], 0)], data: Buffer.alloc(64) }), /"w" ends at byte/],
    ["an offset of 2^63", build({ infos: [f32("w", [1], 2n ** 63n)], data: Buffer.alloc(64) }), /9223372036854775808/],
    [
      "dimensions that overflow",
      build({ infos: [f32("w", [2n ** 62n, 4], 0)], data: Buffer.alloc(64) }),
      /"w" takes 73786976294838206464 bytes/,
    ],
    ["an empty tensor", build({ infos: [f32("w", [0], 0)], data: Buffer.alloc(64) }), /"w" is empty/],
    ["5 dimensions", build({ infos: [f32("w", [1, 1, 1, 1, 1], 0)], data: Buffer.alloc(64) }), /5 dimensions/],
    ["2^32-1 dimensions", build({ infos: [f32("w", [1], 0)] }).fill(0xff, 33, 37), /4294967295 dimensions/],
    [
      "broken blocks",
      build({ infos: [{ name: "w", ne: [33], type: 3, offset: 0 }], data: Buffer.alloc(64) }),
      /rows of 33 values/,
    ],
    [
      "a type it cannot read",
      build({ infos: [{ name: "w", ne: [256], type: 23, offset: 0 }], data: Buffer.alloc(256) }),
      /tensor "w" has the type IQ4_XS/,
    ],
    [
      "an unknown type",
      build({ infos: [{ name: "w", ne: [256], type: 77, offset: 0 }], data: Buffer.alloc(256) }),
      /type number 77/,
    ],
  ];
  it.each(cases)("%s", (_, bytes, message) => {
    expect(() => read(bytes)).toThrow(SeasError);
    expect(() => read(bytes)).toThrow(message);
  });

  it("a file cut at any byte", () => {
    for (let length = 0; length < sample.length; length++) {
      expect(() => read(sample.subarray(0, length)), `${length} bytes`).toThrow(SeasError);
    }
    expect(read(sample).tensors.size).toBe(2);
  });

  it("or reads, but never crashes on, a file with changed bytes", () => {
    const change = fc.tuple(fc.nat(sample.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const bytes = Buffer.from(sample);
        for (const [at, value] of changes) bytes[at] = value;
        try {
          for (const { offset, byteLength } of read(bytes).tensors.values()) {
            expect(offset + byteLength).toBeLessThanOrEqual(bytes.length);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(SeasError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

it("reads back any metadata and tensors", () => {
  const scalar = fc.oneof(
    fc.string({ unit: "grapheme" }).map((s) => ({ type: 8, bytes: text(s), value: s as unknown })),
    fc.nat(0xffffffff).map((n) => ({ type: 4, bytes: u32(n), value: n as unknown })),
    fc.bigInt(0n, 2n ** 64n - 1n).map((n) => ({
      type: 10,
      bytes: u64(n),
      value: (n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : n) as unknown,
    })),
  );
  const entries = fc.dictionary(fc.string({ unit: "grapheme" }), scalar);
  const shapes = fc.array(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }), { maxLength: 5 });
  fc.assert(
    fc.property(entries, shapes, (metadata, nes) => {
      const infos = nes.map((ne, i) => f32(`t${i}`, ne, i * 1024));
      const bytes = build({
        entries: Object.entries(metadata).map(([key, { type, bytes }]): Entry => [key, type, bytes]),
        infos,
        data: Buffer.alloc(nes.length * 1024),
      });
      const header = read(bytes);
      expect([...header.metadata]).toEqual(Object.entries(metadata).map(([key, { value }]) => [key, value]));
      expect([...header.tensors.values()].map((t) => t.shape)).toEqual(nes.map((ne) => [...ne].reverse()));
    }),
    { numRuns: 200 },
  );
});
