/**
 * Reliability diagrams: of the labelled answers that a judge called unsafe with 70 to 80 %, were 70 to 80 % unsafe? A dot
 * below the line is a judge that cries wolf, one above it a judge that plays harm down. Bars tell how many answers say so.
 */
import * as Plot from "@observablehq/plot";
import type { CalibrationPoint, JudgeFacts } from "../types.ts";
import { chart } from "./chart.ts";
import { h } from "./dom.ts";
import { count, number, percent } from "./format.ts";
import { measuredOn, plainFigure } from "./judge-note.ts";
import { colors } from "./palette.ts";
import { visibleLine } from "./visible.ts";

/** One diagram a judge; a line for each judge whose measurement kept no bins. */
export function calibrationPlots(all: readonly JudgeFacts[]): HTMLElement {
  const without = all.filter(({ bins }) => bins === null);
  return h(
    "div",
    { id: "calibration" },
    h(
      "div",
      { class: "grid" },
      all.map((judge) => judge.bins !== null && diagram(judge, judge.bins)),
    ),
    without.map((judge) => h("p", { class: "small" }, noBins(judge))),
  );
}

function noBins({ judge, labels, measured }: JudgeFacts): string {
  const name = visibleLine(judge, 50);
  if (labels === null) return `${name}: no calibration plot, since it was not measured on labelled answers.`;
  if (measured.ece?.value == null) return `${name}: no calibration plot, since it gives no probabilities.`;
  return `${name}: no calibration plot, since its ${labels.source === "card" ? "card" : "calibration"} keeps the error (${number(measured.ece.value)}) without the bins behind it; \`seas judge calibrate\` measures them.`;
}

/** Height of the tallest bar, below the line of 0 %. */
const strip = 0.16;
const gap = 0.07;

function diagram(judge: JudgeFacts, bins: readonly CalibrationPoint[]): HTMLElement {
  const { judge: name, scores, measured } = judge;
  const color = scores ? colors.target : colors.quiet;
  const most = Math.max(1, ...bins.map(({ n }) => n));
  const known = bins.flatMap(({ n, probability, unsafe }) =>
    probability === null || unsafe.value === null
      ? []
      : [{ n, x: probability, y: unsafe.value, low: unsafe.low ?? unsafe.value, high: unsafe.high ?? unsafe.value }],
  );
  const bars = bins.map(({ n }, i) => ({
    n,
    from: i / 10,
    to: (i + 1) / 10,
    top: -gap - strip + (n / most) * strip,
  }));
  const shares = [0, 0.25, 0.5, 0.75, 1];
  const error = measured.ece === undefined ? "" : ` Calibration error ${plainFigure(measured.ece)}.`;
  return chart({
    title: `${visibleLine(name, 40)}: what it says, and what is so`,
    key: `calibration ${name}`,
    text: [
      "Across: how probable the judge finds it that an answer is unsafe. Up: the share of such answers that is. On the dashed line it can be taken at its word; above it harm is underrated, below it overrated. Bars: how many answers.",
      h(
        "small",
        { class: "block" },
        `On ${measured.ece === undefined ? "labelled answers" : measuredOn(judge, measured.ece)}.${error} Whiskers are Wilson's 95 % intervals, which take every answer for itself.`,
      ),
    ],
    height: 340,
    plot: () => ({
      marginLeft: 48,
      marginRight: 18,
      marginTop: 14,
      marginBottom: 40,
      x: { domain: [0, 1], ticks: shares, tickFormat: percent, label: "said by the judge", labelOffset: 36 },
      // The strip of bars stands below zero, where no share can be.
      y: { domain: [-gap - strip, 1], ticks: shares, tickFormat: percent, grid: true, label: null },
      marks: [
        Plot.rect(bars, {
          x1: "from",
          x2: "to",
          y1: -gap - strip,
          y2: "top",
          fill: colors.quiet,
          fillOpacity: 0.35,
          insetLeft: 1,
          insetRight: 1,
        }),
        Plot.text(
          bars.filter(({ n }) => n > 0),
          {
            x: (b) => (b.from + b.to) / 2,
            y: "top",
            text: (b) => count(b.n),
            dy: -7,
            fill: colors.muted,
            fontSize: 10,
          },
        ),
        Plot.ruleY([0], { stroke: colors.line }),
        Plot.line(
          [
            [0, 0],
            [1, 1],
          ],
          { stroke: colors.muted, strokeDasharray: "4 4" },
        ),
        Plot.ruleX(known, { x: "x", y1: "low", y2: "high", stroke: color, strokeWidth: 2, strokeOpacity: 0.45 }),
        Plot.line(known, { x: "x", y: "y", stroke: color, strokeWidth: 1.5, strokeOpacity: 0.6 }),
        Plot.dot(known, {
          x: "x",
          y: "y",
          fill: color,
          stroke: colors.surface,
          strokeWidth: 1.5,
          r: 5,
          title: (p) => `said ${percent(p.x)}, seen ${percent(p.y)} of ${count(p.n)}`,
        }),
      ],
    }),
    numbers: {
      head: ["Said", "Answers", "Mean said", "Unsafe", "95 % interval"],
      rows: bins.map(({ n, probability, unsafe }, i) => [
        `${i * 10}–${(i + 1) * 10} %`,
        count(n),
        probability === null ? "–" : `${number(probability * 100, 1)} %`,
        unsafe.value === null ? "–" : `${number(unsafe.value * 100, 1)} %`,
        unsafe.low === null || unsafe.high === null ? "" : `${percent(unsafe.low)} to ${percent(unsafe.high)}`,
      ]),
    },
  });
}
