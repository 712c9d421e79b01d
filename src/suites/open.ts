/**
 * A suite by name or place: `xstest` from the hub, `xstest:FILE` of that form from a file, `hf:org/dataset/path` or a FILE of
 * {prompt} rows. Nothing is downloaded that was not named; what comes from the hub stays in the cache, with its commit and hash.
 */
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { sha256OfFile } from "../engine/base/cache.ts";
import { type HubFileName, type HubFileOptions, hubFile } from "../engine/base/hub-file.ts";
import { SeasError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { addRows, type SuiteRows } from "./rows.ts";
import type { SuiteSource } from "./source.ts";
import { suiteSources } from "./sources.ts";
import type { SuiteRow } from "./suite-row.ts";

/** Prompts with what is expected, and where they come from. */
export interface Suite {
  readonly name: string;
  readonly rows: readonly SuiteRow[];
  readonly files: readonly SuiteFile[];
  /** Published rows that became none of the suite's, by reason. */
  readonly passedOver: ReadonlyMap<string, number>;
  readonly licence: string | undefined;
}

/** A file that rows came from. */
export interface SuiteFile {
  readonly file: string;
  readonly sha256: string;
  /** One line: the path, or data set, path and commit on the hub. */
  readonly origin: string;
}

/** Where the parts of a suite are, before anything is read. */
interface Place {
  readonly name: string;
  readonly source: SuiteSource | undefined;
  readonly parts: readonly (string | HubFileName)[];
}

/**
 * All rows of a suite, in the order of its files.
 *
 * @param spec `xstest`, `xstest:./prompts.csv`, `./prompts.jsonl`, `hf:org/dataset/path.csv`, `xstest:hf:org/dataset/path.csv`;
 *   `hf:org/dataset@REVISION/path` for another commit than the newest
 * @throws SeasError E_USAGE for a name that is not known, with the nearest; E_NETWORK where the hub cannot be reached, with the
 *   file to fetch by hand; E_DATA for a broken row, with its place
 */
export async function openSuite(spec: string, options: HubFileOptions): Promise<Suite> {
  const { name, source, parts } = await placeOf(spec);
  const into: SuiteRows = { rows: [], passedOver: new Map(), seen: new Map() };
  const files: SuiteFile[] = [];
  for (const part of parts) {
    options.signal?.throwIfAborted();
    const found =
      typeof part === "string" ? await localFile(part, options.signal) : await fetched(part, source, options);
    await addRows(into, found.file, source, name);
    files.push(found);
  }
  return { name, rows: into.rows, files, passedOver: into.passedOver, licence: source?.licence };
}

async function placeOf(spec: string): Promise<Place> {
  const sourceOf = (name: string) => suiteSources.find((known) => known.name === name.toLowerCase());
  const whole = sourceOf(spec);
  if (whole !== undefined) {
    const { dataset, paths } = whole.hub;
    return { name: whole.name, source: whole, parts: paths.map((path) => ({ dataset, path })) };
  }
  // One letter before a colon is a drive of Windows.
  const [, before = "", after = ""] = /^([A-Za-z][\w-]+):(.+)$/.exec(spec) ?? [];
  const form = sourceOf(before);
  if (form !== undefined) return { name: form.name, source: form, parts: [partOf(after)] };
  if (before === "hf") return { name: nameOf(spec), source: undefined, parts: [partOf(spec)] };
  const isFile = (await isThere(spec)) || (before === "" && (/[\\/]/.test(spec) || /\.\w+$/.test(spec)));
  if (isFile) return { name: nameOf(spec), source: undefined, parts: [spec] };
  throw unknown(before === "" ? spec : before, after);
}

/** A file here, or on the hub where it begins with `hf:`. */
function partOf(place: string): string | HubFileName {
  if (!place.startsWith("hf:")) return place;
  const [, dataset, revision, path] = /^hf:([^/@]+\/[^/@]+)(?:@([^/]+))?\/(.+)$/.exec(place) ?? [];
  if (dataset === undefined || path === undefined) {
    throw new SeasError("E_USAGE", `\`${place}\` names no file on the hub`, {
      hint: "hf:organisation/dataset/path/of/file.csv, or hf:organisation/dataset@commit/path/of/file.csv",
    });
  }
  return { dataset, path, revision };
}

async function fetched(
  part: HubFileName,
  source: SuiteSource | undefined,
  options: HubFileOptions,
): Promise<SuiteFile> {
  try {
    const { file, sha256, revision } = await hubFile(part, options);
    return { file, sha256, origin: `Hugging Face hub, ${part.dataset}/${part.path} at ${revision.slice(0, 12)}` };
  } catch (cause) {
    if (!(cause instanceof SeasError) || cause.code !== "E_NETWORK") throw cause;
    const { file, page } = source?.original ?? { file: basename(part.path), page: source?.card };
    const named = source === undefined ? `./${file}` : `${source.name}:./${file}`;
    const byHand = `fetch ${file} by hand${page === undefined ? "" : ` (${page})`} and name it \`${named}\``;
    throw new SeasError(cause.code, cause.message, {
      hint: cause.hint === undefined ? byHand : `${cause.hint}; or ${byHand}`,
      cause: cause.cause,
      retryable: cause.retryable,
    });
  }
}

async function localFile(file: string, signal: AbortSignal | undefined): Promise<SuiteFile> {
  if (!(await isThere(file))) {
    throw new SeasError("E_USAGE", `${file}: there is no such file`, { hint: `or a suite by name: ${names}` });
  }
  return { file, sha256: await sha256OfFile(file, signal), origin: file };
}

function unknown(name: string, after: string): SeasError {
  const near = nearest(
    name,
    suiteSources.map((source) => source.name),
  );
  const meant = near === undefined ? "" : `did you mean \`${near}${after === "" ? "" : `:${after}`}\`? `;
  return new SeasError("E_USAGE", `no suite \`${name}\``, { hint: `${meant}known are ${names}; or a file's path` });
}

const names = suiteSources.map((source) => source.name).join(", ");

function nameOf(place: string): string {
  return basename(place.replaceAll("\\", "/")).replace(/\.\w+(\.gz)?$/, "");
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
