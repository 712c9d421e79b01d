/**
 * What scores need of the answers of an evaluation: no text but what diversity is measured on. Names and verdicts that come
 * again and again are held once, so that the whole R × T matrix of a large run fits.
 */
import { EvaluationRow, Prompt, type Verdict } from "../records.ts";
import { readRows } from "../run/rows.ts";
import type { Run } from "../run/run.ts";
import type { Context } from "./context.ts";

/** `<iteration>/cross-play.jsonl`: what R_i writes for the matrix. */
export const crossPlayFile = "cross-play";

/** An answer of an evaluation without its texts. */
export interface EvaluatedAnswer
  extends Pick<EvaluationRow, "suite" | "clusterId" | "promptId" | "target" | "redTeam" | "answerClass"> {
  /** Whose evaluation it belongs to. */
  readonly iteration: number;
  readonly verdicts: readonly Pick<Verdict, "judge" | "label" | "language">[];
}

/** The answers of iterations 0 … `last`, in order. */
export async function* evaluatedAnswers(run: Pick<Run, "path">, last: number): AsyncGenerator<EvaluatedAnswer> {
  const names = new Map<string, string>();
  const said = new Map<string, EvaluatedAnswer["verdicts"]>();
  for (let iteration = 0; iteration <= last; iteration++) {
    for await (const row of readRows(run, iteration, "evaluation", EvaluationRow)) {
      const { suite, target, redTeam, answerClass } = row;
      const verdicts = row.verdicts.map(({ judge, label, language }) => ({
        judge,
        label,
        ...(language && { language }),
      }));
      yield {
        iteration,
        suite,
        clusterId: once(names, row.clusterId, row.clusterId),
        promptId: once(names, row.promptId, row.promptId),
        target,
        redTeam,
        answerClass,
        verdicts: once(said, JSON.stringify(verdicts), verdicts),
      };
    }
  }
}

/** A prompt that R_i wrote for the matrix. */
export interface WrittenPrompt {
  /** Of its seed prompt. */
  readonly clusterId: string;
  readonly text: string;
  readonly dropped: boolean;
}

/** What R_i wrote for the matrix; nothing in a run without one. */
export async function writtenPrompts({ run, config }: Context, iteration: number): Promise<WrittenPrompt[]> {
  const written: WrittenPrompt[] = [];
  if (config.evaluation.crossPlaySeeds === 0) return written;
  for await (const { seedId, text, dropped } of readRows(run, iteration, crossPlayFile, Prompt))
    written.push({ clusterId: seedId!, text, dropped: dropped !== undefined });
  return written;
}

/** The value that was first known under the key. */
function once<T>(known: Map<string, T>, key: string, value: T): T {
  const first = known.get(key);
  if (first !== undefined) return first;
  known.set(key, value);
  return value;
}
