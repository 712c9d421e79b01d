/**
 * A safety data set of any size from our own material, and from runs: prompts to train and to test with, and harmless
 * look-alikes. The paper's counts are 16,000, 2,000 and 300 (section 3). Departs from it: the two sides share neither what is
 * asked nor how, every category × style cell has the same share, and near-duplicates and personal data are left out.
 * The same options and runs make the same data set.
 */
import { lookAlikes } from "../data/look-alikes.ts";
import { takePrompts } from "../data/prompts.ts";
import { createDuplicateIndex, visibleText } from "../data/similarity.ts";
import { nearestAcross } from "../data/split.ts";
import { createRandom } from "../random.ts";
import { fillCells, type LeftOut, nothingTaken, type ShortCell, type Taken, take } from "./fill.ts";
import { cellsOf } from "./own-prompts.ts";
import { type LookAlikeRow, leak, nearDuplicate, type SetRow } from "./row.ts";
import { type RunPrompts, readRunPrompts, type Tally } from "./run-prompts.ts";

/** What to build. */
export interface BuildOptions {
  /** Prompts in all; one in nine is for the test, as in the paper. */
  readonly size: number;
  /** @default 300, the paper's */
  readonly lookAlikes?: number;
  /** Of every random choice. @default 1 */
  readonly seed?: number;
  /** Run folders whose Red Teams' prompts go in: at most half of the training prompts. @default none */
  readonly runs?: readonly string[];
  readonly signal?: AbortSignal;
}

/** What the two sides have in common: the counts must be 0. */
export interface SetLeaks {
  readonly sharedClusters: number;
  readonly sharedTemplates: number;
  readonly sharedTexts: number;
  /** 5-gram cosine of the most similar training and test prompt, 0 … 1. */
  readonly nearest: number;
}

/** A built data set. */
export interface DataSet {
  readonly options: { readonly size: number; readonly lookAlikes: number; readonly seed: number };
  readonly train: readonly SetRow[];
  readonly test: readonly SetRow[];
  readonly lookAlikes: readonly LookAlikeRow[];
  /** Cells with fewer prompts than their share. */
  readonly short: readonly ShortCell[];
  readonly leftOut: LeftOut;
  readonly leaks: SetLeaks;
  readonly runs: readonly (Omit<RunPrompts, "rows"> & { readonly written: number; readonly taken: number })[];
}

/**
 * Builds the data set.
 *
 * @throws SeasError as {@link readRunPrompts}, and the reason of an aborted signal
 */
export async function buildDataSet(options: BuildOptions): Promise<DataSet> {
  const { size, seed = 1, signal } = options;
  const wanted = { test: Math.round(size / 9), train: size - Math.round(size / 9) };
  const tallies = new Map<string, Tally>();
  const runs: RunPrompts[] = [];
  for (const dir of options.runs ?? []) runs.push(await readRunPrompts(dir, tallies));

  const taken = nothingTaken();
  const common = { seed, ...(signal !== undefined && { signal }) };
  const test = await fillCells(cellsOf("test", seed), wanted.test, taken, { ...common, split: "test" });
  const written = fromRuns(runs, test.rows, Math.floor(wanted.train / 2), taken, seed);
  const own = await fillCells(cellsOf("train", seed), wanted.train - written.length, taken, {
    ...common,
    split: "train",
  });

  const judged = (row: SetRow): SetRow => {
    const tally = tallies.get(row.id);
    if (tally === undefined) return row;
    const { safe, unsafe, unscored, judges } = tally;
    return { ...row, safe, unsafe, unscored, judge: [...judges].sort().join(", ") };
  };
  const train = [...own.rows, ...written].map(judged);
  return {
    options: { size, lookAlikes: options.lookAlikes ?? 300, seed },
    train,
    test: test.rows.map(judged),
    lookAlikes: harmless(options.lookAlikes ?? 300, seed),
    short: [...own.short, ...test.short],
    leftOut: taken.leftOut,
    leaks: leaksOf(train, test.rows),
    runs: runs.map(({ name, ofOthers, rows }) => {
      const ids = new Set(rows.map(({ id }) => id));
      return { name, ofOthers, written: rows.length, taken: written.filter(({ id }) => ids.has(id)).length };
    }),
  };
}

/** Prompts of Red Teams, evenly over categories, that are near nothing taken and no test prompt. */
function fromRuns(runs: readonly RunPrompts[], test: readonly SetRow[], most: number, taken: Taken, seed: number) {
  // Runs of one seed may have written the same.
  const rows = [...new Map(runs.flatMap((run) => run.rows).map((row) => [row.id, row])).values()];
  const held = createDuplicateIndex(test.map(({ prompt }) => visibleText(prompt)));
  const chosen: SetRow[] = [];
  for (const row of takePrompts(rows, rows.length, `data-set/${seed}/runs`)) {
    if (chosen.length >= most) break;
    if (held.nearest(visibleText(row.prompt)).similarity >= leak) taken.leftOut.nearTest++;
    else if (take(taken, row.prompt)) chosen.push(row);
  }
  return chosen;
}

/** What two sides share. */
export function leaksOf(train: readonly SetRow[], test: readonly SetRow[]): SetLeaks {
  const shared = (keyOf: (row: SetRow) => string | null) => {
    const seen = new Set(train.map(keyOf));
    return [...new Set(test.map(keyOf))].filter((key) => key !== null && seen.has(key)).length;
  };
  const seen = (rows: readonly SetRow[]) => rows.map(({ prompt }) => visibleText(prompt));
  return {
    sharedClusters: shared(({ cluster }) => cluster),
    sharedTemplates: shared(({ template }) => template),
    sharedTexts: shared(({ prompt }) => visibleText(prompt)),
    nearest: nearestAcross(seen(train), seen(test)).similarity,
  };
}

/** Look-alikes at random, none near another; which of them train and which test is fixed. */
function harmless(count: number, seed: number): LookAlikeRow[] {
  const { train, test } = lookAlikes();
  const all = [
    ...train.map((row) => ({ ...row, split: "train" as const })),
    ...test.map((row) => ({ ...row, split: "test" as const })),
  ];
  const index = createDuplicateIndex();
  const chosen = new Set<string>();
  for (const { id, text } of createRandom(`data-set/${seed}/look-alikes`).shuffle(all)) {
    if (chosen.size >= count || index.nearest(text).similarity >= nearDuplicate) continue;
    index.add(text);
    chosen.add(id);
  }
  return all
    .filter(({ id }) => chosen.has(id))
    .map(({ id, text, style, split, cluster, answer }) => ({ id, prompt: text, style, split, cluster, answer }));
}
