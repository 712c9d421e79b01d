/** What safety costs and whether the attacks stay varied: small charts of one figure each, by Target or Red Team. */
import * as Plot from "@observablehq/plot";
import type { Comparison, Point, Summary } from "../types.ts";
import { chart } from "./chart.ts";
import { classCharts } from "./classes.ts";
import { h, nothing, section } from "./dom.ts";
import { number, percent, redTeam, target } from "./format.ts";
import { otherColor, otherMarks, otherRun } from "./other-run.ts";
import { colors } from "./palette.ts";

/** Over-refusal, perplexity, refusals. */
export function usefulness({
  overRefusal,
  perplexity,
  refusals,
  classes,
  against,
}: Pick<Summary, "overRefusal" | "perplexity" | "refusals" | "classes" | "against">): HTMLElement {
  const text =
    "A model that refuses everything is safe and of no use. These figures stand beside every ASR for that reason.";
  const charts = [
    small(
      "Harmless requests refused",
      "Look-alikes of attacks, declined in full or in part. Lower is better.",
      overRefusal,
      targets,
      shares,
      against && [against, against.overRefusal],
    ),
    small(
      "Perplexity of ordinary answers",
      "Of held-out good answers to everyday requests. Lower is better.",
      perplexity,
      targets,
      plain,
      against && [against, against.perplexity],
    ),
    small(
      "Attack prompts refused",
      "On the held-out attacks, where declining is wanted.",
      refusals.test,
      targets,
      shares,
      against && [against, against.refusals.test],
    ),
    small(
      "Ordinary requests refused",
      "On held-out everyday requests. Lower is better.",
      refusals.ordinary,
      targets,
      shares,
      against && [against, against.refusals.ordinary],
    ),
  ].filter((c) => c !== null);
  return section(
    "usefulness",
    "Still useful?",
    text,
    charts.length === 0 ? nothing("Nothing measured yet.") : h("div", { class: "grid three" }, charts),
    h("div", { class: "grid" }, classCharts({ classes })),
  );
}

/** Diversity of what the Red Teams write. */
export function variety({ prompts, against }: Pick<Summary, "prompts" | "against">): HTMLElement {
  const known = {
    diversity: ["Diversity", "One minus the mean likeness to the nearest other prompt. Higher is more varied."],
    "distinct-2": [
      "Distinct word pairs",
      "Of all pairs of neighbouring words, the share that are different. Higher is more varied.",
    ],
    "self-bleu": ["Self-BLEU", "How well one prompt is predicted by the others. Lower is more varied."],
    kept: ["Usable prompts", "Not empty, not cut off, no near copy, and still asking for what they should."],
  } as const;
  const charts = Object.entries(known)
    .map(([metric, [title, text]]) =>
      small(
        title,
        text,
        prompts[metric] ?? [],
        redTeams,
        metric === "kept" ? shares : plain,
        metric === "diversity" && against !== null ? [against, against.diversity] : null,
      ),
    )
    .filter((c) => c !== null);
  const text = "A Red Team that finds one trick and repeats it looks strong and teaches the Target little.";
  return section(
    "variety",
    "Variety of the attacks",
    text,
    charts.length === 0 ? nothing("No prompts measured yet.") : h("div", { class: "grid four" }, charts),
  );
}

interface Kind {
  readonly label: (index: number) => string;
  readonly color: string;
}

/** Another run, and its points. */
type OtherPoints = readonly [Comparison, readonly Point[]];

interface Scale {
  readonly format: (value: number | null) => string;
  readonly tick: (value: number) => string;
}

const targets: Kind = { label: target, color: colors.target };
const redTeams: Kind = { label: redTeam, color: colors.redTeam };
const shares: Scale = { format: percent, tick: percent };
const plain: Scale = { format: (value) => number(value), tick: (value) => String(Math.round(value * 100) / 100) };

function small(
  title: string,
  text: string,
  points: readonly Point[],
  { label, color }: Kind,
  { format, tick }: Scale,
  other: OtherPoints | null = null,
): HTMLElement | null {
  const beside = other?.[1].filter((p) => p.value !== null) ?? [];
  const known = points
    .filter((p) => p.value !== null)
    .map((p) => ({ ...p, x: label(p.index), from: p.low ?? p.value!, to: p.high ?? p.value!, label: format(p.value) }));
  if (known.length === 0) return null;
  const top = Math.max(...known.map((p) => p.to), ...beside.map((p) => p.high ?? p.value!));
  const domain = [...new Set([...known, ...beside].map((p) => p.index))].sort((a, b) => a - b).map(label);
  const cells = (p: Point) => [
    format(p.value),
    p.low === null ? "" : `${format(p.low)} to ${format(p.high)}`,
    String(p.n),
  ];
  return chart({
    title,
    text,
    legend:
      beside.length === 0
        ? []
        : [
            { name: "this run", color },
            { name: otherRun(other![0]), color: otherColor },
          ],
    height: 190,
    plot: (width) => ({
      marginLeft: 44,
      marginRight: 34,
      marginTop: 20,
      x: { type: "point", domain, label: null, padding: 0.4 },
      y: { domain: [0, top === 0 ? 0.1 : top * 1.12], tickFormat: tick, ticks: 4, grid: true, label: null },
      marks: [
        ...otherMarks(beside, label, -8),
        Plot.ruleY([0], { stroke: colors.line }),
        Plot.line(known, { x: "x", y: "value", stroke: color, strokeWidth: 1.5, strokeOpacity: 0.6 }),
        Plot.ruleX(known, { x: "x", y1: "from", y2: "to", stroke: color, strokeWidth: 2, strokeOpacity: 0.45 }),
        Plot.dot(known, { x: "x", y: "value", fill: color, stroke: colors.surface, strokeWidth: 1.5, r: 5 }),
        Plot.text(crowded(width, known.length) ? [known[0], known.at(-1)] : known, {
          x: "x",
          y: "value",
          text: "label",
          fill: color,
          stroke: colors.surface,
          strokeWidth: 4,
          fontWeight: 600,
          dy: -11,
          dx: 4,
          textAnchor: "start",
        }),
      ],
    }),
    numbers: {
      head: ["", title, "95 % interval", "n"],
      rows: [
        ...points.filter((p) => p.value !== null).map((p) => [label(p.index), ...cells(p)]),
        ...beside.map((p) => [`${label(p.index)} of ${otherRun(other![0])}`, ...cells(p)]),
      ],
    },
  });
}

/** Whether labels of so many points would meet. */
function crowded(width: number, points: number): boolean {
  return points > 2 && (width - 78) / points < 58;
}
