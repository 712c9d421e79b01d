/**
 * The JSON header of a safetensors file, checked whole: bounded, no name twice, known types, every tensor as long as
 * its shape says, and the tensors covering the data exactly, without gap or overlap.
 */
import { z } from "zod";
import { describeError, SeasError } from "../errors.ts";
import { parseStrictJson } from "./strict-json.ts";

const SIZES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
} as const;

/** Element type, under the format's own name. */
type SafetensorsDtype = keyof typeof SIZES;

/** One tensor's place in a file. */
export interface SafetensorsTensor {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  /** Row-major; `[]` is a scalar. */
  readonly shape: readonly number[];
  /** First byte, from the start of the file. */
  readonly offset: number;
  readonly byteLength: number;
}

/** What a header says. */
export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
}

/** Longest header that is read, bytes: the format's own bound. */
export const maxSafetensorsHeader = 100_000_000;

const Metadata = z.record(z.string(), z.string());
const natural = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const Entry = z.strictObject({
  dtype: z.string(),
  shape: z.array(natural).max(32),
  data_offsets: z.tuple([natural, natural]),
});

/**
 * @param path named in errors
 * @param text the header's JSON
 * @param dataStart where the data begin in the file, bytes
 * @param size of the file, bytes
 * @throws SeasError E_FORMAT naming the file, the tensor and the numbers
 */
export function parseSafetensorsHeader(path: string, text: string, dataStart: number, size: number): SafetensorsHeader {
  const fail = (what: string) => new SeasError("E_FORMAT", `${path}: ${what}`);
  let json: unknown;
  try {
    json = parseStrictJson(text);
  } catch (cause) {
    throw new SeasError("E_FORMAT", `${path}: the header is no valid JSON: ${describeError(cause)}`, { cause });
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw fail("the header is no JSON object");

  let metadata: Readonly<Record<string, string>> = {};
  const tensors: SafetensorsTensor[] = [];
  for (const [name, value] of Object.entries(json)) {
    if (name === "__metadata__") {
      const parsed = Metadata.safeParse(value);
      if (!parsed.success) throw fail("__metadata__ does not map strings to strings");
      metadata = parsed.data;
    } else {
      tensors.push(parseEntry(name, value, dataStart, fail));
    }
  }
  let end = dataStart;
  for (const tensor of [...tensors].sort((a, b) => a.offset - b.offset || a.byteLength - b.byteLength)) {
    if (tensor.offset !== end) {
      throw fail(`tensor ${JSON.stringify(tensor.name)} begins at byte ${tensor.offset}, expected ${end}`);
    }
    end += tensor.byteLength;
  }
  if (end !== size) throw fail(`the tensors end at byte ${end}, the file at ${size}`);
  return { metadata, tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])) };
}

function parseEntry(
  name: string,
  value: unknown,
  dataStart: number,
  fail: (what: string) => SeasError,
): SafetensorsTensor {
  const quoted = `tensor ${JSON.stringify(name.slice(0, 80))}`;
  const parsed = Entry.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw fail(`${quoted}: ${issue?.path.map(String).join(".") || "entry"}: ${issue?.message ?? "invalid"}`);
  }
  const { dtype, shape, data_offsets } = parsed.data;
  if (!isDtype(dtype)) throw fail(`${quoted} has the unknown type ${JSON.stringify(dtype.slice(0, 80))}`);
  const [from, to] = data_offsets;
  const needed = shape.reduce((product, n) => product * BigInt(n), BigInt(SIZES[dtype]));
  if (BigInt(to) - BigInt(from) !== needed) {
    throw fail(`${quoted} takes ${to - from} bytes, ${dtype} of shape [${shape}] needs ${needed}`);
  }
  return { name, dtype, shape, offset: dataStart + from, byteLength: to - from };
}

function isDtype(name: string): name is SafetensorsDtype {
  return Object.hasOwn(SIZES, name);
}
