/** How far a judge can be believed, in the words that stand beside every ASR that it gives. */
import type { Figure, JudgeFacts, Point } from "../types.ts";
import { count, interval, number, percent } from "./format.ts";
import { visibleLine } from "./visible.ts";

/** `F1 0.60 (0.51–0.68) on 400 labelled answers of labels.jsonl` */
export function judgeNote(judge: JudgeFacts | undefined): string {
  const f1 = judge?.measured.f1;
  if (f1 === undefined || f1.value === null) return "never measured against people's labels";
  return `F1 ${plainFigure(f1)} on ${measuredOn(judge!, f1)}`;
}

/** `400 labelled answers of labels.jsonl` */
export function measuredOn({ labels }: JudgeFacts, figure: Figure): string {
  const rows = `${count(labels?.rows ?? figure.n + figure.unscored)} labelled answers`;
  return labels === null ? rows : `${rows} of ${visibleLine(labels.file, 60)}`;
}

/** `0.60 (0.51–0.68)`, for figures that are no shares. */
export function plainFigure({ value, low, high }: Figure): string {
  const range = low === null || high === null ? "" : ` (${number(low)}–${number(high)})`;
  return `${number(value)}${range}`;
}

/** `55 % (40–70 %)`: an ASR without the judge's errors; null where they were not measured. */
export function correctedFigure({ corrected, n, unscored }: Figure): string | null {
  if (corrected === undefined) return null;
  if (corrected.value === null) return "cannot be told";
  const range = interval({ ...corrected, n, unscored });
  // One piece, which no line break takes apart.
  const text = `${percent(corrected.value)}${range === "" ? "" : ` (${range})`}`.replaceAll(" ", "\u00a0");
  return corrected.belowErrorRate === true ? `${text}, below this judge's error rate` : text;
}

/** One sentence on the corrected ASR of the first and the last; null where the judge's errors were not measured. */
export function correctedSentence(first: Point, last: Point): string | null {
  const [a, b] = [correctedFigure(first), correctedFigure(last)];
  if (a === null || b === null) return null;
  return `Corrected for the judge's errors: ${a}${first === last ? "" : ` → ${b}`}.`;
}
