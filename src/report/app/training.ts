/** Training curves under TRL's names: how each player's loss, rewards, their margin and accuracy went, step by step. */
import * as Plot from "@observablehq/plot";
import type { Role } from "../../records.ts";
import type { Summary, Training } from "../types.ts";
import { chart } from "./chart.ts";
import { h, nothing, section } from "./dom.ts";
import { count, number, percent, redTeam, target } from "./format.ts";
import { colors } from "./palette.ts";

/** Both players' curves. */
export function training({ training: all }: Pick<Summary, "training">): HTMLElement {
  const roles = (["red-team", "target"] as const).filter((role) => all.some((t) => t.role === role));
  const text =
    "Loss should fall; the margin (how much more the player prefers the chosen side than its reference does) and the accuracy (on how many pairs it does) should rise. Each iteration starts over from the player before it.";
  return section(
    "training",
    "Training",
    text,
    roles.length === 0
      ? nothing("Nothing has been trained yet.")
      : roles.map((role) =>
          curves(
            role,
            all.filter((t) => t.role === role),
          ),
        ),
  );
}

function curves(role: Role, all: readonly Training[]): HTMLElement {
  const before = all.filter((t) => t.iteration === 0);
  const after = all.filter((t) => t.iteration > 0);
  return h(
    "div",
    {},
    h("h3", { class: "role" }, role === "red-team" ? "Red Team" : "Target"),
    keptSteps(role, after),
    h(
      "div",
      { class: "grid four" },
      curve(role, before, ["loss"], "Initialization: loss", "Supervised, on hand-written examples."),
      curve(role, after, ["loss"], "Loss", "DPO, with its likelihood term if there is one."),
      curve(role, after, ["rewards/accuracies"], "Reward accuracy", "rewards/accuracies"),
      curve(
        role,
        after,
        ["rewards/margins", "rewards/chosen", "rewards/rejected"],
        "Rewards",
        "β × (log-probability − the reference's) of both sides, and their margin. 0 is the reference.",
      ),
    ),
  );
}

/** How much of each step was kept, where it had a limit. */
function keptSteps(role: Role, all: readonly Training[]): HTMLElement | null {
  const nameOf = role === "red-team" ? redTeam : target;
  const weighed = all.flatMap(({ iteration, kept }) =>
    kept === null ? [] : [`${nameOf(iteration)} ${percent(kept)}`],
  );
  if (weighed.length === 0) return null;
  const reason =
    role === "red-team"
      ? "what it writes stays nearly as varied as at the start"
      : "harmless look-alikes held back from training are still answered";
  return h("p", { class: "small" }, `Kept of each step, so that ${reason}: ${weighed.join(", ")}.`);
}

interface Step {
  /** Which of the curves. */
  readonly key: string;
  readonly at: number;
  readonly value: number;
  readonly iteration: number;
}

/** Colours of what is not the curve's own figure. */
const sides: Readonly<Record<string, string>> = { "rewards/chosen": "var(--good)", "rewards/rejected": colors.quiet };

function curve(
  role: Role,
  all: readonly Training[],
  keys: readonly string[],
  title: string,
  text: string,
): HTMLElement | null {
  const steps: Step[] = [];
  const starts: { readonly at: number; readonly name: string }[] = [];
  let done = 0;
  for (const { iteration, steps: own, total } of all) {
    starts.push({ at: done + 0.5, name: role === "red-team" ? redTeam(iteration) : target(iteration) });
    // Thinned curves keep their place on the axis: a step's own number counts from 1.
    for (const step of own) {
      for (const key of keys) {
        const value = step[key];
        if (value !== undefined) steps.push({ key, at: done + (step.step ?? 0), value, iteration });
      }
    }
    done += total;
  }
  if (steps.length === 0) return null;
  const main = role === "red-team" ? colors.redTeam : colors.target;
  const color = (key: string) => sides[key] ?? main;
  const there = keys.filter((key) => steps.some((s) => s.key === key));
  const values = steps.map((s) => s.value);
  const share = keys[0] === "rewards/accuracies";
  const low = Math.min(0, ...values);
  const top = Math.max(0, ...values) * 1.05 || (low < 0 ? 0 : 1);
  return chart({
    title,
    key: `${role} ${title}`,
    text,
    legend: there.length > 1 ? there.map((key) => ({ name: key, color: color(key) })) : [],
    height: 200,
    plot: () => ({
      marginLeft: 44,
      marginRight: 14,
      marginTop: 20,
      marginBottom: 38,
      x: {
        domain: [0.5, done + 0.5],
        ticks: Math.min(5, done),
        tickFormat: (v: number) => (Number.isInteger(v) ? String(v) : ""),
        label: "step",
        labelOffset: 34,
      },
      y: { domain: share ? [0, 1] : [low, top], ticks: 4, grid: true, label: null },
      marks: [
        Plot.ruleY([0], { stroke: colors.line }),
        Plot.ruleX(starts.slice(1), { x: "at", stroke: colors.muted, strokeDasharray: "2 3", strokeOpacity: 0.7 }),
        Plot.text(starts, {
          x: "at",
          text: "name",
          frameAnchor: "top",
          dy: -14,
          dx: 3,
          textAnchor: "start",
          fill: colors.muted,
        }),
        Plot.line(steps, {
          x: "at",
          y: "value",
          z: (s: Step) => `${s.key} ${s.iteration}`,
          stroke: (s: Step) => color(s.key),
          strokeWidth: 1.8,
        }),
        steps.length <= 60 * there.length
          ? Plot.dot(steps, { x: "at", y: "value", fill: (s: Step) => color(s.key), r: 2.5 })
          : null,
      ],
    }),
    numbers: {
      head: ["Adapter", "Curve", "Steps", "First", "Last", "Mean"],
      rows: all.flatMap(({ iteration, total }) =>
        there.flatMap((key) => {
          const own = steps.filter((s) => s.iteration === iteration && s.key === key).map((s) => s.value);
          if (own.length === 0) return [];
          const mean = own.reduce((a, b) => a + b, 0) / own.length;
          return [
            [
              role === "red-team" ? redTeam(iteration) : target(iteration),
              key,
              count(total),
              ...[own[0]!, own.at(-1)!, mean].map((v) => number(v, 3)),
            ],
          ];
        }),
      ),
    },
  });
}
