/**
 * Writing float32 tensors as safetensors: the same tensors give the same bytes, and a kill, a full disk or a power
 * cut leaves the old file or the new one, never half of one.
 */
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { describeError, SeasError } from "../errors.ts";

/** A tensor to be written. */
export interface WritableTensor {
  /** Row-major; its product is the length of `data`. */
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Writes tensors in the order of their names, metadata keys sorted too, header padded to 8 bytes; to a temporary
 * name first, synced, then renamed. The folder must exist.
 *
 * @throws SeasError E_DISK when it cannot be written; nothing half-written stays
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, WritableTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const rows = [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));
  const head = headerBytes(rows, metadata);
  // A fixed name: a file left behind by a kill is overwritten when the same write is done again.
  const temporary = `${path}.tmp`;
  try {
    await withFile(temporary, "w", async (file) => {
      await file.writeFile(head);
      for (const [, { data }] of rows) {
        await file.writeFile(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      }
      await file.sync();
    });
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new SeasError("E_DISK", `${path}: cannot be written: ${describeError(cause)}`, {
      hint: "free some space or choose another folder, then run the same command again",
      cause,
    });
  }
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
  for (const [name, { shape, data }] of rows) {
    const length = shape.reduce((product, n) => product * n, 1);
    if (name === "__metadata__") throw new Error("a tensor cannot be called __metadata__");
    if (length !== data.length) throw new Error(`tensor ${name}: shape [${shape}] of ${data.length} values`);
    const entry = { dtype: "F32", shape, data_offsets: [at, at + data.byteLength] };
    members.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    at += data.byteLength;
  }
  const json = Buffer.from(`{${members.join(",")}}`, "utf8");
  const padded = Math.ceil(json.length / 8) * 8;
  const head = Buffer.alloc(8 + padded, " ");
  head.writeBigUInt64LE(BigInt(padded));
  json.copy(head, 8);
  return head;
}

async function syncFolder(path: string): Promise<void> {
  // Windows has no such call and needs none.
  if (process.platform !== "win32") await withFile(path, "r", (folder) => folder.sync());
}

async function withFile(path: string, flags: string, action: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, flags);
  try {
    await action(file);
  } finally {
    await file.close();
  }
}
