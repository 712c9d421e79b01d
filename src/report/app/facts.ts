/** How far the judges can be believed, what made this run, and how to use the report with care. */
import type { Agreement, Figure, JudgeFacts, Summary } from "../types.ts";
import { h, nothing, section, table } from "./dom.ts";
import { count, interval, number, percent } from "./format.ts";
import { visibleLine } from "./visible.ts";

/** The judges against labels and against each other, and the limits that follow. */
export function judges({ judges: all, agreement, facts }: Summary): HTMLElement {
  const text = "Every ASR here is the opinion of a model. These figures say how good that opinion is.";
  if (all.length === 0) return section("judges", "The judges", text, nothing("No judge has spoken in this run yet."));
  const measures = ["f1", "precision", "recall", "accuracy"] as const;
  const cell = (figure: Figure | undefined) =>
    figure === undefined ? "–" : h("span", {}, percent(figure.value), h("small", {}, ` ${interval(figure)}`));
  const rows = all.map((j) => [
    h("span", {}, visibleLine(j.judge, 50), h("small", { class: "block" }, roleOf(j))),
    ...measures.map((m) => cell(j.measured[m])),
    ...[j.measured.f1].map((f) =>
      f === undefined ? "–" : `${count(f.n)}${f.unscored > 0 ? ` (${f.unscored} without a verdict)` : ""}`,
    ),
  ]);
  return section(
    "judges",
    "The judges",
    text,
    table(
      "Judges against labelled answers",
      ["Judge", "F1", "Precision", "Recall", "Accuracy", "Labelled answers"],
      rows,
    ),
    h(
      "div",
      { class: "prose" },
      h("p", {}, limits(all.find((j) => j.scores))),
      agreement !== null && h("p", {}, agreementSentence(agreement)),
      h(
        "p",
        {},
        "The training judge's figures can be gamed by the players that it trains, so they are shown for comparison only. If the two judges drift apart over the iterations, suspect that.",
      ),
    ),
    cards(facts),
  );
}

/** Configuration, origin and hashes. */
export function facts({ config, git, versions, facts: known, createdAt, name }: Summary): HTMLElement {
  const { judges: _, ...rest } = tree(known);
  const rows = [...flatten({ name, createdAt, git, versions }), ...flatten(rest)];
  const settings = flatten(config);
  const pair = ([key, value]: readonly [string, string]) => [
    visibleLine(key, 80),
    h("code", {}, visibleLine(value, 400)),
  ];
  const short = highlights(tree(known), tree(config), tree(git), tree(versions));
  return section(
    "facts",
    "What made this run",
    "The same configuration, seed, model, data and code make the same run.",
    h(
      "dl",
      { class: "highlights" },
      short.map(([key, value]) => h("div", {}, h("dt", {}, key), h("dd", {}, visibleLine(value, 300)))),
    ),
    h(
      "details",
      { class: "fold" },
      h("summary", {}, `Facts (${rows.length} values)`),
      table("Facts of the run", ["Fact", "Value"], rows.map(pair), "facts"),
    ),
    settings.length === 0
      ? nothing("The configuration is not known.")
      : h(
          "details",
          { class: "fold" },
          h("summary", {}, `Configuration (${settings.length} values)`),
          table("Configuration", ["Key", "Value"], settings.map(pair), "facts"),
        ),
  );
}

/** What this page is for, and what it is not for. */
export function footer(): HTMLElement {
  return h(
    "footer",
    {},
    h("h2", {}, "Use this with care"),
    h(
      "p",
      {},
      "This report is for people who make models safer. It holds attack prompts and may hold harmful answers: share it only with those who need it, and not on the open web.",
    ),
    h(
      "p",
      {},
      "A low ASR says that these attacks, read by this judge, mostly failed. It does not say that the model is safe: other attackers, other languages and longer conversations were not tried.",
    ),
    h("p", { class: "small" }, "Made by seas. The file asks the network for nothing."),
  );
}

function roleOf({ trains, scores }: JudgeFacts): string {
  if (trains && scores) return "trains and scores: its figures can be gamed";
  if (scores) return "scores; never trains";
  return trains ? "trains; shown for comparison" : "shown for comparison";
}

function limits(scoring: JudgeFacts | undefined): string {
  const { precision, recall, f1 } = scoring?.measured ?? {};
  if (precision?.value == null || recall?.value == null) {
    return "How well the scoring judge agrees with people was not measured in this run. Read the ASR as a comparison between Targets, not as a level.";
  }
  return (
    `Against ${count(f1?.n ?? precision.n)} labelled answers, the scoring judge finds ${percent(recall.value)} of the unsafe ones, and ${percent(precision.value)} of what it calls unsafe is unsafe. ` +
    "The ASR above is not corrected for these errors: changes between Targets can be trusted more than its level."
  );
}

function agreementSentence({
  judges: [a, b],
  bothUnsafe,
  bothSafe,
  onlyFirstUnsafe,
  onlySecondUnsafe,
  unscored,
}: Agreement): string {
  const n = bothUnsafe + bothSafe + onlyFirstUnsafe + onlySecondUnsafe;
  const left = unscored > 0 ? ` ${count(unscored)} without two verdicts are left out.` : "";
  if (n === 0) return `No answer has verdicts of both judges.${left}`;
  const same = (bothUnsafe + bothSafe) / n;
  const [pa, pb] = [(bothUnsafe + onlyFirstUnsafe) / n, (bothUnsafe + onlySecondUnsafe) / n];
  const chance = pa * pb + (1 - pa) * (1 - pb);
  const kappa = chance === 1 ? "" : `, Cohen's kappa ${number((same - chance) / (1 - chance))}`;
  return `On ${count(n)} answers to held-out attacks the two judges agree on ${percent(same)}${kappa}: ${count(onlyFirstUnsafe)} are unsafe only to ${visibleLine(a, 40)}, ${count(onlySecondUnsafe)} only to ${visibleLine(b, 40)}.${left}`;
}

/** The facts that most readers look for; what is not known is left out. */
function highlights(known: Tree, config: Tree, git: Tree, versions: Tree): (readonly [string, string])[] {
  const model = tree(known.model);
  const judge = tree(config.judge);
  const revision =
    git.revision === undefined
      ? undefined
      : `${String(git.revision).slice(0, 12)}${git.dirty === true ? " with changes" : ""}`;
  const all: readonly (readonly [string, unknown])[] = [
    ["Model", model.name],
    ["From", known.origin ?? model.origin],
    ["SHA-256 of the model", model.sha256],
    ["Preset", config.preset],
    ["Seed", config.seed],
    ["Scoring judge", judge.score],
    ["Training judge", judge.train],
    [
      "Code",
      [versions.seas === undefined ? undefined : `seas ${String(versions.seas)}`, revision]
        .filter((v) => v !== undefined)
        .join(", ") || undefined,
    ],
    ["Node", versions.node],
  ];
  return all.flatMap(([key, value]) => (value === undefined || value === null ? [] : [[key, String(value)] as const]));
}

/** What each judge was trained on, where the run says so. */
function cards(known: unknown): HTMLElement | null {
  const rows = flatten(tree(known).judges);
  if (rows.length === 0) return null;
  return h(
    "details",
    { class: "fold" },
    h("summary", {}, "Where the judges come from"),
    table(
      "Facts of the judges",
      ["Fact", "Value"],
      rows.map(([key, value]) => [visibleLine(key, 80), visibleLine(value, 400)]),
      "facts",
    ),
  );
}

/** Dotted keys and values as text, in order. */
export function flatten(value: unknown, path = ""): (readonly [string, string])[] {
  if (value === null || value === undefined) return path === "" ? [] : [[path, "–"]];
  if (typeof value !== "object") return [[path, String(value)]];
  if (Array.isArray(value))
    return [[path, value.map((v) => (typeof v === "object" ? JSON.stringify(v) : String(v))).join(", ")]];
  return Object.entries(value).flatMap(([key, v]) => flatten(v, path === "" ? key : `${path}.${key}`));
}

type Tree = Readonly<Record<string, unknown>>;

function tree(value: unknown): Tree {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
