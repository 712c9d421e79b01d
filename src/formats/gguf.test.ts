/** GGUF: files made here read back, and files that lie are refused before anything is allocated for them. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SeasError } from "../errors.ts";
import { type GgufFile, openGguf } from "./gguf.ts";

/** A metadata value with its GGUF type number; an array carries the number of its items. */
type Typed =
  | { readonly type: 0 | 1 | 2 | 3 | 4 | 5 | 6 | 10 | 11 | 12; readonly value: number | bigint }
  | { readonly type: 7; readonly value: boolean }
  | { readonly type: 8; readonly value: string | Buffer }
  | { readonly type: 9; readonly item: number; readonly value: readonly Typed[]; readonly count?: bigint };

interface Part {
  readonly name: string | Buffer;
  /** As in the file: fastest dimension first. */
  readonly ne: readonly (number | bigint)[];
  readonly type: number;
  readonly data: Uint8Array;
  /** @default right after the tensor before it, aligned */
  readonly offset?: bigint;
}

interface Making {
  readonly version?: number;
  readonly metadata?: readonly (readonly [string | Buffer, Typed])[];
  readonly tensors?: readonly Part[];
  readonly alignment?: number;
  readonly tensorCount?: bigint;
  readonly entryCount?: bigint;
}

const u32 = (n: number) => Buffer.from(Uint32Array.of(n).buffer);
const u64 = (n: number | bigint) => Buffer.from(BigUint64Array.of(BigInt(n)).buffer);
const text = (s: string | Buffer, length?: bigint) =>
  Buffer.concat([u64(length ?? Buffer.byteLength(s)), Buffer.from(s as string)]);
const f32 = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const padding = (length: number, alignment: number) => Buffer.alloc((alignment - (length % alignment)) % alignment);

function encode(typed: Typed): Buffer {
  if (typed.type === 9)
    return Buffer.concat([u32(typed.item), u64(typed.count ?? typed.value.length), ...typed.value.map(encode)]);
  if (typed.type === 8) return text(typed.value);
  if (typed.type === 7) return Buffer.from([typed.value ? 1 : 0]);
  const { type, value } = typed;
  const bytes = Buffer.alloc(8);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const n = Number(value);
  if (type === 0) view.setUint8(0, n);
  if (type === 1) view.setInt8(0, n);
  if (type === 2) view.setUint16(0, n, true);
  if (type === 3) view.setInt16(0, n, true);
  if (type === 4) view.setUint32(0, n, true);
  if (type === 5) view.setInt32(0, n, true);
  if (type === 6) view.setFloat32(0, n, true);
  if (type === 10) view.setBigUint64(0, BigInt(value), true);
  if (type === 11) view.setBigInt64(0, BigInt(value), true);
  if (type === 12) view.setFloat64(0, n, true);
  return bytes.subarray(0, { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 10: 8, 11: 8, 12: 8 }[type]);
}

function gguf(making: Making): Buffer {
  const { metadata = [], tensors = [], alignment = 32 } = making;
  const head: Buffer[] = [
    Buffer.from("GGUF"),
    u32(making.version ?? 3),
    u64(making.tensorCount ?? tensors.length),
    u64(making.entryCount ?? metadata.length),
  ];
  for (const [key, value] of metadata) head.push(text(key), u32(value.type), encode(value));
  const data: Uint8Array[] = [];
  let at = 0;
  const put = (bytes: Uint8Array) => {
    data.push(bytes);
    at += bytes.length;
  };
  for (const part of tensors) {
    put(padding(at, alignment));
    head.push(text(part.name), u32(part.ne.length), ...part.ne.map(u64), u32(part.type), u64(part.offset ?? at));
    put(part.data);
  }
  const header = Buffer.concat(head);
  return Buffer.concat([header, ...(tensors.length === 0 ? [] : [padding(header.length, alignment)]), ...data]);
}

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-gguf-"));
  path = join(folder, "model.gguf");
});
afterAll(() => rm(folder, { recursive: true }));

async function opened<T>(bytes: Uint8Array, use: (file: GgufFile) => T | Promise<T>): Promise<T> {
  await writeFile(path, bytes);
  const file = await openGguf(path);
  try {
    return await use(file);
  } finally {
    await file.close();
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

const scalar: fc.Arbitrary<Typed> = fc.oneof(
  fc.record({ type: fc.constant(0 as const), value: fc.nat(255) }),
  fc.record({ type: fc.constant(1 as const), value: fc.integer({ min: -128, max: 127 }) }),
  fc.record({ type: fc.constant(2 as const), value: fc.nat(65_535) }),
  fc.record({ type: fc.constant(3 as const), value: fc.integer({ min: -32_768, max: 32_767 }) }),
  fc.record({ type: fc.constant(4 as const), value: fc.nat(2 ** 32 - 1) }),
  fc.record({ type: fc.constant(5 as const), value: fc.integer() }),
  fc.record({ type: fc.constant(6 as const), value: fc.float() }),
  fc.record({ type: fc.constant(7 as const), value: fc.boolean() }),
  fc.record({ type: fc.constant(8 as const), value: fc.string({ unit: "grapheme" }) }),
  fc.record({ type: fc.constant(10 as const), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  fc.record({ type: fc.constant(11 as const), value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) }),
  fc.record({ type: fc.constant(12 as const), value: fc.double() }),
);
const list: fc.Arbitrary<Typed> = fc
  .array(fc.string(), { maxLength: 5 })
  .map((items) => ({ type: 9 as const, item: 8, value: items.map((value) => ({ type: 8 as const, value })) }));
const key = fc.string({ maxLength: 12 }).filter((s) => s !== "general.alignment");

/** What a reader should give: 64-bit integers as numbers where that is exact. */
function plain(typed: Typed): unknown {
  if (typed.type === 9) return typed.value.map(plain);
  if (typeof typed.value !== "bigint") return typed.value;
  return Number.isSafeInteger(Number(typed.value)) ? Number(typed.value) : typed.value;
}

const part: fc.Arbitrary<Part> = fc
  .tuple(fc.string({ maxLength: 12 }), fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }))
  .chain(([name, ne]) => {
    const length = ne.reduce((a, b) => a * b, 1);
    return fc.float32Array({ minLength: length, maxLength: length }).map((values) => ({
      name,
      ne,
      type: 0,
      data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice(),
    }));
  });

const small: Making = {
  metadata: [
    ["general.architecture", { type: 8, value: "llama" }],
    ["list", { type: 9, item: 4, value: [{ type: 4, value: 7 }] }],
  ],
  tensors: [
    { name: "a", ne: [2, 3], type: 0, data: f32(1, 2, 3, 4, 5, 6) },
    { name: "b", ne: [2], type: 1, data: Buffer.from([0, 0x3c, 0, 0xc0]) },
  ],
};

describe("openGguf", () => {
  it("gives back metadata of every type and tensors, in any alignment", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(key, fc.oneof(scalar, list)), { selector: ([k]) => k, maxLength: 6 }),
        fc.uniqueArray(part, { selector: (p) => p.name, maxLength: 4 }),
        fc.constantFrom(8, 32, 64),
        fc.constantFrom(2, 3),
        async (metadata, tensors, alignment, version) => {
          const own = ["general.alignment", { type: 4, value: alignment }] as const;
          await opened(gguf({ version, metadata: [own, ...metadata], tensors, alignment }), async (file) => {
            expect([file.version, file.alignment]).toEqual([version, alignment]);
            expect([...file.metadata]).toEqual([
              ["general.alignment", alignment],
              ...metadata.map(([k, v]) => [k, plain(v)]),
            ]);
            expect([...file.tensors.keys()]).toEqual(tensors.map((t) => t.name));
            for (const { name, ne, data } of tensors) {
              expect(file.tensors.get(name as string)?.shape).toEqual([...ne].reverse());
              const read = await file.readTensor(name as string);
              expect(Buffer.from(read.buffer, read.byteOffset, read.byteLength).equals(Buffer.from(data))).toBe(true);
            }
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it("decodes blocks, and the alignment is 32 unless said", async () => {
    const q8 = Buffer.concat([
      Buffer.from([0, 0x38]),
      Buffer.from(Int8Array.from({ length: 32 }, (_, i) => i - 16).buffer),
    ]);
    const bytes = gguf({ tensors: [...small.tensors!, { name: "q", ne: [32], type: 8, data: q8 }] });
    await opened(bytes, async (file) => {
      expect(file.alignment).toBe(32);
      expect(await file.readTensor("b")).toEqual(Float32Array.of(1, -2));
      expect(await file.readTensor("q")).toEqual(Float32Array.from({ length: 32 }, (_, i) => (i - 16) / 2));
      await expect(file.readTensor("none")).rejects.toThrow('no tensor "none"');
    });
  });

  it("refuses a file cut at any byte", async () => {
    const bytes = gguf(small);
    await opened(bytes, (file) => expect(file.tensors.size).toBe(2));
    for (let cut = 0; cut < bytes.length; cut++) await refuses(bytes.subarray(0, cut));
  });

  it("refuses any damaged byte or reads it, but never fails another way", async () => {
    const bytes = gguf(small);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), async (at, value) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = value;
        await opened(damaged, () => undefined).catch((error: unknown) => expect(error).toBeInstanceOf(SeasError));
      }),
      { numRuns: 300 },
    );
  });

  const huge = 2n ** 60n;
  const floats = (name: string | Buffer, more: Partial<Part> = {}): Part => ({
    name,
    ne: [2],
    type: 0,
    data: f32(1, 2),
    ...more,
  });
  const nested = (depth: number): Typed =>
    depth === 0 ? { type: 4, value: 1 } : { type: 9, item: depth === 1 ? 4 : 9, value: [nested(depth - 1)] };
  const entry = (value: Typed, name: string | Buffer = "k") => gguf({ metadata: [[name, value]] });
  const hostile: readonly (readonly [string, Buffer, ...string[]])[] = [
    ["another magic", Buffer.from("GGUX".padEnd(64)), "GGUF"],
    ["an empty file", Buffer.alloc(0)],
    ["version 1", gguf({ version: 1 }), "version 1"],
    ["a big-endian file", gguf({ version: 0x03000000 }), "big-endian"],
    ["2^60 tensors", gguf({ tensorCount: huge }), `${huge} tensors`],
    ["2^60 metadata entries", gguf({ entryCount: huge }), `${huge} metadata entries`],
    ["an array of 2^60 items", entry({ type: 9, item: 0, value: [], count: huge }), `${huge} items`, '"k"'],
    ["an array of 2^60 texts", entry({ type: 9, item: 8, value: [], count: huge }), `${huge}`],
    ["a key of 2^60 bytes", Buffer.concat([gguf({ entryCount: 1n }), text("k", huge), Buffer.alloc(20)]), `${huge}`],
    ["arrays nested 9 deep", entry(nested(9)), "deeper"],
    [
      "an unknown value type",
      Buffer.concat([gguf({ entryCount: 1n }), text("k"), u32(77), Buffer.alloc(8)]),
      "77",
      '"k"',
    ],
    [
      "a key twice",
      gguf({
        metadata: [
          ["k", { type: 4, value: 1 }],
          ["k", { type: 4, value: 2 }],
        ],
      }),
      '"k"',
      "twice",
    ],
    ["bad UTF-8 in a key", entry({ type: 4, value: 1 }, Buffer.from([0xff])), "UTF-8"],
    ["bad UTF-8 in a value", entry({ type: 8, value: Buffer.from([0xc3]) }), "UTF-8", '"k"'],
    ["bad UTF-8 in a name", gguf({ tensors: [floats(Buffer.from([0x80]))] }), "UTF-8"],
    ["an alignment of 24", gguf({ ...small, metadata: [["general.alignment", { type: 4, value: 24 }]] }), "24"],
    [
      "an alignment of 0",
      gguf({ ...small, metadata: [["general.alignment", { type: 4, value: 0 }]] }),
      "general.alignment is 0",
    ],
    [
      "an alignment that is text",
      gguf({ ...small, metadata: [["general.alignment", { type: 8, value: "32" }]] }),
      "general.alignment",
    ],
    ["a name twice", gguf({ tensors: [floats("w"), floats("w")] }), '"w"', "twice"],
    ["a type that cannot be read", gguf({ tensors: [floats("w", { type: 16 })] }), '"w"', "IQ2_XXS"],
    ["a type nobody knows", gguf({ tensors: [floats("w", { type: 999 })] }), '"w"', "999"],
    ["five dimensions", gguf({ tensors: [floats("w", { ne: [1, 1, 1, 1, 2] })] }), '"w"', "5 dimensions"],
    ["a dimension of 2^60", gguf({ tensors: [floats("w", { ne: [huge] })] }), '"w"', `${huge * 4n}`],
    [
      "dimensions whose product wraps",
      gguf({ tensors: [floats("w", { ne: [2n ** 32n, 2n ** 32n] })] }),
      '"w"',
      `${2n ** 66n}`,
    ],
    ["an empty tensor", gguf({ tensors: [floats("w", { ne: [0] })] }), '"w"', "empty"],
    [
      "half a block a row",
      gguf({ tensors: [{ name: "w", ne: [16, 2], type: 8, data: Buffer.alloc(34) }] }),
      '"w"',
      "16",
    ],
    ["an offset of 2^60", gguf({ tensors: [floats("w", { offset: huge })] }), '"w"', `${huge}`],
    ["an offset between alignments", gguf({ tensors: [floats("v"), floats("w", { offset: 4n })] }), '"w"', "32"],
    ["tensors that overlap", gguf({ tensors: [floats("v"), floats("w", { offset: 0n })] }), '"w"', "before"],
  ];
  for (const [what, bytes, ...parts] of hostile) it(`refuses ${what}`, () => refuses(bytes, ...parts));

  it("names a file that is not there, and a folder", async () => {
    for (const bad of [join(folder, "none"), folder]) {
      await expect(openGguf(bad)).rejects.toMatchObject({ code: "E_FORMAT", message: expect.stringContaining(bad) });
    }
  });
});
