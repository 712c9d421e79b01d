/**
 * The attack of an iteration as it lies on file: prompts, answers and verdicts in one order, read side by side as often as they
 * are needed. Nothing of it is held, so that memory does not grow with the number of tuples.
 */
import { SeasError } from "../errors.ts";
import { Attempt, Prompt, Verdict } from "../records.ts";
import { type Streamed, streamed, without } from "../run/inputs.ts";
import { readRows } from "../run/rows.ts";
import type { Context } from "./context.ts";

/** A prompt, its answers and their verdicts, in order of sampling. */
export interface JudgedPrompt {
  readonly prompt: Prompt;
  /** None for a prompt that was dropped. */
  readonly answers: readonly { readonly attempt: Attempt; readonly verdict: Verdict }[];
}

/** Every prompt of an attack, the Red Team's in the order of their seed prompts, dropped ones among them, then those by hand. */
export async function* attackPrompts({ run, config }: Context, iteration: number): AsyncGenerator<Prompt> {
  yield* readRows(run, iteration, "prompts", Prompt);
  if (config.attack.handWritten > 0) yield* readRows(run, iteration, "hand-written", Prompt);
}

/** The prompts that are put to the Target: all that were not dropped. */
export function askedPrompts(context: Context, iteration: number): Promise<Streamed<Prompt>> {
  return streamed(async function* () {
    for await (const prompt of attackPrompts(context, iteration)) if (prompt.dropped === undefined) yield prompt;
  });
}

/** What there is to judge: every answer beside its prompt. */
export function answersToJudge(context: Context, iteration: number, asked: Streamed<Prompt>) {
  const { responsesPerPrompt: m } = context.config.attack;
  const each = async function* () {
    const attempts = readRows(context.run, iteration, "attempts", Attempt);
    for await (const prompt of attackPrompts(context, iteration)) {
      if (prompt.dropped !== undefined) continue;
      for (const attempt of await next(attempts, m))
        yield { prompt, attempt: of(prompt.id, attempt.promptId, attempt) };
    }
  };
  return { length: m * asked.length, from: (index: number) => without(index, each()) };
}

/** Every prompt of an attack with what came of it. */
export async function* judgedPrompts(context: Context, iteration: number): AsyncGenerator<JudgedPrompt> {
  const { responsesPerPrompt: m } = context.config.attack;
  const attempts = readRows(context.run, iteration, "attempts", Attempt);
  const verdicts = readRows(context.run, iteration, "verdicts", Verdict);
  try {
    for await (const prompt of attackPrompts(context, iteration)) {
      if (prompt.dropped !== undefined) {
        yield { prompt, answers: [] };
        continue;
      }
      const said = await next(verdicts, m);
      const answers = (await next(attempts, m)).map((attempt, i) => ({
        attempt: of(prompt.id, attempt.promptId, attempt),
        verdict: of(attempt.id, said[i]!.attemptId, said[i]!),
      }));
      yield { prompt, answers };
    }
  } finally {
    await attempts.return(undefined);
    await verdicts.return(undefined);
  }
}

/** The next `count` rows. */
async function next<T>(rows: AsyncGenerator<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  while (taken.length < count) {
    const { done, value } = await rows.next();
    if (done) throw apart();
    taken.push(value);
  }
  return taken;
}

/** The row, if it belongs where it stands. */
function of<T>(wanted: string, found: string, row: T): T {
  if (found !== wanted) throw apart();
  return row;
}

function apart(): SeasError {
  return new SeasError("E_RUN", "prompts, attempts and verdicts of the run do not belong together", {
    hint: "its files were changed by something else; restore them from a copy, or start a new run",
  });
}
