/** From prompts to pairs: how many were written, why some were dropped, what the judge said, what training got, and time. */
import * as Plot from "@observablehq/plot";
import type { Role } from "../../records.ts";
import type { Summary } from "../types.ts";
import { chart } from "./chart.ts";
import { h, nothing, section } from "./dom.ts";
import { count, duration, words } from "./format.ts";
import { colors, seriesColor } from "./palette.ts";
import { stageName, stageNames } from "./stage-names.ts";
import { visibleLine } from "./visible.ts";

/** A part of a bar. */
interface Part {
  readonly row: string;
  readonly kind: string;
  readonly value: number;
}

const reasons: Readonly<Record<string, string>> = {
  used: "used",
  empty: "empty",
  "too-long": "cut off at the limit",
  "near-duplicate": "near copy of another",
  "copies-example": "copies its example",
  "off-topic": "off its category",
  "no-request": "asks for nothing",
};

const fates: Readonly<Record<string, string>> = {
  pairs: "pair",
  unscored: "no verdict",
  noUnsafe: "no unsafe answer",
  noContrast: "no contrast",
  belowMargin: "below the margin",
  nearDuplicate: "near copies",
  noSafe: "nothing safe to choose",
  overLimit: "over the limit",
};

/** Prompts, verdicts and pairs by iteration. */
export function flow({ counts }: Pick<Summary, "counts">): HTMLElement {
  const iteration = (i: number) => `Iteration ${i}`;
  const prompts = counts.flatMap((c) =>
    c.prompts === null
      ? []
      : Object.entries({ used: c.prompts.used, ...c.prompts.dropped }).map(([kind, value]) => ({
          row: iteration(c.iteration),
          kind: reasons[kind] ?? words(kind),
          value,
        })),
  );
  const verdicts = counts.flatMap((c) =>
    Object.values(c.verdicts ?? {})
      .slice(0, 1)
      .flatMap((labels) =>
        Object.entries(labels).map(([kind, value]) => ({ row: iteration(c.iteration), kind, value })),
      ),
  );
  const pairs = (role: Role) =>
    counts.flatMap((c) =>
      Object.entries(c.pairs[role] ?? {}).map(([kind, value]) => ({
        row: iteration(c.iteration),
        kind: words(kind),
        value,
      })),
    );
  const losses = (role: Role) =>
    counts.flatMap((c) =>
      Object.entries(c.pairLosses[role] ?? {})
        .filter(([kind]) => !["seeds", "prompts", "guided", "rambled"].includes(kind))
        .map(([kind, value]) => ({ row: iteration(c.iteration), kind: fates[kind] ?? words(kind), value })),
    );
  const rows = counts.map((c) => iteration(c.iteration));
  const charts = [
    bars({
      title: "Prompts the Red Team wrote",
      text: "Used in the attack, or dropped and why. Nothing is dropped in silence.",
      unit: "prompts",
      parts: prompts,
      rows,
      known: { used: colors.redTeam },
    }),
    bars({
      title: "Verdicts of the training judge",
      text: "On every answer of the attack. Without a verdict, an answer is neither safe nor in a pair.",
      unit: "answers",
      parts: verdicts,
      rows,
      known: { safe: colors.target, unsafe: colors.redTeam, unscored: colors.quiet },
    }),
    bars({
      title: "Pairs for the Red Team",
      text: "Best against worst prompt of a seed.",
      unit: "pairs",
      parts: pairs("red-team"),
      rows,
      known: { attack: colors.redTeam },
    }),
    bars({
      title: "Pairs for the Target",
      text: "Attack: a safe against an unsafe answer. Guided: the safe side was written. Replay: an earlier attack. Look-alike and general: what keeps it useful.",
      unit: "pairs",
      parts: pairs("target"),
      rows,
      known: { attack: colors.target },
    }),
    bars({
      title: "What became of each seed",
      text: "A seed gives the Red Team a pair, or it does not, and why.",
      unit: "seeds",
      parts: losses("red-team"),
      rows,
      known: { pair: colors.redTeam },
    }),
    bars({
      title: "What became of each attacked prompt",
      text: "A prompt gives the Target a pair, or it does not, and why.",
      unit: "prompts",
      parts: losses("target"),
      rows,
      known: { pair: colors.target },
    }),
  ].filter((c) => c !== null);
  return section(
    "data",
    "From prompts to pairs",
    "What each iteration's attack left for training.",
    charts.length === 0 ? nothing("No attack has been made yet.") : h("div", { class: "grid" }, charts),
  );
}

/** Seconds and tokens by stage. */
export function time({ time: all, seconds }: Pick<Summary, "time" | "seconds">): HTMLElement {
  if (all.length === 0)
    return section("time", "Where time and tokens went", null, nothing("No stage is finished yet."));
  const sum = all.reduce((total, t) => total + t.seconds, 0);
  const place = (stage: string) =>
    stage in stageNames ? Object.keys(stageNames).indexOf(stage) : Number.MAX_SAFE_INTEGER;
  const stages = [...new Set(all.map((t) => t.stage))].sort((a, b) => place(a) - place(b));
  const text = `${duration(sum)} in finished stages${seconds === null ? "" : `, ${duration(seconds)} in all`}. Parts of a bar are iterations, 0 first.`;
  return section(
    "time",
    "Where time and tokens went",
    text,
    h(
      "div",
      { class: "grid" },
      stageChart(all, stages, "seconds", "Seconds by stage", duration),
      all.some((t) => t.tokens > 0) &&
        // The same rows, so that what takes time and writes nothing shows beside it.
        stageChart(all, stages, "tokens", "Tokens sampled by stage", (tokens) => (tokens === 0 ? "–" : count(tokens))),
    ),
  );
}

/** One bar a stage, its parts the iterations. */
function stageChart(
  all: Summary["time"],
  stages: readonly string[],
  what: "seconds" | "tokens",
  title: string,
  format: (value: number) => string,
): HTMLElement {
  return chart({
    title,
    height: 54 + 28 * stages.length,
    plot: () => ({
      marginLeft: 132,
      marginRight: 94,
      marginTop: 4,
      marginBottom: 40,
      x: { label: what, labelOffset: 36, ticks: 4, grid: true },
      y: { domain: stages, label: null, padding: 0.25, tickFormat: stageName },
      marks: [
        Plot.barX(all, {
          x: what,
          y: "stage",
          fill: colors.target,
          fillOpacity: (t) => (t.iteration % 2 === 0 ? 0.9 : 0.6),
          insetRight: 1,
        }),
        Plot.text(
          stages.map((stage) => ({ stage, [what]: total(all, stage, what) })),
          {
            x: what,
            y: "stage",
            text: (t) => format(Number(t[what])),
            dx: 6,
            textAnchor: "start",
            fill: colors.muted,
          },
        ),
      ],
    }),
    numbers: {
      head: ["Iteration", "Stage", "Count", "Seconds", "Tokens", "Tokens/s"],
      rows: all.map((t) => [
        String(t.iteration),
        stageName(t.stage),
        count(t.count),
        t.seconds.toFixed(1),
        t.tokens > 0 ? count(t.tokens) : "–",
        t.tokens > 0 && t.seconds > 0 ? (t.tokens / t.seconds).toFixed(0) : "–",
      ]),
    },
  });
}

function total(all: Summary["time"], stage: string, what: "seconds" | "tokens"): number {
  return all.reduce((sum, t) => sum + (t.stage === stage ? t[what] : 0), 0);
}

interface Bars {
  readonly title: string;
  readonly text: string;
  readonly unit: string;
  readonly parts: readonly Part[];
  /** Rows in order, also those without a part. */
  readonly rows: readonly string[];
  /** Colours of kinds with a meaning of their own; these kinds come first. */
  readonly known: Readonly<Record<string, string>>;
}

function bars({ title, text, unit, parts, rows, known }: Bars): HTMLElement | null {
  const found = new Set(parts.filter((p) => p.value > 0).map((p) => p.kind));
  const kinds = [...new Set([...Object.keys(known), ...found])].filter((kind) => found.has(kind));
  if (kinds.length === 0) return null;
  const others = kinds.filter((kind) => known[kind] === undefined);
  const color = (kind: string) => known[kind] ?? seriesColor(others.indexOf(kind));
  const shown = kinds.flatMap((kind) => parts.filter((p) => p.kind === kind && p.value > 0));
  const most = Math.max(...rows.map((row) => shown.reduce((sum, p) => sum + (p.row === row ? p.value : 0), 0)));
  return chart({
    title,
    text,
    height: 52 + 34 * rows.length,
    legend: kinds.map((kind) => ({ name: visibleLine(kind, 40), color: color(kind) })),
    plot: (width) => ({
      marginLeft: 76,
      marginRight: 12,
      marginTop: 4,
      marginBottom: 40,
      x: { label: unit, labelOffset: 36, ticks: Math.min(5, most), grid: true },
      y: { domain: rows, label: null, padding: 0.25 },
      marks: [
        Plot.barX(shown, { x: "value", y: "row", fill: (p) => color(p.kind), order: kinds, z: "kind", insetRight: 1 }),
        Plot.text(
          shown,
          Plot.stackX({
            x: "value",
            y: "row",
            z: "kind",
            order: kinds,
            fill: colors.surface,
            fontWeight: 600,
            text: (p: Part) => (p.value / most > 22 / width ? String(p.value) : ""),
          }),
        ),
      ],
    }),
    numbers: {
      head: ["", ...kinds.map((kind) => visibleLine(kind, 40))],
      rows: rows.map((row) => [
        row,
        ...kinds.map((kind) => count(parts.find((p) => p.row === row && p.kind === kind)?.value ?? 0)),
      ]),
    },
  });
}
