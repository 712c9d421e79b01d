/** A warning where rows of a suite that is for measuring are about to train something. */
import { evaluationRows } from "../suites/in-training.ts";
import { count } from "./format.ts";
import { alarm, type Screen, terminalSafe } from "./terminal.ts";

/** A line for each such suite that a training file says it has rows of. */
export async function warnOfSuites(file: string, screen: Screen): Promise<void> {
  for (const [suite, rows] of await evaluationRows(file)) {
    const what = `${terminalSafe(file)}: ${count(rows)} rows are from ${suite}, which is for measuring only`;
    screen.write(
      `${alarm("warning:", "warning", screen)} ${what}; what learns from them can no longer be measured by it\n`,
    );
  }
}
