/** Writing float32 tensors as safetensors, one after another: the same tensors give the same bytes. */
import { writeWholeFile } from "./whole-file.ts";

/** A tensor to be written. */
export interface WritableTensor {
  /** Row-major; its product is the number of values. */
  readonly shape: readonly number[];
  /** Its values, or how to get them when their turn comes: a model need not fit in memory. */
  readonly data: Float32Array | (() => Promise<Float32Array>);
}

/**
 * Writes tensors in the order of their names, metadata keys sorted too, header padded to 8 bytes; whole or not at all.
 * The folder must exist.
 *
 * @throws SeasError E_DISK when it cannot be written, and what a tensor's `data` throws; nothing half-written stays
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, WritableTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const rows = [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, { shape, data }] of rows) if (typeof data !== "function") checkSize(name, shape, data);
  const head = headerBytes(rows, metadata);
  await writeWholeFile(path, async (file) => {
    await file.writeFile(head);
    for (const [name, { shape, data }] of rows) {
      const values = typeof data === "function" ? await data() : data;
      checkSize(name, shape, values);
      await file.writeFile(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
  });
}

/** Length and JSON header, padded so that the data begin at a multiple of 8. */
function headerBytes(
  rows: readonly (readonly [string, WritableTensor])[],
  metadata: Readonly<Record<string, string>>,
): Buffer {
  // Members are joined by hand: an object would move names that look like numbers to its front.
  const members: string[] = [];
  const keys = Object.keys(metadata).sort();
  if (keys.length > 0) {
    const pairs = keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(metadata[key])}`);
    members.push(`"__metadata__":{${pairs.join(",")}}`);
  }
  let at = 0;
  for (const [name, { shape }] of rows) {
    if (name === "__metadata__") throw new Error("a tensor cannot be called __metadata__");
    const end = at + 4 * sizeOf(shape);
    members.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype: "F32", shape, data_offsets: [at, end] })}`);
    at = end;
  }
  const json = Buffer.from(`{${members.join(",")}}`, "utf8");
  const padded = Math.ceil(json.length / 8) * 8;
  const head = Buffer.alloc(8 + padded, " ");
  head.writeBigUInt64LE(BigInt(padded));
  json.copy(head, 8);
  return head;
}

function checkSize(name: string, shape: readonly number[], { length }: Float32Array): void {
  if (sizeOf(shape) !== length) throw new Error(`tensor ${name}: shape [${shape}] of ${length} values`);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
