/**
 * Run folder → one plain object with everything on the page. An unfinished or damaged run still gives one; what is
 * missing is said in `gaps`. Reads only.
 */
import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import { describeError, SeasError } from "../errors.ts";
import { JudgeQuality } from "../judges/quality.ts";
import { Score } from "../records.ts";
import { End } from "../run/end.ts";
import { lockHolder } from "../run/lock.ts";
import { FORMAT } from "../run/manifest.ts";
import { LOCK } from "../run/run.ts";
import { readAnswers, readWritten } from "./answers.ts";
import { compareRuns } from "./compare.ts";
import { countAttack, readTimes, readTraining } from "./counts.ts";
import { figuresOf } from "./figures.ts";
import { exists, type RunFiles, readJson, readRows } from "./files.ts";
import type { Summary } from "./types.ts";
import { readUsage } from "./usage.ts";

/** As much of run.json as the page needs, every part optional. */
const Run = z.looseObject({ format: z.unknown(), createdAt: z.string().optional() });
const Known = z.looseObject({
  iterations: z.number().int().positive().optional().catch(undefined),
  judge: z.looseObject({ train: z.string().optional(), score: z.string().optional() }).optional().catch(undefined),
});

/** What else goes into a summary. */
export interface SummaryOptions {
  /** Folder of another run to compare with. */
  readonly against?: string | undefined;
}

/**
 * Summarizes a run.
 *
 * @throws SeasError E_RUN when the folder is not there, or holds nothing of a run
 */
export async function summarize(runDir: string, { against }: SummaryOptions = {}): Promise<Summary> {
  const files: RunFiles = { runDir: resolve(runDir), gaps: [] };
  const names = await list(files.runDir);
  const iterations = [...new Set(names.flatMap((name) => /^(\d+)\//.exec(name)?.[1] ?? []))]
    .map(Number)
    .sort((a, b) => a - b);
  if (!names.includes("run.json") && iterations.length === 0) {
    throw new SeasError("E_RUN", `${runDir} is not a run folder: it has no run.json`, {
      hint: "a run is a folder under runs/",
    });
  }
  const run = await readJson(files, "run.json", Run);
  if (run === null && !names.includes("run.json"))
    files.gaps.push("run.json is not there: configuration and facts are unknown.");
  if (run !== null && run.format !== FORMAT) {
    files.gaps.push(
      `The run is of format ${String(run.format)}; this version reads format ${FORMAT}, so figures may be missing.`,
    );
  }
  const config = Known.safeParse(run?.config).data;
  const end = await readJson(files, "end.json", End);
  const live = (await lockHolder(join(files.runDir, LOCK)).catch(() => undefined))?.live === true;

  const scores: Score[] = [];
  for (const i of iterations) for await (const row of readRows(files, `${i}/scores.jsonl`, Score)) scores.push(row);
  const known: JudgeQuality[] = [];
  for await (const row of readRows(files, "0/judges.jsonl", JudgeQuality)) known.push(row);
  const figures = figuresOf(scores, { train: config?.judge?.train, score: config?.judge?.score }, known);
  const judges = figures.judges.map(({ judge }) => judge);
  const texts = await readAnswers(files, iterations, judges);
  const rounds = iterations.filter((i) => i > 0);
  const planned = config?.iterations ?? null;
  await tellMissing(files, iterations, planned);
  const marks = names.filter((name) => name.endsWith(".done")).sort(byIteration);
  const { output: _, ...shown } = config ?? {};
  const summary: Summary = {
    name: basename(files.runDir),
    status: live ? "running" : (end?.status ?? "unfinished"),
    seconds: end?.seconds ?? null,
    planned,
    ...figures,
    ...texts,
    training: (await Promise.all(iterations.map((i) => readTraining(files, i)))).flat(),
    counts: await Promise.all(rounds.map((i) => countAttack(files, i))),
    time: await readTimes(files, marks),
    usage: await readUsage(files, marks, run?.config),
    written: (await Promise.all(rounds.map((i) => readWritten(files, i)))).flat(),
    config: config === undefined ? null : shown,
    createdAt: run?.createdAt ?? null,
    git: run?.git ?? null,
    versions: run?.versions ?? null,
    facts: run?.facts ?? null,
    gaps: files.gaps,
    against: null,
  };
  if (against === undefined) return summary;
  return { ...summary, against: await compareRuns([runDir, summary], [against, await summarize(against)]) };
}

/** Files of the run, relative, with forward slashes. */
async function list(runDir: string): Promise<string[]> {
  try {
    if (!(await stat(runDir)).isDirectory()) throw new Error("not a folder");
    return (await readdir(runDir, { recursive: true })).map((name) => name.replaceAll("\\", "/"));
  } catch (cause) {
    throw new SeasError("E_RUN", `${runDir} cannot be read as a run folder: ${describeError(cause)}`, { cause });
  }
}

const parts = ["prompts.jsonl", "attempts.jsonl", "verdicts.jsonl", "pairs.red-team.jsonl", "pairs.target.jsonl"];
const results = ["evaluation.jsonl", "scores.jsonl"];

/** One sentence for each iteration that lacks files, one for those that have not begun. */
async function tellMissing(files: RunFiles, iterations: readonly number[], planned: number | null): Promise<void> {
  for (const i of iterations) {
    const missing: string[] = [];
    for (const name of i === 0 ? results : [...parts, ...results]) {
      if (!(await exists(files, `${i}/${name}`))) missing.push(name);
    }
    if (missing.length > 0) files.gaps.push(`Iteration ${i} lacks ${missing.join(", ")}.`);
  }
  const expected = Array.from({ length: (planned ?? -1) + 1 }, (_, i) => i).filter((i) => !iterations.includes(i));
  if (expected.length > 0) files.gaps.push(`Not begun: iteration ${expected.join(", ")} of 0 to ${planned}.`);
}

function byIteration(a: string, b: string): number {
  return Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1);
}
