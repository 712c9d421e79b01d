/**
 * Tables of rows in the formats that people keep them in, told by the file's name: JSON Lines, CSV, Parquet; read are also
 * JSON arrays, tab-separated values, and the texts among them packed as `.gz`. A row keeps all its columns, so that what is
 * added to it can be written beside what was there.
 */
import { extname } from "node:path";
import { parse } from "csv-parse";
import { stringify } from "csv-stringify/sync";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, toJson } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { z } from "zod";
import { describeError, SeasError } from "../errors.ts";
import { isJsonArray, readJsonArray } from "./json-array.ts";
import { readJsonl, stringifyJsonl } from "./jsonl.ts";
import { readUnpacked } from "./unpacked.ts";
import { writeWholeFile } from "./whole-file.ts";

export type Row = Readonly<Record<string, unknown>>;

/** A row, and where it stands, for messages. */
export interface PlacedRow {
  readonly value: Row;
  /** `file:line`, or for Parquet and JSON arrays `file, row n`. */
  readonly at: string;
}

const AnyRow = z.record(z.string(), z.unknown());

/** Longest row, and most rows of a Parquet file in memory at once. */
const maxRowBytes = 2 ** 24;
const rowsAtOnce = 1000;

/**
 * The rows of a file, one after another. Of CSV and TSV the first line names the columns, and every value is text.
 *
 * @throws SeasError E_USAGE for another kind of file, E_DATA with file, place and reason for damaged ones
 */
export async function* readTable(path: string): AsyncGenerator<PlacedRow> {
  const kind = kindOf(path.replace(/(\.(?:jsonl|json|csv|tsv))\.gz$/i, "$1"), readable);
  try {
    if (kind === ".parquet") yield* parquetRows(path);
    else if (kind === ".csv" || kind === ".tsv") yield* separatedRows(path, kind);
    else if (await isJsonArray(path)) yield* arrayRows(path);
    else {
      for await (const { value, line } of readJsonl(path, AnyRow, { maxLineBytes: maxRowBytes }))
        yield { value, at: `${path}:${line}` };
    }
  } catch (cause) {
    if (cause instanceof SeasError) throw cause;
    throw new SeasError("E_DATA", `${path}: cannot be read as ${kind.slice(1)}: ${describeError(cause)}`, { cause });
  }
}

async function* separatedRows(path: string, kind: ".csv" | ".tsv"): AsyncGenerator<PlacedRow> {
  const parser = parse({
    bom: true,
    columns: true,
    info: true,
    skip_empty_lines: true,
    max_record_size: maxRowBytes,
    // Between tabs a quotation mark is often a character like any other.
    ...(kind === ".tsv" && { delimiter: "\t", relax_quotes: true }),
  });
  const file = readUnpacked(path);
  file.on("error", (error) => parser.destroy(error));
  for await (const { record, info } of file.pipe(parser) as AsyncIterable<{ record: Row; info: { lines: number } }>)
    yield { value: record, at: `${path}:${info.lines}` };
}

async function* arrayRows(path: string): AsyncGenerator<PlacedRow> {
  for (const [i, value] of (await readJsonArray(path)).entries()) {
    const row = AnyRow.safeParse(value);
    if (!row.success) throw new SeasError("E_DATA", `${path}, row ${i + 1}: no object of columns`);
    yield { value: row.data, at: `${path}, row ${i + 1}` };
  }
}

async function* parquetRows(path: string): AsyncGenerator<PlacedRow> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const count = Number(metadata.num_rows);
  for (let rowStart = 0; rowStart < count; rowStart += rowsAtOnce) {
    const rows = await parquetReadObjects({ file, metadata, rowStart, rowEnd: Math.min(count, rowStart + rowsAtOnce) });
    for (const [i, row] of rows.entries()) yield { value: toJson(row) as Row, at: `${path}, row ${rowStart + i + 1}` };
  }
}

/** What stands in a column of a Parquet file. */
export type ColumnType = "STRING" | "INT32" | "DOUBLE" | "BOOLEAN" | "JSON";

/**
 * Writes rows as `path`'s name says, whole or not at all. In CSV an inner object becomes columns of its own (`verdict.label`),
 * and text that a spreadsheet would take for a formula gets an apostrophe before it; in Parquet what is no text, number or
 * boolean is JSON.
 *
 * @param types the columns of a Parquet file, for files that shall have the same ones whatever is in them. @default as the rows are
 * @throws SeasError E_USAGE for another kind of file, E_DISK when it cannot be written
 */
export async function writeTable(
  path: string,
  rows: readonly Row[],
  types?: Readonly<Record<string, ColumnType>>,
): Promise<void> {
  const kind = kindOf(path, writable);
  await writeWholeFile(path, async (file) => {
    if (kind === ".parquet") {
      return file.writeFile(new Uint8Array(parquetWriteBuffer({ columnData: columnsOf(rows, types) })));
    }
    if (kind === ".jsonl") {
      for (const row of rows) await file.writeFile(`${stringifyJsonl(row)}\n`);
      return;
    }
    const flat = rows.map(flattened);
    const columns = [...new Set(flat.flatMap((row) => Object.keys(row)))];
    await file.writeFile(stringify(flat, { header: true, columns, escape_formulas: true, cast: { boolean: String } }));
  });
}

function flattened(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) =>
      AnyRow.safeParse(value).success && !Array.isArray(value)
        ? Object.entries(value as Row).map(([inner, its]) => [`${name}.${inner}`, its] as const)
        : [[name, value] as const],
    ),
  );
}

function columnsOf(rows: readonly Row[], types?: Readonly<Record<string, ColumnType>>) {
  const names = types === undefined ? [...new Set(rows.flatMap((row) => Object.keys(row)))] : Object.keys(types);
  return names.map((name) => {
    const data = rows.map((row) => row[name] ?? null);
    return { name, data, type: types?.[name] ?? typeOf(data) };
  });
}

function typeOf(data: readonly unknown[]): ColumnType {
  const kinds = new Set(data.filter((value) => value !== null).map((value) => typeof value));
  const [kind] = kinds.size === 1 ? kinds : ["object"];
  return ({ string: "STRING", number: "DOUBLE", boolean: "BOOLEAN" } as const)[kind as "string"] ?? "JSON";
}

const writable = [".jsonl", ".csv", ".parquet"] as const;
const readable = [...writable, ".json", ".tsv"] as const;

/**
 * Before the work whose rows shall go there.
 *
 * @throws SeasError E_USAGE where {@link writeTable} cannot write a file of this name
 */
export function requireWritableTable(path: string): void {
  kindOf(path, writable);
}

function kindOf<K extends string>(path: string, kinds: readonly K[]): K {
  const ending = extname(path).toLowerCase();
  const kind = kinds.find((known) => known === ending);
  if (kind !== undefined) return kind;
  throw new SeasError("E_USAGE", `${path}: \`${ending}\` is no kind of table that is known`, {
    hint: ending === ".xz" ? "unpack it first: xz -d" : `its name must end with ${kinds.join(", ")}`,
  });
}
