/** The card of a built data set: README.md as the Hugging Face hub reads it, YAML first. The same data set has the same card. */
import { stringify } from "yaml";
import { attackTypes, describeCategory, domains } from "../data/taxonomy.ts";
import { markdownTable, markdownText } from "../formats/markdown.ts";
import { groupBy } from "../group-by.ts";
import type { DataSet } from "./build.ts";
import { leak, nearDuplicate, type SetRow } from "./row.ts";

/** Where the parts are, relative to the card; the last word of a name is the hub's split. */
export const parts = {
  train: "data/train-00000-of-00001.parquet",
  test: "data/test-00000-of-00001.parquet",
  lookAlikesTrain: "look-alikes/train-00000-of-00001.parquet",
  lookAlikesTest: "look-alikes/test-00000-of-00001.parquet",
} as const;

/** README.md. */
export function dataCard(set: DataSet): string {
  const ofOthers = set.runs.some((run) => run.ofOthers);
  const total = set.train.length + set.test.length;
  const front = {
    ...(ofOthers ? { license: "other", license_name: "see-card" } : { license: "apache-2.0" }),
    language: ["en"],
    pretty_name: "SEAS-style safety prompts",
    task_categories: ["text-generation"],
    size_categories: [sizeCategory(total)],
    tags: ["red-teaming", "safety", "adversarial-prompts", "synthetic", "not-for-all-audiences"],
    configs: [
      { config_name: "default", data_files: filesOf(set, "data") },
      { config_name: "look-alikes", data_files: filesOf(set, "look-alikes") },
    ].filter(({ data_files }) => data_files.length > 0),
  };
  return `---\n${stringify(front)}---\n\n${sections(set, ofOthers).join("\n\n")}\n`;
}

/** The parts that have rows, as the hub wants them; `*` leaves room for further shards. */
function filesOf({ train, test, lookAlikes }: DataSet, folder: "data" | "look-alikes") {
  const rows = folder === "data" ? [...train, ...test] : lookAlikes;
  const splits = (["train", "test"] as const).filter((split) => rows.some((row) => row.split === split));
  return splits.map((split) => ({ split, path: `${folder}/${split}-*.parquet` }));
}

function sizeCategory(rows: number): string {
  if (rows < 1000) return "n<1K";
  if (rows < 10_000) return "1K<n<10K";
  return rows < 100_000 ? "10K<n<100K" : "100K<n<1M";
}

function sections(set: DataSet, ofOthers: boolean): string[] {
  const { train, test, lookAlikes, leaks, options, runs } = set;
  return [
    "# Safety prompts",
    `${n(train.length)} adversarial prompts to train with and ${n(test.length)} to test with, and ${n(lookAlikes.length)} harmless ones that look like them. Made by \`seas data build\` (seed ${options.seed}) in the manner of SEAS ([arXiv 2408.02632](https://arxiv.org/abs/2408.02632)); it is not the data set of that paper and holds nothing of it.`,
    "## Columns",
    [
      "- `prompt`, `category` (risk domain), `style` (attack style, `plain` without one; null where a Red Team wrote the prompt), `author` (`hand`, or which Red Team of which run), `split`, `id`",
      "- `cluster`: what is asked for; `template`: how it is asked. Neither is in both splits. Intervals should draw clusters.",
      "- `safe`, `unsafe`, `unscored`, `judge`: how many answers of a run's Targets that judge put where; null where no run asked",
      "- config `look-alikes`: `prompt`, `answer` (a helpful one), `style` (that it copies), `cluster`, `split`, `id`",
    ].join("\n"),
    "## Composition",
    countTable("category", train, test, ({ category }) => describeCategory(category).name),
    countTable("style", train, test, ({ style }) => (style === null ? "by a Red Team" : styleName(style))),
    countTable("author", train, test, ({ author }) => author),
    shortText(set),
    "## How it was made",
    [
      "- **Written by hand:** what is asked for (behaviours) and how (wrappers), each by itself, stated without any operational detail; a prompt is one in the other. Where a cell needs more, a neutral sentence stands before or after. Bare prompts come first.",
      ...runs.map(
        ({ name, taken, written, ofOthers: theirs }) =>
          `- **Run ${markdownText(name)}:** ${n(taken)} of the ${n(written)} prompts that its Red Teams wrote, all to train with${theirs ? "; they are modelled on a data set of others" : ""}.`,
      ),
      `- **Left out:** ${n(set.leftOut.nearDuplicates)} near-duplicates (character 5-gram cosine of ${nearDuplicate} and more to a prompt of either split)${runs.length === 0 ? "" : `, ${n(set.leftOut.nearTest)} prompts of Red Teams too near to a test prompt (${leak})`}; with personal data or secrets: ${personalText(set)}.`,
      `- **Split** by clusters of what is asked and of how, both drawn before a prompt was made. Shared by the splits: ${leaks.sharedClusters} clusters, ${leaks.sharedTemplates} templates, ${leaks.sharedTexts} texts; the most similar pair across them has a 5-gram cosine of ${leaks.nearest.toFixed(2)}.`,
    ].join("\n"),
    "## Intended use",
    "To train and to measure models that should decline such prompts, and classifiers that tell them. Use the look-alikes beside them: a model that declines everything is no safer. Measure on the test split only what has not seen the training split's twin, another data set of `seas data build`: all of them share their test material.",
    "## Limits",
    [
      "- Made of templates: far more even, and far less inventive, than what people write. A low attack success rate on it proves nothing.",
      "- English, one turn, text only.",
      "- Verdicts are a model's, on small Targets.",
      "- Personal data is sought by form (addresses, numbers, keys), not by meaning.",
    ].join("\n"),
    "## Licence",
    ofOthers
      ? "Hand-written prompts: Apache-2.0. Prompts of Red Teams that trained on a data set of others: whatever that data set's licence says."
      : "Apache-2.0.",
  ];
}

function countTable(what: string, train: readonly SetRow[], test: readonly SetRow[], nameOf: (row: SetRow) => string) {
  const counts = (rows: readonly SetRow[]) => groupBy(rows, nameOf);
  const [a, b] = [counts(train), counts(test)];
  const names = [...new Set([...a.keys(), ...b.keys()])].sort(byOrder);
  return markdownTable([
    [what, "train", "test"],
    ...names.map((name) => [name, n(a.get(name)?.length ?? 0), n(b.get(name)?.length ?? 0)]),
  ]);
}

const order = [...domains, ...attackTypes].map(({ name }) => name as string);

/** Ours in the order of the taxonomy, others behind them by name. */
function byOrder(a: string, b: string): number {
  const rank = (name: string) => (order.indexOf(name) + order.length + 1) % (order.length + 1);
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

function styleName(style: string): string {
  return attackTypes.find(({ id }) => id === style)?.name ?? style;
}

function shortText({ short, train, test }: DataSet): string {
  const cells = new Set([...train, ...test].map(({ category, style }) => `${category}\n${style}`)).size;
  if (short.length === 0) return `All ${n(cells)} category × style cells have their equal share in both splits.`;
  const list = short.map(
    ({ split, category, style, got, wanted }) => `- ${split}, ${category} × ${style}: ${n(got)} of ${n(wanted)}`,
  );
  return `Cells that are short of their equal share (${n(short.length)}):\n\n${list.join("\n")}`;
}

/** `3 e-mail, 1 phone`, or `none`. */
export function personalText({ leftOut }: Pick<DataSet, "leftOut">): string {
  return [...leftOut.personal].map(([kind, count]) => `${n(count)} ${kind}`).join(", ") || "none";
}

function n(value: number): string {
  return value.toLocaleString("en-US");
}
