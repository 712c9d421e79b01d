/**
 * A data set of anybody's to look at: a file of rows, or a folder of such files. A row's split is its own column's, else
 * what its file is called (`data/train-00000-of-00001.parquet`, `test.jsonl`); a folder that is not `data` stands before it.
 * Where one part is there in several formats, one of them is read.
 */
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { describeError, SeasError } from "../errors.ts";
import { type Row, readTable } from "../formats/table.ts";
import { groupBy } from "../group-by.ts";

/** A row as far as it is looked at. */
export interface ReadRow {
  /** Place, for messages. */
  readonly at: string;
  /** Undefined = the row has none. */
  readonly prompt: string | undefined;
  readonly split: string;
  readonly category: string | undefined;
  readonly style: string | undefined;
  readonly source: string | undefined;
  /** Columns whose values must not be in two splits. */
  readonly groups: Readonly<Record<"cluster" | "template", string | undefined>>;
}

/** More rows than can be compared. */
const maxRows = 500_000;
/** More files than a data set has: the folder is not what was meant. */
const maxFiles = 1000;
/** Formats, the first is read where there are several of one part. */
const formats = [".parquet", ".jsonl", ".json", ".csv", ".tsv"];

/**
 * The rows of a file or folder.
 *
 * @throws SeasError E_USAGE when there is none, E_DATA for damaged ones
 */
export async function readSet(path: string): Promise<{ readonly rows: ReadRow[]; readonly files: readonly string[] }> {
  const found = await stat(path).catch((cause) => {
    throw new SeasError("E_USAGE", `${path} cannot be read: ${describeError(cause)}`, { cause });
  });
  const folder = found.isDirectory();
  const files = folder ? await partsOf(path) : [basename(path)];
  const rows: ReadRow[] = [];
  for (const file of files) {
    const split = splitOf(file, folder);
    for await (const { value, at } of readTable(folder ? join(path, file) : path)) {
      if (rows.length >= maxRows) throw new SeasError("E_DATA", `${path}: over ${maxRows} rows`);
      rows.push(readRow(value, at, split));
    }
  }
  return { rows, files };
}

function readRow(value: Row, at: string, split: string): ReadRow {
  const text = (...names: readonly string[]) => {
    const name = names.find((one) => typeof value[one] === "string" && value[one] !== "");
    return name === undefined ? undefined : (value[name] as string);
  };
  return {
    ...{ at, prompt: promptOf(value.prompt), category: text("category"), style: text("style"), source: text("source") },
    split: inFolder(split, text("split")),
    groups: { cluster: text("cluster", "clusterId"), template: text("template") },
  };
}

/** A text, or the messages of a conversation as TRL has them. */
function promptOf(prompt: unknown): string | undefined {
  if (typeof prompt === "string") return prompt.trim() === "" ? undefined : prompt;
  if (!Array.isArray(prompt)) return undefined;
  const contents = prompt.map((message: { readonly content?: unknown } | null) => message?.content);
  return promptOf(contents.filter((content) => typeof content === "string").join("\n"));
}

/** The split that a row names goes before the file's, the folder's name stays. */
function inFolder(ofFile: string, ofRow: string | undefined): string {
  if (ofRow === undefined) return ofFile;
  return ofFile.includes("/") ? `${ofFile.slice(0, ofFile.lastIndexOf("/"))}/${ofRow}` : ofRow;
}

/** `train` of `data/train-00000-of-00001.parquet`, `look-alikes/test` of `look-alikes/test.jsonl`; a file alone is `all`. */
function splitOf(file: string, inSet: boolean): string {
  const stem = stemOf(file);
  const name = basename(stem);
  const split = /(?:^|[-_.])(train|test|validation|valid|dev|eval)(?:$|[-_.])/i.exec(name)?.[1]?.toLowerCase();
  if (!inSet) return split ?? "all";
  const above = dirname(stem).replaceAll("\\", "/");
  return above === "." || above === "data" ? (split ?? name) : `${above}/${split ?? name}`;
}

/** Without format and number of the shard. */
function stemOf(file: string): string {
  const plain = file.replace(/\.gz$/i, "");
  return plain.slice(0, plain.length - extname(plain).length).replace(/-\d{5}-of-\d{5}$/, "");
}

async function partsOf(folder: string): Promise<string[]> {
  const all = await readdir(folder, { recursive: true });
  const names = all.filter((name) => formats.includes(formatOf(name)) && basename(name) !== "dataset_infos.json");
  if (names.length === 0) {
    throw new SeasError("E_USAGE", `${folder}: no file of rows in it`, { hint: `looked for ${formats.join(", ")}` });
  }
  if (names.length > maxFiles) throw new SeasError("E_USAGE", `${folder}: ${names.length} files, at most ${maxFiles}`);
  return [...groupBy(names.sort(), stemOf).values()].flatMap((same) => {
    const best = formats.find((format) => same.some((name) => formatOf(name) === format));
    return same.filter((name) => formatOf(name) === best);
  });
}

function formatOf(name: string): string {
  return extname(name.replace(/\.gz$/i, "")).toLowerCase();
}
