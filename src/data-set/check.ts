/**
 * What can be said of a data set of prompts without knowing where it is from: doubles, leaks between splits, cells, lengths,
 * languages, personal data, rows of suites that are for measuring. Texts are compared by how they look, so that nothing
 * hides behind signs that do not show. Figures and places only: a report of it can be shown where the prompts cannot.
 */
import { findPersonalData, type PersonalKind } from "../data/personal-data.ts";
import { createDuplicateIndex, normaliseText, visibleText } from "../data/similarity.ts";
import { groupBy } from "../group-by.ts";
import { otherLanguage } from "../judges/language.ts";
import { forMeasuringOnly } from "../suites/sources.ts";
import type { MeaningLeak } from "./meaning.ts";
import type { ReadRow } from "./read.ts";
import { leak, nearDuplicate } from "./row.ts";

/** Two splits, and what is in both. */
export interface Leak {
  readonly splits: readonly [string, string];
  /** Texts, clusters and templates in both. */
  readonly texts: number;
  readonly clusters: number;
  readonly templates: number;
  /** Rows of the larger one that are as near as {@link leak} to one of the smaller, the same texts among them. */
  readonly near: number;
  /** 5-gram cosine of the nearest pair. */
  readonly nearest: number;
  /** Places of the first few near pairs. */
  readonly places: readonly (readonly [string, string])[];
}

/** What was found. */
export interface SetReport {
  readonly rows: number;
  /** Rows without a prompt; of the others all else speaks. */
  readonly withoutPrompt: number;
  readonly splits: readonly {
    readonly name: string;
    readonly rows: number;
    /** Rows whose text stood in the split before. */
    readonly duplicates: number;
    /** Rows near another before them, that are no duplicates. */
    readonly nearDuplicates: number;
    /** Rows that were compared for that. */
    readonly compared: number;
    /** Places of the first few doubles. */
    readonly places: readonly string[];
  }[];
  readonly leaks: readonly Leak[];
  /** Category × style cells, where rows have both: how many there could be, are there, and the smallest and largest. */
  readonly cells: { readonly possible: number; readonly filled: number; readonly least: number; readonly most: number };
  readonly categories: ReadonlyMap<string, number>;
  readonly styles: ReadonlyMap<string, number>;
  /** In characters. */
  readonly lengths: { readonly least: number; readonly median: number; readonly p95: number; readonly most: number };
  /** Rows that are surely in another language than English, by its code. */
  readonly otherLanguages: ReadonlyMap<string, number>;
  /** Rows with personal data or secrets, by kind, and the places of the first few. */
  readonly personal: ReadonlyMap<PersonalKind, { readonly rows: number; readonly places: readonly string[] }>;
  /** Rows that say they are from a suite for measuring only, by suite. */
  readonly evaluationOnly: ReadonlyMap<string, number>;
  /** By embeddings; absent where nobody asked for it. */
  readonly meaning?: readonly MeaningLeak[];
}

/** Places that are named of each finding. */
const named = 5;
/** Rows of a split that are compared with each other: beyond, the time grows with the square. */
const mostCompared = 50_000;
/** Characters of a text that are compared. */
const looked = 10_000;

interface Seen extends ReadRow {
  readonly prompt: string;
  /** The text as it looks. */
  readonly visible: string;
}

/** Looks at all rows. */
export function checkSet(rows: readonly ReadRow[]): SetReport {
  const seen = rows.flatMap((row) =>
    row.prompt === undefined ? [] : [{ ...row, prompt: row.prompt, visible: visibleText(row.prompt.slice(0, looked)) }],
  );
  const splits = [...groupBy(seen, ({ split }) => split)];
  const lengths = seen.map(({ prompt }) => prompt.length).sort((a, b) => a - b);
  const at = (share: number) => lengths[Math.min(lengths.length - 1, Math.floor(share * lengths.length))] ?? 0;
  return {
    rows: rows.length,
    withoutPrompt: rows.length - seen.length,
    splits: splits.map(([name, of]) => ({ name, rows: of.length, ...doublesIn(of) })),
    leaks: splits.flatMap(([a, ofA], i) => splits.slice(i + 1).map(([b, ofB]) => leakBetween([a, b], ofA, ofB))),
    cells: cellsOf(seen),
    categories: counts(seen.map(({ category }) => category)),
    styles: counts(seen.map(({ style }) => style)),
    lengths: { least: at(0), median: at(0.5), p95: at(0.95), most: at(1) },
    otherLanguages: counts(seen.map(({ prompt }) => otherLanguage(prompt))),
    personal: personalIn(seen),
    evaluationOnly: counts(
      rows.map(({ source }) => (source !== undefined && forMeasuringOnly.has(source) ? source : undefined)),
    ),
  };
}

/** Whether nothing was found that `--strict` stops at: doubles, leaks, personal data and secrets, rows for measuring only. */
export function isClean({ splits, leaks, personal, evaluationOnly, meaning = [] }: SetReport): boolean {
  return (
    splits.every(({ duplicates, nearDuplicates }) => duplicates + nearDuplicates === 0) &&
    leaks.every((one) => one.texts + one.clusters + one.templates + one.near === 0) &&
    meaning.every(({ near }) => near === 0) &&
    personal.size === 0 &&
    evaluationOnly.size === 0
  );
}

/** How often each value comes, the most frequent first; undefined ones are left out. */
function counts(values: readonly (string | undefined)[]): Map<string, number> {
  const known = values.filter((value) => value !== undefined);
  const each = [...groupBy(known, (value) => value)].map(([value, all]) => [value, all.length] as const);
  return new Map(each.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
}

function doublesIn(rows: readonly Seen[]) {
  const texts = new Set<string>();
  const index = createDuplicateIndex();
  const places: string[] = [];
  let [duplicates, nearDuplicates] = [0, 0];
  for (const { visible, at } of rows) {
    const text = normaliseText(visible);
    const again = texts.has(text);
    const near = !again && texts.size < mostCompared && index.nearest(text).similarity >= nearDuplicate;
    if (again) duplicates++;
    if (near) nearDuplicates++;
    if ((again || near) && places.length < named) places.push(at);
    if (again) continue;
    if (texts.size < mostCompared) index.add(text);
    texts.add(text);
  }
  return { duplicates, nearDuplicates, compared: Math.min(texts.size, mostCompared), places };
}

function leakBetween(splits: readonly [string, string], a: readonly Seen[], b: readonly Seen[]): Leak {
  const [small, large] = a.length <= b.length ? [a, b] : [b, a];
  const shared = (keyOf: (row: Seen) => string | undefined) => {
    const known = new Set(small.map(keyOf));
    return [...new Set(large.map(keyOf))].filter((key) => key !== undefined && known.has(key)).length;
  };
  const held = small.slice(0, mostCompared);
  const index = createDuplicateIndex(held.map(({ visible }) => visible));
  const places: [string, string][] = [];
  let [near, nearest] = [0, 0];
  for (const { visible, at } of large) {
    const { similarity, text } = index.nearest(visible);
    nearest = Math.max(nearest, similarity);
    if (similarity < leak) continue;
    near++;
    if (places.length < named) places.push([at, held.find((row) => row.visible === text)!.at]);
  }
  const texts = shared(({ visible }) => normaliseText(visible));
  const clusters = shared(({ groups }) => groups.cluster);
  return { splits, texts, clusters, templates: shared(({ groups }) => groups.template), near, nearest, places };
}

function cellsOf(rows: readonly Seen[]) {
  const both = rows.filter(({ category, style }) => category !== undefined && style !== undefined);
  const sizes = [...groupBy(both, ({ category, style }) => `${category}\n${style}`).values()].map((of) => of.length);
  const categories = new Set(both.map(({ category }) => category)).size;
  const styles = new Set(both.map(({ style }) => style)).size;
  const extreme = (pick: (a: number, b: number) => number) => sizes.reduce((a, b) => pick(a, b), sizes[0] ?? 0);
  return { possible: categories * styles, filled: sizes.length, least: extreme(Math.min), most: extreme(Math.max) };
}

function personalIn(rows: readonly Seen[]) {
  const found = new Map<PersonalKind, { rows: number; readonly places: string[] }>();
  for (const { prompt, at } of rows) {
    for (const kind of findPersonalData(prompt).keys()) {
      const of = found.get(kind) ?? { rows: 0, places: [] };
      found.set(kind, of);
      of.rows++;
      if (of.places.length < named) of.places.push(at);
    }
  }
  return found;
}
