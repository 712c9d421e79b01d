/** The points of another run in a chart by iteration: dashed and in a colour of their own, under those of this run. */
import * as Plot from "@observablehq/plot";
import type { Comparison, Point } from "../types.ts";
import { seriesColor } from "./palette.ts";
import { visibleLine } from "./visible.ts";

/** Of everything that is the other run's. */
export const otherColor = seriesColor(1);

/** Its name, for legends. */
export function otherRun(against: Comparison | null): string {
  return visibleLine(against?.name ?? "", 40);
}

/** Line, whiskers and hollow dots, so many pixels to the right of the place of their player. */
export function otherMarks(points: readonly Point[], label: (index: number) => string, dx: number): Plot.Markish[] {
  const known = points.flatMap(({ index, value, low, high }) =>
    value === null ? [] : [{ x: label(index), value, from: low ?? value, to: high ?? value }],
  );
  const at = { x: "x", stroke: otherColor, dx } as const;
  return [
    Plot.line(known, { ...at, y: "value", strokeWidth: 1.5, strokeDasharray: "5 4" }),
    Plot.ruleX(known, { ...at, y1: "from", y2: "to", strokeWidth: 2, strokeOpacity: 0.35 }),
    Plot.dot(known, { ...at, y: "value", fill: "var(--surface)", strokeWidth: 2, r: 4 }),
  ];
}
