/** How attacks fare: ASR by iteration under each judge, and what is weak by category and style. */
import * as Plot from "@observablehq/plot";
import type { Comparison, Figure, Group, JudgedSeries, JudgeFacts, Summary } from "../types.ts";
import { chart } from "./chart.ts";
import { h, nothing, section } from "./dom.ts";
import { interval, number, percent, sample, target, words } from "./format.ts";
import { correctable, heatCell, indexes, judgeTitle } from "./heat.ts";
import { correctedFigure, judgeNote } from "./judge-note.ts";
import { otherColor, otherMarks, otherRun } from "./other-run.ts";
import { colors } from "./palette.ts";
import { addressOf } from "./place.ts";
import { table } from "./table.ts";
import { visibleLine } from "./visible.ts";

/** ASR by iteration. */
export function attackSuccess({
  asr,
  asrAny,
  judges,
  against,
}: Pick<Summary, "asr" | "asrAny" | "judges" | "against">): HTMLElement {
  const text =
    "The same held-out attack prompts were put to every Target. Whiskers are 95 % intervals; prompts that share a behaviour are drawn together, since they rise and fall together.";
  return section(
    "attacks",
    "Attack success",
    text,
    asr.length === 0
      ? nothing("No ASR in this run yet.")
      : h(
          "div",
          { class: "grid" },
          asrChart(
            "Share of answers that are unsafe",
            "ASR, by answer. A ring is the scoring judge's ASR corrected for its errors.",
            asr,
            judges,
            against,
          ),
          // With one sample a prompt the two are the same.
          JSON.stringify(asrAny) !== JSON.stringify(asr) &&
            asrAny.length > 0 &&
            asrChart(
              "Share of prompts broken at least once",
              "ASR, by prompt: the attacker has as many tries as there are samples. Not corrected: errors of a judge are known by answer.",
              asrAny,
              judges,
            ),
        ),
  );
}

/** By category and style, before and after. */
export function groups({ groups: { category, style, both }, judges }: Pick<Summary, "groups" | "judges">): HTMLElement {
  const one = (title: string, all: readonly Group[], kind: "category" | "style") => {
    const targets = indexes(all.flatMap((g) => g.cells.map((c) => c.target)));
    const rows = all.map((g) => [
      h("a", { href: addressOf("answers", { suite: "test", [kind]: g.name }) }, visibleLine(words(g.name), 40)),
      ...targets.map((t) => shareCell(g.cells.find((c) => c.target === t))),
    ]);
    return h(
      "figure",
      { class: "chart" },
      h("figcaption", {}, h("h3", {}, title)),
      table(title, ["", ...targets.map(target)], rows, "heat"),
    );
  };
  const text = `Unsafe answers to held-out prompts by the scoring judge (${judgeNote(judges.find((j) => j.scores))}). Cells with few answers say little, n stands in each, and are too small to correct for its errors. A name leads to its answers.`;
  return section(
    "weak-spots",
    "Weak spots",
    text,
    category.length + style.length === 0
      ? nothing("No judged answers to held-out prompts yet.")
      : [
          h(
            "div",
            { class: "grid" },
            category.length > 0 && one("By what is asked for", category, "category"),
            style.length > 0 && one("By how it is asked", style, "style"),
          ),
          crossedMaps(both),
        ],
  );
}

/** What is asked × how it is asked, for the first Target and the last. */
function crossedMaps(both: Summary["groups"]["both"]): HTMLElement | null {
  if (both.length === 0) return null;
  const targets = indexes(both.flatMap((g) => g.cells.map((c) => c.target)));
  const styles = [...new Set(both.map((g) => g.style))].sort();
  const categories = [...new Set(both.map((g) => g.name))];
  const ends = targets.length > 1 ? [targets[0]!, targets.at(-1)!] : targets;
  const maps = ends.map((t, i) => {
    const title = `What is asked × how, ${i === 0 ? "before" : "after"} (${target(t)})`;
    const cellOf = (category: string, style: string) =>
      both.find((g) => g.name === category && g.style === style)?.cells.find((c) => c.target === t);
    return h(
      "figure",
      { class: "chart whole" },
      h(
        "figcaption",
        {},
        h("h3", {}, title),
        h("p", {}, "Share of unsafe answers. – is where there is no such prompt."),
      ),
      table(
        title,
        ["", ...styles.map((style) => visibleLine(words(style), 40))],
        categories.map((category) => [
          visibleLine(words(category), 40),
          ...styles.map((style) => shareCell(cellOf(category, style))),
        ]),
        "heat crossed",
      ),
    );
  });
  return h(
    "details",
    { class: "fold", "data-key": "crossed" },
    h("summary", {}, "What is asked × how it is asked, before and after"),
    h("p", { class: "small" }, "Most cells hold one or a few answers: they show where to look, and are no figures."),
    h("div", { class: "grid" }, maps),
  );
}

function shareCell(cell: Group["cells"][number] | undefined): HTMLElement {
  return heatCell(
    cell && { value: cell.n === 0 ? null : cell.unsafe / cell.n, low: null, high: null, n: cell.n, unscored: 0 },
  );
}

function asrChart(
  title: string,
  text: string,
  series: readonly JudgedSeries[],
  judges: readonly JudgeFacts[],
  against: Comparison | null = null,
): HTMLElement {
  const others = against?.asr.filter((s) => s.scoring) ?? [];
  const all = [...series, ...others].flatMap((s) => s.points);
  const rings = series.filter((s) => s.scoring && correctable(s.points)).flatMap((s) => s.points);
  const top = Math.max(
    0.1,
    ...all.map((p) => p.high ?? p.value ?? 0),
    ...rings.map((p) => p.corrected?.high ?? p.corrected?.value ?? 0),
  );
  const notes = series.map(
    (s) => `${visibleLine(s.judge, 40)}: ${judgeNote(judges.find((j) => j.judge === s.judge))}.`,
  );
  const color = (s: JudgedSeries) => (s.scoring ? colors.target : colors.quiet);
  return chart({
    title,
    text: [text, ...notes.map((note) => h("small", { class: "block" }, note))],
    height: 280,
    legend: [
      ...series.map((s) => ({ name: judgeTitle(s.judge, s.scoring), color: color(s) })),
      ...others.map((s) => ({ name: `${otherRun(against)}, by ${visibleLine(s.judge, 40)}`, color: otherColor })),
    ],
    plot: () => ({
      marginLeft: 48,
      marginRight: 44,
      marginTop: 20,
      x: { type: "point", domain: indexes(all.map((p) => p.index)).map(target), label: null, padding: 0.4 },
      y: { domain: [0, Math.min(1, top * 1.08)], tickFormat: percent, ticks: 5, grid: true, label: null },
      marks: [
        Plot.ruleY([0], { stroke: colors.line }),
        ...others.flatMap(({ points }) => otherMarks(points, target, series.length === 1 ? -8 : 0)),
        // Under the scoring judge's own dots, so that no label is hidden.
        ...ringMarks(rings, series.length === 1 ? 0 : 7),
        ...series.toReversed().flatMap((s, at) => seriesMarks(s, color(s), series.length === 1 ? 0 : 14 * at - 7)),
      ],
    }),
    numbers: {
      head: ["Judge", "Target", "ASR", "95 % interval", "Corrected", "n", "Without a verdict"],
      rows: [...series, ...others].flatMap((s) =>
        s.points.map((p) => [
          others.includes(s) ? `${otherRun(against)}, by ${visibleLine(s.judge)}` : visibleLine(s.judge),
          target(p.index),
          p.value === null ? "–" : `${number(p.value * 100, 1)} %`,
          interval(p),
          correctedFigure(p) ?? "–",
          String(p.n),
          String(p.unscored),
        ]),
      ),
    },
  });
}

function seriesMarks({ judge, points }: JudgedSeries, color: string, dx: number): Plot.Markish[] {
  const known = points.filter((p) => p.value !== null).map((p) => ({ ...p, x: target(p.index) }));
  const title = (p: Figure & { readonly x: string }) =>
    `${p.x}, ${visibleLine(judge, 40)}\n${percent(p.value)} (${interval(p)})\n${sample(p, "answers")}`;
  return [
    Plot.line(known, { x: "x", y: "value", stroke: color, strokeWidth: 1.5, strokeOpacity: 0.6, dx }),
    Plot.ruleX(
      known.filter((p) => p.low !== null),
      { x: "x", y1: "low", y2: "high", stroke: color, strokeWidth: 2, strokeOpacity: 0.45, dx },
    ),
    Plot.dot(known, { x: "x", y: "value", fill: color, stroke: colors.surface, strokeWidth: 1.5, r: 5.5, dx, title }),
    // To the left and to the right of its dot, so that the labels of two judges do not meet.
    Plot.text(known, {
      x: "x",
      y: "value",
      text: (p) => percent(p.value),
      fill: color,
      stroke: colors.surface,
      strokeWidth: 4,
      fontWeight: 600,
      dx: dx + (dx < 0 ? -9 : 9),
      textAnchor: dx < 0 ? "end" : "start",
      dy: dx < 0 ? 9 : -9,
    }),
  ];
}

/** The corrected ASR: a ring and a thin whisker behind what the judge saw. */
function ringMarks(points: JudgedSeries["points"], dx: number): Plot.Markish[] {
  const known = points.flatMap(({ index, corrected }) =>
    corrected === undefined || corrected.value === null ? [] : [{ ...corrected, x: target(index) }],
  );
  const title = (p: { readonly x: string; readonly value: number | null }) => `${p.x}, corrected: ${percent(p.value)}`;
  return [
    Plot.ruleX(
      known.filter((p) => p.low !== null),
      { x: "x", y1: "low", y2: "high", stroke: colors.target, strokeWidth: 1, strokeOpacity: 0.6, dx },
    ),
    Plot.dot(known, {
      x: "x",
      y: "value",
      fill: colors.surface,
      stroke: colors.target,
      strokeWidth: 1.5,
      r: 4,
      dx,
      title,
    }),
  ];
}
