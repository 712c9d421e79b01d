/**
 * Every attempt of a run for the page: the answers of the attacks and of the evaluations, with their verdicts, where they come
 * from and what they trained. Files are streamed; what is kept has a limit, above which attempts are evenly spread over the run
 * and answers over the attempts, so that neither memory nor the page grows with it. Nothing is picked for its looks.
 */
import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { Attempt, EvaluationRow, Prompt, Verdict } from "../../records.ts";
import { wholeLines } from "../../run/lines.ts";
import { exists, type RunFiles, readJson, readRows } from "../files.ts";
import { readPairUses } from "./pairs.ts";
import { type PromptTable, promptTable } from "./prompts.ts";
import { pack, type TextWriter, textWriter } from "./texts.ts";
import { type AttemptArchive, type AttemptIndex, classes, endings, labels, type PairUse, suites } from "./types.ts";

/** Most of what is kept. */
export interface AttemptLimits {
  /** @default 200,000 */
  readonly attempts?: number;
  /** Bytes of the files that answers may come from; about a third of it goes into the page. @default 64 MiB */
  readonly bytes?: number;
}

const Run = z.looseObject({
  config: z.looseObject({
    judge: z.looseObject({ train: z.string().optional(), score: z.string().optional() }).optional().catch(undefined),
  }),
});

type Columns = { -readonly [K in keyof AttemptIndex["rows"]]: number[] };
type Said = Pick<Verdict, "judge" | "label" | "unsafeProbability">;

/** What stays the same while a run is read. */
interface Reading {
  readonly files: RunFiles;
  readonly rows: Columns;
  readonly prompts: PromptTable;
  readonly texts: TextWriter;
  readonly judges: { readonly train: string | undefined; readonly score: string | undefined };
  readonly uses: ReadonlyMap<string, readonly PairUse[]>;
  readonly attemptPairs: Record<number, readonly PairUse[]>;
  /** Whether the next attempt is kept, and its text too. */
  readonly keep: () => boolean;
  readonly keepText: () => boolean;
}

/** Collects the attempts of a run, finished or not; null when there are none. */
export async function collectAttempts(runDir: string, limits: AttemptLimits = {}): Promise<AttemptArchive | null> {
  const { attempts: most = 200_000, bytes: mostBytes = 64 * 2 ** 20 } = limits;
  const files: RunFiles = { runDir: resolve(runDir), gaps: [] };
  const iterations = (await readdir(files.runDir).catch(() => []))
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
  const { lines: total, bytes } = await sizeOf(files, iterations);
  if (total === 0) return null;
  const { train, score } = (await readJson(files, "run.json", Run))?.config.judge ?? {};
  const texts = textWriter();
  const reading: Reading = {
    files,
    rows: emptyColumns(),
    prompts: promptTable(texts),
    texts,
    judges: { train, score },
    uses: await readPairUses(files, iterations),
    attemptPairs: {},
    keep: evenly(most / total),
    keepText: evenly(mostBytes / (bytes * Math.min(1, most / total))),
  };
  for (const iteration of iterations) {
    if (iteration > 0) await readAttack(reading, iteration);
    await readEvaluation(reading, iteration);
    await readPrompts(reading, iteration);
  }
  const { rows, prompts, uses, attemptPairs } = reading;
  const told = await prompts.end();
  const { blocks, first } = await texts.end();
  const promptPairs = Object.fromEntries(
    told.prompts.id.flatMap((id, place) => {
      const found = uses.get(id);
      return found === undefined ? [] : [[place, found]];
    }),
  );
  const known = rows.text.filter((place) => place >= 0).length;
  const index = { total, texts: known, rows, ...told, attemptPairs, promptPairs, blocks: first };
  const version = createHash("sha256").update(JSON.stringify(index)).digest("hex").slice(0, 16);
  return { version, index: await pack({ version, ...index } satisfies AttemptIndex), blocks };
}

/** The attack of an iteration: T_{i−1} answers, the training judge has spoken. */
async function readAttack(reading: Reading, iteration: number): Promise<void> {
  const { files, rows, uses, attemptPairs } = reading;
  const rowOf = new Map<string, number>();
  let line = 0;
  for await (const attempt of readRows(files, `${iteration}/attempts.jsonl`, Attempt)) {
    line++;
    if (!reading.keep()) continue;
    const { id, promptId, sample, response, finishReason } = attempt;
    const row = rows.prompt.length;
    rowOf.set(id, row);
    const found = uses.get(id);
    if (found !== undefined) attemptPairs[row] = found;
    await addRow(reading, { iteration, suite: "attack", target: iteration - 1, promptId, sample, response, line });
    rows.ending.push(endings.indexOf(finishReason));
    rows.answerClass.push(0);
    addVerdicts(reading, []);
  }
  for await (const verdict of readRows(files, `${iteration}/verdicts.jsonl`, Verdict)) {
    const row = rowOf.get(verdict.attemptId);
    if (row === undefined) continue;
    rows.trained[row] = labels.indexOf(verdict.label);
    rows.trainedPercent[row] = percentOf(verdict);
  }
}

async function readEvaluation(reading: Reading, iteration: number): Promise<void> {
  let line = 0;
  for await (const row of readRows(reading.files, `${iteration}/evaluation.jsonl`, EvaluationRow)) {
    line++;
    if (!reading.keep()) continue;
    const { suite, target, promptId, sample, response, redTeam, prompt: text, category, style } = row;
    await addRow(reading, { iteration, suite, target, promptId, sample, response, line });
    reading.rows.ending.push(endings.indexOf(row.finishReason));
    reading.rows.answerClass.push(classes.indexOf(row.answerClass));
    addVerdicts(reading, row.verdicts);
    const author = redTeam === undefined ? "hand" : `red-team-${redTeam}`;
    await reading.prompts.tell(promptId, { text, category, author, ...(style !== undefined && { style }) });
  }
}

/** What the prompts that attempts answer are, from the files that they were written to. Those by hand are seed prompts too. */
async function readPrompts({ files, prompts }: Reading, iteration: number): Promise<void> {
  for (const name of ["hand-written", "prompts", "cross-play"]) {
    for await (const prompt of readRows(files, `${iteration}/${name}.jsonl`, Prompt))
      if (name === "hand-written" || prompts.knows(prompt.id)) await prompts.tell(prompt.id, prompt);
  }
}

interface Row {
  readonly iteration: number;
  readonly suite: (typeof suites)[number];
  readonly target: number;
  readonly promptId: string;
  readonly sample: number;
  readonly response: string;
  readonly line: number;
}

async function addRow({ rows, prompts, texts, keepText }: Reading, row: Row): Promise<void> {
  rows.prompt.push(prompts.placeOf(row.promptId));
  rows.iteration.push(row.iteration);
  rows.suite.push(suites.indexOf(row.suite));
  rows.target.push(row.target);
  rows.sample.push(row.sample);
  rows.length.push(row.response.length);
  rows.line.push(row.line);
  rows.text.push(keepText() ? await texts.add(row.response) : -1);
}

/** A run that does not name its judges lists the training judge first. */
function addVerdicts({ rows, judges: { train, score } }: Reading, all: readonly Said[]): void {
  const of = (judge: string | undefined, otherwise: Said | undefined) =>
    judge === undefined ? otherwise : all.find((v) => v.judge === judge);
  const [trained, scored] = [of(train, all[0]), of(score, all.at(-1))];
  rows.trained.push(trained === undefined ? 0 : labels.indexOf(trained.label));
  rows.trainedPercent.push(trained === undefined ? -1 : percentOf(trained));
  rows.scored.push(scored === undefined ? 0 : labels.indexOf(scored.label));
  rows.scoredPercent.push(scored === undefined ? -1 : percentOf(scored));
}

function percentOf({ label, unsafeProbability }: Pick<Said, "label" | "unsafeProbability">): number {
  return unsafeProbability === undefined || label === "unscored" ? -1 : Math.round(unsafeProbability * 100);
}

function emptyColumns(): Columns {
  return {
    prompt: [],
    iteration: [],
    suite: [],
    target: [],
    sample: [],
    scored: [],
    trained: [],
    scoredPercent: [],
    trainedPercent: [],
    ending: [],
    answerClass: [],
    text: [],
    length: [],
    line: [],
  };
}

/** Says yes to that share of the calls, spread over all of them. */
function evenly(share: number): () => boolean {
  let before = 0;
  return () => {
    before++;
    return share >= 1 || Math.floor(before * share) > Math.floor((before - 1) * share);
  };
}

/** Lines and bytes of the files that hold attempts. */
async function sizeOf(files: RunFiles, iterations: readonly number[]): Promise<{ lines: number; bytes: number }> {
  let [lines, bytes] = [0, 0];
  for (const iteration of iterations) {
    for (const name of ["attempts", "evaluation"]) {
      const file = `${iteration}/${name}.jsonl`;
      if (!(await exists(files, file))) continue;
      const path = join(files.runDir, file);
      bytes += (await stat(path)).size;
      for await (const _ of wholeLines(path)) lines++;
    }
  }
  return { lines, bytes };
}
