/** From prompts to pairs: how many were written, why some were dropped, what the judge said, what training got, and time. */
import * as Plot from "@observablehq/plot";
import type { Role } from "../../records.ts";
import type { Summary } from "../types.ts";
import { chart } from "./chart.ts";
import { h, nothing, section } from "./dom.ts";
import { count, duration, words } from "./format.ts";
import { colors, seriesColor } from "./palette.ts";
import { visibleLine } from "./visible.ts";

/** A part of a bar. */
interface Part {
  readonly row: string;
  readonly kind: string;
  readonly value: number;
}

const reasons: Readonly<Record<string, string>> = {
  used: "used", empty: "empty", "too-long": "cut off at the limit", "near-duplicate": "near copy of another",
  "copies-example": "copies its example", "off-topic": "off its category", "no-request": "asks for nothing",
};

/** Prompts, verdicts and pairs by iteration. */
export function flow({ counts }: Summary): HTMLElement {
  const iteration = (i: number) => `Iteration ${i}`;
  const prompts = counts.flatMap((c) => c.prompts === null ? [] : Object.entries({ used: c.prompts.used, ...c.prompts.dropped })
    .map(([kind, value]) => ({ row: iteration(c.iteration), kind: reasons[kind] ?? words(kind), value })));
  const verdicts = counts.flatMap((c) => Object.values(c.verdicts ?? {}).flatMap((labels) => Object.entries(labels)
    .map(([kind, value]) => ({ row: iteration(c.iteration), kind, value }))));
  const pairs = (role: Role) => counts.flatMap((c) => Object.entries(c.pairs[role] ?? {})
    .map(([kind, value]) => ({ row: iteration(c.iteration), kind: words(kind), value })));
  const losses = (role: Role) => counts.flatMap((c) => Object.entries(c.pairLosses[role] ?? {})
    .map(([kind, value]) => ({ row: iteration(c.iteration), kind: words(kind), value })))
    .filter((p) => !["seeds", "prompts"].includes(p.kind));
  const verdictColors = { safe: colors.target, unsafe: colors.redTeam, unscored: colors.quiet };
  const charts = [
    bars("Prompts the Red Team wrote", "Used in the attack, or dropped and why. Nothing is dropped in silence.", "Prompts", prompts, { used: colors.redTeam }),
    bars("Verdicts of the training judge", "On every answer of the attack. Without a verdict, an answer is neither safe nor in a pair.", "Answers", verdicts, verdictColors),
    bars("Pairs for the Red Team", "Best against worst prompt of a seed.", "Pairs", pairs("red-team")),
    bars("Pairs for the Target", "Attack: a safe against an unsafe answer. Guided: the safe side was written. Replay: an earlier attack. Look-alike and general: what keeps it useful.", "Pairs", pairs("target")),
    bars("What became of each seed", "A seed gives the Red Team a pair, or it does not, and why.", "Seeds", losses("red-team"), { pairs: colors.redTeam }),
    bars("What became of each attacked prompt", "A prompt gives the Target a pair, or it does not, and why.", "Prompts", losses("target"), { pairs: colors.target }),
  ].filter((c) => c !== null);
  return section("data", "From prompts to pairs", "What each iteration's attack left for training.",
    charts.length === 0 ? nothing("No attack has been made yet.") : h("div", { class: "grid" }, charts));
}

/** Seconds and tokens by stage. */
export function time({ time: all, seconds }: Summary): HTMLElement {
  if (all.length === 0) return section("time", "Where time went", null, nothing("No stage is finished yet."));
  const sum = all.reduce((total, t) => total + t.seconds, 0);
  const stages = [...new Set(all.map((t) => t.stage))];
  const text = `${duration(sum)} in finished stages${seconds === null ? "" : `, ${duration(seconds)} in all`}. Parts of a bar are iterations, 0 first.`;
  return section("time", "Where time went", null, chart({
    title: "Seconds by stage", text, height: 44 + 26 * stages.length,
    plot: (width) => ({
      marginLeft: width < 480 ? 110 : 150, marginRight: 64, marginTop: 4,
      x: { label: "seconds", ticks: 5, grid: true },
      y: { domain: stages, label: null, padding: 0.25 },
      marks: [
        Plot.barX(all, { x: "seconds", y: "stage", fill: colors.target, fillOpacity: (t) => (t.iteration % 2 === 0 ? 0.9 : 0.6), insetRight: 1 }),
        Plot.text(stages.map((stage) => ({ stage, seconds: total(all, stage) })), {
          x: "seconds", y: "stage", text: (t) => duration(t.seconds), dx: 6, textAnchor: "start", fill: colors.muted,
        }),
      ],
    }),
    numbers: {
      head: ["Iteration", "Stage", "Count", "Seconds", "Tokens", "Tokens/s"],
      rows: all.map((t) => [String(t.iteration), t.stage, count(t.count), t.seconds.toFixed(1), t.tokens > 0 ? count(t.tokens) : "–",
        t.tokens > 0 && t.seconds > 0 ? (t.tokens / t.seconds).toFixed(0) : "–"]),
    },
  }));
}

function total(all: Summary["time"], stage: string): number {
  return all.reduce((sum, t) => sum + (t.stage === stage ? t.seconds : 0), 0);
}

function bars(title: string, text: string, unit: string, all: readonly Part[], known: Readonly<Record<string, string>> = {}): HTMLElement | null {
  const kinds = [...new Set(all.filter((p) => p.value > 0).map((p) => p.kind))];
  if (kinds.length === 0) return null;
  const rows = [...new Set(all.map((p) => p.row))];
  const others = kinds.filter((kind) => known[kind] === undefined);
  const color = (kind: string) => known[kind] ?? seriesColor(others.indexOf(kind));
  const shown = kinds.flatMap((kind) => all.filter((p) => p.kind === kind && p.value > 0));
  const most = Math.max(...rows.map((row) => shown.reduce((sum, p) => sum + (p.row === row ? p.value : 0), 0)));
  return chart({
    title, text, height: 40 + 34 * rows.length,
    legend: kinds.map((kind) => ({ name: visibleLine(kind, 40), color: color(kind) })),
    plot: (width) => ({
      marginLeft: 76, marginRight: 12, marginTop: 4,
      x: { label: unit.toLowerCase(), ticks: Math.min(5, most), grid: true },
      y: { domain: rows, label: null, padding: 0.25 },
      marks: [
        Plot.barX(shown, { x: "value", y: "row", fill: (p) => color(p.kind), order: kinds, z: "kind", insetRight: 1 }),
        Plot.text(shown, Plot.stackX({
          x: "value", y: "row", z: "kind", order: kinds, fill: colors.surface, fontWeight: 600,
          text: (p: Part) => (p.value / most > 22 / width ? String(p.value) : ""),
        })),
      ],
    }),
    numbers: {
      head: ["", ...kinds.map((kind) => visibleLine(kind, 40))],
      rows: rows.map((row) => [row, ...kinds.map((kind) => count(all.find((p) => p.row === row && p.kind === kind)?.value ?? 0))]),
    },
  });
}
