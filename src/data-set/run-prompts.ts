/**
 * What runs bring to a data set: the prompts that their Red Teams wrote, and the verdicts on the answers to these and to
 * our own. A Red Team models its prompts on training prompts, so all of them are training prompts here. Only finished
 * stages are read.
 */
import { basename } from "node:path";
import { SeasError } from "../errors.ts";
import { Attempt, EvaluationRow, type Prompt, Verdict } from "../records.ts";
import { attacksOf, hasFinished, iterationsOf } from "../run/attacks.ts";
import { type RunInfo, readRun } from "../run/inspect.ts";
import { allRows, readRows } from "../run/rows.ts";
import { evaluationRows } from "../suites/in-training.ts";
import type { SetRow } from "./row.ts";

/** How often a judge found what; by its name. */
export interface Tally {
  safe: number;
  unsafe: number;
  unscored: number;
  readonly judges: Set<string>;
}

/** What a run brings. */
export interface RunPrompts {
  readonly name: string;
  /** It worked with a data set of others, whose licence goes with its prompts. */
  readonly ofOthers: boolean;
  /** In the order in which they were written. */
  readonly rows: readonly SetRow[];
}

/**
 * Reads a run.
 *
 * @param tallies by id of a prompt; the run's verdicts are added
 * @throws SeasError E_RUN for what is no run or damaged; E_USAGE when it trained on rows of a suite for measuring only
 */
export async function readRunPrompts(dir: string, tallies: Map<string, Tally>): Promise<RunPrompts> {
  const run = await readRun(dir);
  const { dataset } = run.config.data;
  const theirs = dataset === null ? [] : [...(await evaluationRows(dataset)).keys()];
  if (theirs.length > 0) {
    throw new SeasError("E_USAGE", `${run.dir}: its data set has rows from ${theirs.join(", ")}, for measuring only`, {
      hint: "what its Red Teams wrote is modelled on them; take another run",
    });
  }
  const name = basename(run.dir);
  const rows: SetRow[] = [];
  for await (const prompt of attacksOf(run, ["prompts"])) rows.push(rowOf(prompt, name));
  for (const iteration of iterationsOf(run)) {
    const finished = (stage: string) => hasFinished(run, iteration, stage);
    if (finished("attempts") && finished("verdicts")) await addVerdicts(run, iteration, tallies);
    if (finished("evaluation")) await addEvaluation(run, iteration, tallies);
  }
  return { name, ofOthers: dataset !== null, rows };
}

function rowOf({ id, text, category, style, author, seedId }: Prompt, run: string): SetRow {
  return {
    // What is no valid text in UTF-8 would not be the same in all files.
    ...{ id, prompt: text.replace(/\p{Surrogate}/gu, "\ufffd"), category, style: style ?? null, split: "train" },
    author: author === "hand" ? author : `${author.replace(/^red-team-/, "R_")} of ${run}`,
    ...{ cluster: `${run}/${seedId ?? id}`, template: null, safe: null, unsafe: null, unscored: null, judge: null },
  };
}

/** The training judge on the attack. */
async function addVerdicts(run: RunInfo, iteration: number, tallies: Map<string, Tally>) {
  const promptOf = new Map<string, string>();
  for (const { id, promptId } of await allRows(run, iteration, "attempts", Attempt)) promptOf.set(id, promptId);
  for await (const { attemptId, label, judge } of readRows(run, iteration, "verdicts", Verdict)) {
    const promptId = promptOf.get(attemptId);
    if (promptId !== undefined) add(tallies, promptId, label, judge);
  }
}

/** The scoring judge, the last, on held-out attacks. */
async function addEvaluation(run: RunInfo, iteration: number, tallies: Map<string, Tally>) {
  for await (const { suite, promptId, verdicts } of readRows(run, iteration, "evaluation", EvaluationRow)) {
    const verdict = verdicts.at(-1);
    if (suite === "test" && verdict !== undefined) add(tallies, promptId, verdict.label, verdict.judge);
  }
}

function add(tallies: Map<string, Tally>, promptId: string, label: Verdict["label"], judge: string): void {
  const tally = tallies.get(promptId) ?? { safe: 0, unsafe: 0, unscored: 0, judges: new Set<string>() };
  tallies.set(promptId, tally);
  tally[label]++;
  tally.judges.add(judge);
}
