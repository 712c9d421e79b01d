/**
 * Which rows a judge is trained on: labelled ones, each source with its unsafe and safe answers in balance where it has enough of
 * both; the same rewritten; rows of our own; and requests alone.
 */
import { groupBy } from "../../group-by.ts";
import { createRandom, type Random } from "../../random.ts";
import { rewrittenRows } from "./composed/rewritten.ts";
import type { TrainingRow } from "./rows.ts";

export interface RowsOptions {
  readonly seed: number;
  /** Most labelled answers of one source. */
  readonly perSource: number;
  /** Rewritten rows as a share of the labelled ones. */
  readonly rewritten: number;
  /** Rows of our own as a share of the labelled ones. */
  readonly own: number;
  /** Most requests alone of one source. */
  readonly requestsPerSource: number;
}

/** Safe answers for each unsafe one of a source, at the most: some sources hold few unsafe ones, and many refusals that are alike. */
const safeForUnsafe = 12;
/** Most answers of a source that has no unsafe ones at all. */
const safeOnly = 500;

/**
 * Rows to train on, in no order. A source is what stands before the first slash of a row's source.
 *
 * @param own as composed/own-requests.ts makes them
 */
export function trainingRows(
  labelled: readonly TrainingRow[],
  own: readonly TrainingRow[],
  options: RowsOptions,
): TrainingRow[] {
  const random = createRandom(`judge/rows/${options.seed}`);
  const [answers, requests] = parted(labelled);
  const [ownAnswers, ownRequests] = parted(own);
  const balanced = [...groupBy(withoutCopies(answers), sourceOf).values()].flatMap((rows) =>
    inBalance(rows, options.perSource, random),
  );
  const help = [...balanced, ...ownAnswers].flatMap(({ response, asks, declines, unsafe }) =>
    response !== undefined && asks === 0 && declines === 0 && unsafe === 0 ? [response] : [],
  );
  const composed = Math.min(ownAnswers.length, Math.round(options.own * balanced.length));
  return [
    ...balanced,
    ...rewrittenRows(balanced, help, options.rewritten, options.seed),
    ...random.sample(ownAnswers, composed),
    ...ownRequests,
    // Harmless ones twice, bare or wrapped by chance: they are fewer than harmful ones, and others' teach more than ours.
    ...[...groupBy(requests, sourceOf).values()]
      .flatMap((rows) => random.sample(rows, Math.min(rows.length, options.requestsPerSource)))
      .flatMap((row) => (row.asks === 0 ? [row, row] : [row])),
  ];
}

/** Answers, and requests alone. */
function parted(rows: readonly TrainingRow[]): [answers: TrainingRow[], requests: TrainingRow[]] {
  return [rows.filter(({ response }) => response !== undefined), rows.filter(({ response }) => response === undefined)];
}

/** As many unsafe as safe answers where a source has many of both; of a lopsided one at most `safeForUnsafe` safe ones each. */
function inBalance(rows: readonly TrainingRow[], most: number, random: Random): TrainingRow[] {
  const unsafe = rows.filter((row) => row.unsafe === 1);
  const safe = rows.filter((row) => row.unsafe === 0);
  const few = Math.min(unsafe.length, safe.length);
  const isLopsided = 4 * few < Math.max(unsafe.length, safe.length);
  const harmful = Math.min(unsafe.length, Math.floor(most / 2));
  const harmless = isLopsided
    ? Math.min(safe.length, unsafe.length === 0 ? safeOnly : Math.max(safeForUnsafe * unsafe.length, 150))
    : Math.min(safe.length, Math.floor(most / 2), Math.max(harmful, Math.floor(1.2 * few)));
  return [...random.sample(unsafe, harmful), ...random.sample(safe, harmless)];
}

/** Who labelled a row; what stands behind a slash, such as the attack that drew its answer, is passed over. */
export function sourceOf({ source }: TrainingRow): string {
  return source.split("/")[0]!;
}

/** The same short refusal stands in files hundreds of times. */
function withoutCopies(rows: readonly TrainingRow[]): TrainingRow[] {
  return [...new Map(rows.map((row) => [`${row.cluster}\n${row.response}`, row])).values()];
}
