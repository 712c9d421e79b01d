/** What made this run, and how to use the report with care. */
import type { Summary } from "../types.ts";
import { h, nothing, section } from "./dom.ts";
import { table } from "./table.ts";
import { visibleLine } from "./visible.ts";

/** Configuration, origin and hashes. */
export function facts({
  config,
  git,
  versions,
  facts: known,
  createdAt,
  name,
}: Pick<Summary, "config" | "git" | "versions" | "facts" | "createdAt" | "name">): HTMLElement {
  // Both stand in the section on the judges.
  const { judges: _, calibrations: __, ...rest } = tree(known);
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
      { class: "fold", "data-key": "facts" },
      h("summary", {}, `Facts (${rows.length} values)`),
      table("Facts of the run", ["Fact", "Value"], rows.map(pair), "facts"),
    ),
    settings.length === 0
      ? nothing("The configuration is not known.")
      : h(
          "details",
          { class: "fold", "data-key": "configuration" },
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

/** Dotted keys and values as text, in order. */
export function flatten(value: unknown, path = ""): (readonly [string, string])[] {
  if (value === null || value === undefined) return path === "" ? [] : [[path, "–"]];
  if (typeof value !== "object") return [[path, String(value)]];
  if (Array.isArray(value))
    return [[path, value.map((v) => (typeof v === "object" ? JSON.stringify(v) : String(v))).join(", ")]];
  return Object.entries(value).flatMap(([key, v]) => flatten(v, path === "" ? key : `${path}.${key}`));
}

type Tree = Readonly<Record<string, unknown>>;

/** An object as it is, anything else as an empty one. */
export function tree(value: unknown): Tree {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
