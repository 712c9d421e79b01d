/**
 * The attacks of a run: every prompt that could be used, of the stages that write prompts. Prompts that were dropped are no
 * attacks. Only finished stages are read, so a run that is still going can be read as well.
 */
import { Prompt } from "../records.ts";
import type { RunInfo } from "./inspect.ts";
import { readRows } from "./rows.ts";

/**
 * `prompts`: R_i's of an iteration; `hand-written`: the training prompts beside them; `cross-play`: what R_i writes for the
 * matrix, all that the last Red Team ever wrote.
 */
export type AttackStage = "prompts" | "hand-written" | "cross-play";

/**
 * In the order in which they were written.
 *
 * @throws SeasError naming file and line when a row is damaged
 */
export async function* attacksOf(run: RunInfo, stages: readonly AttackStage[]): AsyncGenerator<Prompt> {
  for (const iteration of iterationsOf(run)) {
    for (const stage of stages) {
      if (!hasFinished(run, iteration, stage)) continue;
      for await (const prompt of readRows(run, iteration, stage, Prompt)) {
        if (prompt.dropped === undefined) yield prompt;
      }
    }
  }
}

/** Iterations of which anything is finished, rising. */
export function iterationsOf({ stages }: RunInfo): number[] {
  return [...new Set(stages.map(({ iteration }) => iteration))];
}

/** Whether a stage of the iteration is finished. */
export function hasFinished({ stages }: RunInfo, iteration: number, name: string): boolean {
  return stages.some((stage) => stage.iteration === iteration && stage.name === name);
}
