/** What a check of a data set found, as Markdown to keep and as lines for a terminal; names in it are hostile, prompts are not in it. */
import { basename } from "node:path";
import type { Leak, SetReport } from "../data-set/check.ts";
import { alike, type MeaningLeak } from "../data-set/meaning.ts";
import { leak, nearDuplicate } from "../data-set/row.ts";
import { markdownTable, markdownText } from "../formats/markdown.ts";
import { count, counted, percent } from "./format.ts";
import { terminalSafe } from "./terminal.ts";

/** Values of a column that are listed; others are counted. */
const listed = 30;

/** The findings, a line each; the worst first. */
export function checkText(report: SetReport, files: readonly string[]): string {
  return findings(report, files, (text) => terminalSafe(text)).join("\n");
}

/**
 * The whole report.
 *
 * @param name of the data set, for its title
 */
export function checkMarkdown(report: SetReport, files: readonly string[], name: string): string {
  const tables = [
    splitTable(report),
    report.leaks.length === 0 ? "One split only: nothing can leak." : leakTable(report.leaks),
    countTable("category", report.categories),
    countTable("style", report.styles),
  ].filter((text) => text !== "");
  const title = `# Check of ${markdownText(basename(name))}`;
  const how = `By \`seas data check\`. Near-duplicates: character 5-gram cosine of ${nearDuplicate} and more within a split; a leak: ${leak} and more across splits${report.meaning === undefined ? "" : `, or a cosine of ${alike} and more by sentence embeddings (all-MiniLM-L6-v2)`}. Texts are compared as they look, without signs that do not show. Rows are named by place; no prompt is shown.`;
  const lines = findings(report, files, markdownText).map((line) => `- ${line}`);
  return `${[title, how, lines.join("\n"), ...tables].join("\n\n")}\n`;
}

function findings(report: SetReport, files: readonly string[], safe: (text: string) => string): string[] {
  const { rows, withoutPrompt, splits, leaks, cells, lengths, otherLanguages, personal, evaluationOnly, meaning } =
    report;
  const places = (list: readonly string[]) => list.map((at) => safe(basename(at))).join("; ");
  const prompts = rows - withoutPrompt;
  const other = sum([...otherLanguages.values()]);
  const languages = [...otherLanguages].slice(0, listed).map(([code, n]) => `${safe(code)} ${count(n)}`);
  return [
    `${counted(rows, "row")} in ${counted(files.length, "file")}, ${counted(splits.length, "split")}${withoutPrompt > 0 ? `; ${count(withoutPrompt)} without a prompt` : ""}`,
    ...leaks.map((one) => leakLine(one, safe)),
    ...leaks.flatMap(({ places: pairs }) => pairs.map(([a, b]) => `near each other across splits: ${places([a, b])}`)),
    ...(meaning ?? []).flatMap((one) => meaningLines(one, safe, places)),
    ...splits.map(
      ({ name, duplicates, nearDuplicates, compared, places: first, rows: of }) =>
        `${safe(name)}: ${counted(duplicates, "duplicate")}, ${counted(nearDuplicates, "near-duplicate")}${compared + duplicates < of ? ` among the first ${count(compared)} texts` : ""}${first.length > 0 ? `; first: ${places(first)}` : ""}`,
    ),
    personal.size === 0
      ? "personal data and secrets: none found"
      : `personal data and secrets: ${[...personal].map(([kind, { rows: n, places: first }]) => `${kind} in ${counted(n, "row")} (${places(first)})`).join(", ")}`,
    evaluationOnly.size === 0
      ? "rows that name a suite for measuring only: none"
      : `rows from suites for measuring only: ${[...evaluationOnly].map(([suite, n]) => `${safe(suite)} ${count(n)}`).join(", ")}`,
    cells.filled === 0
      ? "category × style cells: no row has both"
      : `category × style cells: ${count(cells.filled)} of ${count(cells.possible)} filled, ${count(cells.least)} to ${counted(cells.most, "row")} each`,
    `length in characters: ${count(lengths.least)} to ${count(lengths.most)}, median ${count(lengths.median)}, 95 % at most ${count(lengths.p95)}`,
    `languages: ${count(prompts - other)} rows English or too short to tell${other === 0 ? "" : `, ${count(other)} surely other (${percent(other / prompts)}): ${languages.join(", ")}`}`,
  ];
}

function leakLine({ splits, texts, clusters, templates, near, nearest }: Leak, safe: (text: string) => string): string {
  const [a, b] = splits.map(safe);
  return `${a} and ${b} share ${counted(texts, "text")}, ${counted(clusters, "cluster")}, ${counted(templates, "template")}; ${counted(near, "row")} near each other; nearest pair ${nearest.toFixed(2)}`;
}

/** Of two splits, whatever the words: how much is near, and where; the nearest pair in any case, to be looked at. */
function meaningLines(
  { splits, near, pairs, compared }: MeaningLeak,
  safe: (text: string) => string,
  places: (list: readonly string[]) => string,
): string[] {
  const [a, b] = splits.map(safe);
  const shown = pairs.filter(({ similarity }, i) => i === 0 || similarity >= alike);
  return [
    `${a} and ${b} by embeddings, ${compared.map(count).join(" × ")} rows: ${counted(near, "row")} near each other in meaning`,
    ...shown.map(({ similarity, places: pair }) => `   cosine ${similarity.toFixed(2)}: ${places(pair)}`),
  ];
}

function splitTable({ splits }: SetReport): string {
  return markdownTable([
    ["split", "rows", "duplicates", "near-duplicates"],
    ...splits.map((of) => [of.name, count(of.rows), count(of.duplicates), count(of.nearDuplicates)]),
  ]);
}

function leakTable(leaks: readonly Leak[]): string {
  return markdownTable([
    ["splits", "texts in both", "clusters", "templates", "near rows", "nearest pair"],
    ...leaks.map(({ splits, texts, clusters, templates, near, nearest }) => [
      splits.join(", "),
      ...[texts, clusters, templates, near].map(count),
      nearest.toFixed(2),
    ]),
  ]);
}

function countTable(what: string, values: ReadonlyMap<string, number>): string {
  if (values.size === 0) return "";
  const rest = [...values.values()].slice(listed);
  return markdownTable([
    [what, "rows"],
    ...[...values].slice(0, listed).map(([value, n]) => [value, count(n)]),
    ...(rest.length > 0 ? [[`${count(rest.length)} others`, count(sum(rest))]] : []),
  ]);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, n) => total + n, 0);
}
