/** Which rows a judge is trained on: labelled ones with unsafe and safe in balance, some of them rewritten, and rows of our own. */
import { groupBy } from "../../group-by.ts";
import { createRandom } from "../../random.ts";
import type { TrainingRow } from "./rows.ts";
import { withoutShortcuts } from "./shortcuts.ts";

export interface RowsOptions {
  readonly seed: number;
  /** Most labelled rows of one source, half of them unsafe. */
  readonly perSource: number;
  /** Rewritten rows as a share of the labelled ones. */
  readonly shortcuts: number;
  /** Rows of our own as a share of the labelled ones. */
  readonly own: number;
}

/**
 * Rows to train on, in no order. A source is what stands before the first slash of a row's source.
 *
 * @param own as own-rows.ts makes them
 */
export function trainingRows(
  labelled: readonly TrainingRow[],
  own: readonly TrainingRow[],
  options: RowsOptions,
): TrainingRow[] {
  const random = createRandom(`judge/rows/${options.seed}`);
  const balanced = [...groupBy(withoutCopies(labelled), sourceOf).values()].flatMap((rows) => {
    const unsafe = rows.filter((row) => row.unsafe === 1);
    const safe = rows.filter((row) => row.unsafe === 0);
    const each = Math.min(Math.floor(options.perSource / 2), unsafe.length, safe.length);
    return [...random.sample(unsafe, each), ...random.sample(safe, each)];
  });
  return [
    ...balanced,
    ...withoutShortcuts(balanced, options.shortcuts, options.seed),
    ...random.sample(own, Math.min(own.length, Math.round(options.own * balanced.length))),
  ];
}

/** Who labelled a row, and with which attack its answer was had, where the file says: `source/method/…`. */
export function sourceOf({ source }: TrainingRow): string {
  return source.split("/")[0]!;
}

export function methodOf({ source }: TrainingRow): string {
  return source.split("/")[1] ?? "";
}

/** The same short refusal stands in files hundreds of times. */
function withoutCopies(rows: readonly TrainingRow[]): TrainingRow[] {
  return [...new Map(rows.map((row) => [`${row.cluster}\n${row.response}`, row])).values()];
}
