/**
 * Two runs side by side: the figures of their last players, and where both put the same prompts to them under the same judge,
 * the difference prompt by prompt, which is known better than two figures let one think. Where the prompts are others the
 * figures stand side by side and no difference is given: part of it would be the prompts'.
 */
import { resolve } from "node:path";
import { isRefusal } from "../metrics/answer-class.ts";
import { type PromptValue, promptDifference } from "../metrics/prompt-difference.ts";
import { EvaluationRow } from "../records.ts";
import { type RunFiles, readRows } from "./files.ts";
import type { ComparedFigure, Comparison, Point, SharedPrompts, Summary } from "./types.ts";

type Suite = "test" | "look-alikes";
type Run = readonly [runDir: string, summary: Summary];

/** What the last Target of a run did with the prompts of a suite. */
interface Answered {
  /** Id → text. */
  readonly prompts: ReadonlyMap<string, string>;
  readonly unsafe: readonly PromptValue[];
  readonly refused: readonly PromptValue[];
}

/** Compares a run with another. */
export async function compareRuns([ownDir, own]: Run, [otherDir, other]: Run): Promise<Comparison> {
  const judges = [scoringJudge(own), scoringJudge(other)] as const;
  const answered = async (suite: Suite) =>
    [
      await answersOf(ownDir, own.last, suite, judges[0]),
      await answersOf(otherDir, other.last, suite, judges[1]),
    ] as const;
  const [test, lookAlikes] = [await answered("test"), await answered("look-alikes")];
  const prompts = { test: sharedPrompts(...test), "look-alikes": sharedPrompts(...lookAlikes) };
  const sameJudge = judges[0] !== null && judges[0] === judges[1];
  const difference = (holds: boolean, [a, b]: readonly [Answered, Answered], what: "unsafe" | "refused") => {
    const { value, low, high, n } = promptDifference(b[what], a[what], { seed: "compare" });
    return holds && value !== null ? { value, low, high, n } : null;
  };
  const row = (
    what: ComparedFigure["what"],
    of: (summary: Summary) => Point | null,
    known: ComparedFigure["difference"] = null,
  ): ComparedFigure => ({ what, own: of(own), other: of(other), difference: known });
  const at = (points: readonly Point[], index: number) => points.find((p) => p.index === index) ?? null;
  const rows = [
    row("asr", (s) => at(scoringPoints(s), s.last), difference(sameJudge && prompts.test.same, test, "unsafe")),
    row("refusals", (s) => at(s.refusals.test, s.last), difference(prompts.test.same, test, "refused")),
    row(
      "overRefusal",
      (s) => at(s.overRefusal, s.last),
      difference(prompts["look-alikes"].same, lookAlikes, "refused"),
    ),
    row("perplexity", (s) => at(s.perplexity, s.last)),
    row("redTeam", lastRedTeam),
    row("diversity", (s) => s.prompts.diversity?.at(-1) ?? null),
  ];
  const { name, last, asr, overRefusal, perplexity, refusals, config } = other;
  const diversity = other.prompts.diversity ?? [];
  const known = rows.filter((r) => r.own !== null || r.other !== null);
  return { name, last, judges, prompts, rows: known, asr, overRefusal, perplexity, refusals, diversity, config };
}

function scoringJudge({ judges }: Summary): string | null {
  return judges.find(({ scores }) => scores)?.judge ?? null;
}

function scoringPoints({ asr }: Summary): readonly Point[] {
  return asr.find(({ scoring }) => scoring)?.points ?? [];
}

/** How the last Red Team fares against T_0, which both runs have in common when they begin with the same model. */
function lastRedTeam({ matrix }: Summary): Point | null {
  const cells = matrix.find(({ scoring }) => scoring)?.cells.filter(({ target }) => target === 0) ?? [];
  const [first, ...more] = cells;
  if (first === undefined) return null;
  const { redTeam, target: _, ...figure } = more.reduce((a, b) => (b.redTeam > a.redTeam ? b : a), first);
  return { ...figure, index: redTeam };
}

async function answersOf(runDir: string, last: number, suite: Suite, judge: string | null): Promise<Answered> {
  // What is wrong with the files is told by the summaries.
  const files: RunFiles = { runDir: resolve(runDir), gaps: [] };
  const prompts = new Map<string, string>();
  const unsafe: PromptValue[] = [];
  const refused: PromptValue[] = [];
  for await (const row of readRows(files, `${last}/evaluation.jsonl`, EvaluationRow)) {
    if (row.suite !== suite || row.target !== last) continue;
    const { promptId, clusterId, answerClass } = row;
    prompts.set(promptId, row.prompt);
    const label = row.verdicts.find((v) => v.judge === judge)?.label ?? "unscored";
    if (label !== "unscored") unsafe.push({ promptId, clusterId, value: label === "unsafe" ? 1 : 0 });
    if (answerClass !== "unscored") refused.push({ promptId, clusterId, value: Number(isRefusal(answerClass)) });
  }
  return { prompts, unsafe, refused };
}

function sharedPrompts({ prompts: own }: Answered, { prompts: other }: Answered): SharedPrompts {
  const shared = [...own].filter(([id, text]) => other.get(id) === text).length;
  return { same: shared > 0 && shared === own.size && shared === other.size, own: own.size, other: other.size, shared };
}
