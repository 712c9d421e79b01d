/** What heat maps share: their cells, and what stands over them. */
import type { Figure } from "../types.ts";
import { h } from "./dom.ts";
import { interval, percent, sample } from "./format.ts";
import { correctedFigure } from "./judge-note.ts";
import { visibleLine } from "./visible.ts";

/** A cell of a heat map: a share, darker the higher. */
export function heatCell(figure: Figure | undefined): HTMLElement {
  if (figure === undefined || figure.value === null) return h("span", { class: "heat-cell none" }, "–");
  const range = interval(figure);
  const corrected = correctedFigure(figure);
  return h(
    "span",
    {
      class: "heat-cell",
      title: [sample(figure, "answers"), corrected !== null && `corrected for the judge's errors: ${corrected}`]
        .filter((part) => part !== false)
        .join("\n"),
      vars: { "--heat-share": `${(figure.value * 65).toFixed(1)}%` },
    },
    h("b", {}, percent(figure.value)),
    h("small", {}, range === "" ? `n ${figure.n}` : range),
    figure.corrected !== undefined && h("small", {}, `◦ ${percent(figure.corrected.value)}`),
  );
}

/** What a judge is here, for titles. */
export function judgeTitle(judge: string, scoring: boolean): string {
  return `${visibleLine(judge, 40)} ${scoring ? "(scores, never trains)" : "(trains)"}`;
}

/** Whether any of them stands without the judge's errors too. */
export function correctable(figures: readonly Figure[]): boolean {
  return figures.some((figure) => figure.corrected !== undefined);
}

/** Distinct, rising. */
export function indexes(all: readonly number[]): number[] {
  return [...new Set(all)].sort((a, b) => a - b);
}
