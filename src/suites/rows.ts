/** From a file's rows to a suite's: read by its importer, given ids, counted where they hold no prompt of their own. */
import { hashId } from "../data/ids.ts";
import { normaliseText } from "../data/similarity.ts";
import { SeasError } from "../errors.ts";
import { type PlacedRow, type Row, readTable } from "../formats/table.ts";
import type { SuiteSource } from "./source.ts";
import { readPlain } from "./sources/plain.ts";
import { suiteSources } from "./sources.ts";
import type { SuiteRow } from "./suite-row.ts";

/** Rows of a suite while its files are read, one after another. */
export interface SuiteRows {
  readonly rows: SuiteRow[];
  /** Published rows that became none, by reason. */
  readonly passedOver: Map<string, number>;
  /** How often each prompt came. */
  readonly seen: Map<string, number>;
}

/** More rows than anybody measures on: the file is not what was meant, or its packing hides its size. */
const maxRows = 500_000;

/**
 * Adds a file's rows.
 *
 * @param source the importer; without one the file is a plain one of {prompt}
 * @param name of the suite, for ids and for rows that name no source
 * @throws SeasError E_DATA naming the place of the first row that is broken, or a file without rows; E_USAGE for another kind of
 *   file
 */
export async function addRows(into: SuiteRows, file: string, source: SuiteSource | undefined, name: string) {
  const before = into.rows.length + total(into.passedOver);
  for await (const placed of readTable(file)) {
    if (into.rows.length >= maxRows) throw new SeasError("E_DATA", `${file}: over ${maxRows} rows`);
    addRow(into, placed, source, name);
  }
  if (into.rows.length + total(into.passedOver) === before) {
    throw new SeasError("E_DATA", `${file}: no rows`, { hint: "a suite has a prompt in each row" });
  }
}

function addRow(
  { rows, passedOver, seen }: SuiteRows,
  { value, at }: PlacedRow,
  source: SuiteSource | undefined,
  name: string,
) {
  const passOver = (reason: string) => passedOver.set(reason, (passedOver.get(reason) ?? 0) + 1);
  const read = placed(at, value, source);
  if ("passedOver" in read) return passOver(read.passedOver);
  const times = seen.get(read.prompt) ?? 0;
  seen.set(read.prompt, times + 1);
  if (times > 0 && source?.onePerPrompt === true) return passOver("prompt that came before");
  const { prompt, expected, category, meta } = read;
  const from = read.source ?? name;
  rows.push({
    id: hashId("suite", from, prompt, times),
    prompt,
    expected,
    category,
    clusterId: read.clusterId ?? hashId("suite-cluster", from, normaliseText(read.cluster ?? prompt)),
    source: from,
    ...(read.style !== undefined && { style: read.style }),
    ...(meta !== undefined && { meta }),
  });
}

type Read = ReturnType<SuiteSource["read"]> &
  Partial<Pick<ReturnType<typeof readPlain>, "source" | "clusterId" | "style">>;

/** The row as its importer reads it; what it finds wrong is said with the place. */
function placed(at: string, row: Row, source: SuiteSource | undefined): Read {
  try {
    return source === undefined ? readPlain(row) : source.read(row);
  } catch (cause) {
    if (!(cause instanceof SeasError)) throw cause;
    const others = source === undefined && !("prompt" in row) ? readersOf(row) : [];
    const named = others.map((other) => `\`${other}:FILE\``).join(" or ");
    const hint = [
      ...(cause.hint === undefined ? [] : [cause.hint]),
      ...(named === "" ? [] : [`named ${named} it is read`]),
    ];
    throw new SeasError("E_DATA", `${at}: ${cause.message}`, {
      ...(hint.length > 0 && { hint: hint.join("; ") }),
      cause,
    });
  }
}

/** The known suites that have rows of this form. */
function readersOf(row: Row): string[] {
  return suiteSources
    .filter(({ read }) => {
      try {
        read(row);
        return true;
      } catch {
        return false;
      }
    })
    .map(({ name }) => name);
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, n) => sum + n, 0);
}
