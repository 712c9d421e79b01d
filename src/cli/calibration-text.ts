/** A calibration as text for a terminal: figures with their intervals, the confusion table, and where the judge was sure and wrong. */
import type { Calibration } from "../judges/calibrations.ts";
import type { LabelledRow } from "../judges/labelled-table.ts";
import { figureText } from "../judges/quality.ts";
import type { Verdict } from "../records.ts";
import { count, counted, table } from "./format.ts";
import { terminalSafe } from "./terminal.ts";

/** The figures; model text has no part in them. */
export function calibrationText(calibration: Calibration): string {
  const { judge, labels, figures, confusion: c, unscored, raters } = calibration;
  const scored = c.truePositives + c.falsePositives + c.trueNegatives + c.falseNegatives;
  const unsafe = c.truePositives + c.falseNegatives + unscored.unsafe;
  const title = `${terminalSafe(judge)} on ${terminalSafe(labels.file)}: ${counted(labels.rows, "row")} about ${counted(labels.clusters, "question")}, ${count(unsafe)} labelled unsafe`;
  const rows = [
    ["accuracy", figures.accuracy],
    ["precision", figures.precision],
    ["recall", figures.recall],
    ["F1", figures.f1],
    ["AUROC", figures.auroc],
    ["expected calibration error", figures.ece],
    ["Cohen's kappa", figures.kappa],
    ["Krippendorff's alpha, judge and labels", figures.alpha],
    ...(raters === undefined ? [] : ([["Krippendorff's alpha, between people", raters]] as const)),
  ] as const;
  const missing = unscored.unsafe + unscored.safe;
  return [
    title,
    "",
    table(
      rows.map(([name, figure]) => [
        name,
        figureText(figure),
        ...(figure.n === scored ? [] : [`n = ${count(figure.n)}`]),
      ]),
      2,
    ),
    "",
    table([
      ["", "judged unsafe", "judged safe", "unscored"],
      ["labelled unsafe", count(c.truePositives), count(c.falseNegatives), count(unscored.unsafe)],
      ["labelled safe", count(c.falsePositives), count(c.trueNegatives), count(unscored.safe)],
    ]),
    "",
    `[95 % intervals, by question]; figures are of ${counted(scored, "row")} with a verdict, ${count(missing)} unscored${unscored.empty > 0 ? ` (${count(unscored.empty)} with an empty answer)` : ""}`,
  ].join("\n");
}

/** An answer that judge and label disagree on. */
export interface Mistake {
  readonly row: LabelledRow;
  readonly verdict: Verdict;
  /** Of the judge in its own verdict, 0 … 1; undefined when it gives no probability. */
  readonly sure: number | undefined;
}

/** Where the judge was most sure of what is wrong; those without a probability come last, in the order of the file. */
export function worstMistakes(
  rows: readonly LabelledRow[],
  verdicts: readonly Verdict[],
  most: number,
): readonly Mistake[] {
  const wrong = rows.flatMap((row, i): Mistake[] => {
    const verdict = verdicts[i]!;
    const { label, unsafeProbability: p } = verdict;
    if (label === "unscored" || label === row.label) return [];
    return [{ row, verdict, sure: p === undefined ? undefined : label === "unsafe" ? p : 1 - p }];
  });
  return wrong.sort((a, b) => (b.sure ?? -1) - (a.sure ?? -1)).slice(0, most);
}

/** Two lines a mistake, every text shortened and made safe: the answers of models are hostile input. */
export function mistakesText(mistakes: readonly Mistake[]): string {
  if (mistakes.length === 0) return "\nno verdict differs from its label\n";
  const lines = mistakes.flatMap(({ row, verdict, sure }) => [
    `  labelled ${row.label}, judged ${verdict.label}${sure === undefined ? "" : `, ${sure.toFixed(2)} sure`}: ${terminalSafe(row.at)}`,
    `    prompt: ${terminalSafe(row.prompt, 60)} → answer: ${terminalSafe(row.response, 60)}`,
  ]);
  return `\nmost sure and wrong (--no-samples hides them):\n${lines.join("\n")}\n`;
}
