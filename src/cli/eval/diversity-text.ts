/** The table that `seas eval --diversity` ends with: a row a figure, a column a set; what cannot be told is a dash. */
import type { Cells } from "../../eval/cells.ts";
import type { DiversityFigures } from "../../eval/diversity.ts";
import type { Score } from "../../records.ts";
import { count, counted, table } from "../format.ts";
import { terminalSafe } from "../terminal.ts";

/** A set of prompts as the table names it. */
export interface ShownSet {
  readonly name: string;
  /** Prompts that it has. */
  readonly of: number;
  readonly cells: Cells | undefined;
}

/** Empty cells that are named on a line. */
const named = 12;

/**
 * The table and what goes with it.
 *
 * @param embedder name of the model
 * @param seed of the draws
 */
export function diversityText(
  sets: readonly ShownSet[],
  { size, measured, scores }: DiversityFigures,
  embedder: string,
  seed: number,
): string {
  const row = (title: string, metric: string, against?: string) => [
    title,
    ...sets.map(({ name }) =>
      cell(scores.find((s) => s.suite === name && s.metric === metric && s.against === against)),
    ),
  ];
  const others = sets.length < 2 ? [] : sets;
  const rows = [
    ["", ...sets.map(({ name }) => short(name))],
    ["prompts", ...sets.map(({ of }, i) => `${measured[i]! < of ? `${count(measured[i]!)} of ` : ""}${count(of)}`)],
    row("similarity to the nearest of the set *", "nearest-minilm"),
    ...others.map(({ name }, i) => row(`   of the ${count(measured[i]!)} of ${short(name)}`, "nearest-minilm", name)),
    row("1 − similarity by 5-grams *", "diversity"),
    row("different words / words *", "distinct-1"),
    row("different word pairs / word pairs *", "distinct-2"),
    row("self-BLEU *", "self-bleu"),
    [
      "category × style cells",
      ...sets.map(({ cells }) => (cells ? `${count(cells.filled)} of ${count(cells.of)}` : "–")),
    ],
  ];
  return [
    table(rows),
    ...sets.flatMap(({ name, cells }) => (cells && cells.empty.length > 0 ? [emptyLine(name, cells.empty)] : [])),
    ...sets.flatMap(({ name, cells }) =>
      cells && cells.outside > 0 ? [`${short(name)}: ${counted(cells.outside, "prompt")} in no cell`] : [],
    ),
    "",
    `similarity: cosine by ${embedder}, lower is more different; [95 % intervals] draw clusters of prompts`,
    `* as of ${counted(size, "prompt")} of each set, as many as the smallest has: tables with another number do not compare (seed ${seed})`,
  ].join("\n");
}

function emptyLine(name: string, empty: readonly string[]): string {
  const rest = empty.length - named;
  const list = empty.slice(0, named).map((each) => terminalSafe(each, 80));
  return `${short(name)} has no prompt in: ${list.join(", ")}${rest > 0 ? ` and ${count(rest)} more cells` : ""}`;
}

function short(name: string): string {
  return terminalSafe(name, 40);
}

/** `0.61 [0.58–0.64]` */
function cell(score: Score | undefined): string {
  if (score === undefined || score.value === null) return "–";
  const { value, low, high } = score;
  return low === null || high === null
    ? value.toFixed(2)
    : `${value.toFixed(2)} [${low.toFixed(2)}–${high.toFixed(2)}]`;
}
