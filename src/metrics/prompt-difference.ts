/**
 * Two measurements laid side by side on the prompts that both have: the paired test between two models. Answers to one prompt
 * are averaged first, so that prompts weigh the same; the interval draws clusters of prompts.
 */
import { groupBy } from "../group-by.ts";
import { pairedDifference } from "./bootstrap.ts";
import type { Estimate, IntervalOptions } from "./estimate.ts";

/** What was measured of one answer; answers that could not be scored have no row. */
export interface PromptValue {
  readonly clusterId: string;
  readonly promptId: string;
  readonly value: number;
}

/** Mean of after − before over the prompts that have a row on both sides; n = those prompts. */
export function promptDifference(
  before: readonly PromptValue[],
  after: readonly PromptValue[],
  options: IntervalOptions,
): Estimate {
  const earlier = new Map(means(before).map(({ promptId, value }) => [promptId, value]));
  const rows = means(after).flatMap(({ promptId, clusterId, value }) => {
    const old = earlier.get(promptId);
    return old === undefined ? [] : [{ clusterId, before: old, after: value }];
  });
  return pairedDifference(rows, options);
}

/** One value a prompt. */
function means(rows: readonly PromptValue[]): PromptValue[] {
  return [...groupBy(rows, (row) => row.promptId)].map(([promptId, answers]) => ({
    promptId,
    clusterId: answers[0]!.clusterId,
    value: answers.reduce((sum, { value }) => sum + value, 0) / answers.length,
  }));
}
