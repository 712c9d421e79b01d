/**
 * Our own training prompts as a suite: what a Red Team learns from unless a run has a data set of its own, and so the yardstick
 * that the paper's Table 5 has in SEAS-Train. Always the same prompts, so that figures of different runs compare.
 */
import { handWrittenPrompts } from "../data/prompts.ts";
import { splitPrompts } from "../data/split.ts";
import { hashOf } from "../judges/named.ts";
import type { Suite } from "../suites/open.ts";
import type { SuiteRow } from "../suites/suite-row.ts";

/** All of them; clusters are behaviours. */
export function trainingSuite(): Suite {
  const name = "training";
  const rows = splitPrompts(handWrittenPrompts()).train.map(
    ({ prompt: { id, text, category, style }, behaviour }): SuiteRow => ({
      id,
      prompt: text,
      expected: "any",
      category,
      ...(style !== undefined && { style }),
      clusterId: behaviour.id,
      source: name,
    }),
  );
  return {
    name,
    rows,
    files: [{ file: "", sha256: hashOf(rows), origin: "our own training prompts" }],
    passedOver: new Map(),
    licence: undefined,
  };
}
