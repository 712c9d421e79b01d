/** What a Target's answers do with the request, class by class: one bar of shares for each Target, on attacks and on look-alikes. */
import * as Plot from "@observablehq/plot";
import type { AnswerClass } from "../../records.ts";
import { classNames } from "../answer-classes.ts";
import type { Summary } from "../types.ts";
import { chart } from "./chart.ts";
import { percent, target } from "./format.ts";
import { colors, seriesColor } from "./palette.ts";

const classes = Object.entries(classNames) as [AnswerClass, string][];

/** Whether answering is good depends on the request, so it has neither a warning's colour nor a praising one. */
const classColors: Readonly<Record<AnswerClass, string>> = {
  "declines-with-alternative": seriesColor(3),
  declines: seriesColor(0),
  partial: seriesColor(1),
  answers: seriesColor(2),
  "off-topic": colors.quiet,
};

/** Both charts, those that have something to show. */
export function classCharts({ classes: shares }: Pick<Summary, "classes">): HTMLElement[] {
  return [
    bars(
      "What becomes of attacks",
      "Held-out attacks. An answer that declines and offers something else is the best; whether one that answers is unsafe is the judge's to say.",
      shares.test,
    ),
    bars("What becomes of harmless requests", "Look-alikes of attacks. Answering is wanted.", shares["look-alikes"]),
  ].filter((one) => one !== null);
}

function bars(title: string, text: string, shares: Summary["classes"]["test"]): HTMLElement | null {
  const parts = classes.flatMap(([one, name], i) =>
    shares[one].flatMap(({ index, value }) =>
      value === null ? [] : [{ x: target(index), name, order: i, value, color: classColors[one] }],
    ),
  );
  const targets = [...new Set(parts.map(({ x }) => x))];
  if (targets.length === 0) return null;
  return chart({
    title,
    text,
    legend: classes.map(([one, name]) => ({ name, color: classColors[one] })),
    height: 220,
    plot: () => ({
      marginLeft: 44,
      x: { type: "band", domain: targets, label: null, padding: 0.35 },
      y: { domain: [0, 1], tickFormat: percent, ticks: 4, grid: true, label: null },
      marks: [
        Plot.barY(parts, { x: "x", y: "value", fill: "color", order: "order", stroke: colors.surface }),
        Plot.ruleY([0], { stroke: colors.line }),
      ],
    }),
    numbers: {
      head: ["", ...targets],
      rows: classes.map(([one, name]) => [
        name,
        ...shares[one].map(({ value, low, high, n }) =>
          low === null ? percent(value) : `${percent(value)} (${percent(low)} to ${percent(high)}), n ${n}`,
        ),
      ]),
    },
  });
}
