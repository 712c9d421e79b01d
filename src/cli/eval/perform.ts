/**
 * An evaluation with everybody at hand: attempts, figures, files, the table, and the exit code that the limits mean. Who plays comes
 * in as arguments, so that it is the same with models that are scripted.
 */
import { dirname, join } from "node:path";
import { SeasError } from "../../errors.ts";
import { abilityScores } from "../../eval/ability.ts";
import type { AbilitySuite } from "../../eval/ability-rows.ts";
import type { EvalAttempt, Question } from "../../eval/attempt.ts";
import { drawRows } from "../../eval/draw.ts";
import { type EvalSettings, evaluate } from "../../eval/evaluate.ts";
import { type EvalFolder, type Measured, openEvalFolder } from "../../eval/folder.ts";
import { type Gate, gatesOf, type Limits } from "../../eval/gates.ts";
import { evalScores } from "../../eval/scores.ts";
import { compareAnswers, winRates } from "../../eval/win-rate.ts";
import { writeWholeFile } from "../../formats/whole-file.ts";
import { hashOf } from "../../judges/named.ts";
import type { Score } from "../../records.ts";
import { makeFolder, toDocument } from "../../run/atomic.ts";
import type { Suite } from "../../suites/open.ts";
import type { ExitCode, Streams } from "../commands.ts";
import { counted } from "../format.ts";
import type { Progress } from "../progress.ts";
import { errorRateNote, judgeLines } from "../results.ts";
import { screenOf, terminalSafe } from "../terminal.ts";
import { junitXml } from "./junit.ts";
import type { EvalPlayers } from "./players.ts";
import { abilityTables, differenceLines, gateLines, suiteTables } from "./text.ts";

/** What is to be done, flags and configuration read. */
export interface EvalRequest {
  readonly suites: readonly Suite[];
  /** What is measured without answers. @default nothing */
  readonly ability?: readonly AbilitySuite[];
  /** Prompts of each suite, at most. */
  readonly limit: number | undefined;
  readonly settings: EvalSettings;
  readonly batchSize: { readonly answers: number; readonly verdicts: number };
  readonly limits: Limits;
  /** @default a folder under `evals`, named by what is measured */
  readonly out: string | undefined;
  readonly junit: string | undefined;
  readonly json: string | undefined;
}

/** What came out. */
export interface EvalResult {
  readonly attempts: readonly EvalAttempt[];
  readonly scores: readonly Score[];
  readonly gates: readonly Gate[];
}

/**
 * Evaluates, and tells.
 *
 * @returns 100 when a limit was not kept, else 0
 * @throws SeasError E_CANCELLED, E_JUDGE, E_USAGE, E_DISK; what was done until then is kept in the folder
 */
export async function performEval(
  request: EvalRequest,
  players: EvalPlayers,
  { stdout }: Pick<Streams, "stdout">,
  progress: Progress,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { limit, settings, limits, ability = [] } = request;
  const questions = questionsOf(request.suites, limit, settings.seed);
  const measured = measuredBy(players, questions, ability, limit, settings);
  const folder = await openEvalFolder(request.out ?? defaultFolder(measured), measured);
  let attempts: EvalAttempt[];
  let scores: Score[];
  try {
    const before = folder.answers.size;
    if (before > 0) progress.line(`going on with ${terminalSafe(folder.dir, 1000)}: ${counted(before, "answer")} kept`);
    const evaluation = { ...players, judge: players.judge.judge, questions, settings, batchSize: request.batchSize };
    attempts = await evaluate(evaluation, folder, progress.reporter, signal);
    const { comparer } = players;
    const { verdicts } = request.batchSize;
    const comparisons =
      comparer === undefined
        ? []
        : await compareAnswers(attempts, comparer, folder, verdicts, progress.reporter, signal);
    scores = [
      ...evalScores(attempts, { ...players, judge: players.judge.judge.name }),
      ...winRates(comparisons, players.models),
      ...(await abilityScores(players.models, ability, signal)),
    ];
    await folder.finish(attempts, comparisons, scores);
  } catch (error) {
    throw stopped(error, folder, signal, progress.line);
  } finally {
    progress.close();
    await folder.close();
  }
  const result = { attempts, scores, gates: gatesOf(scores, limits) };
  if (request.json !== undefined) await write(request.json, toDocument(document(request, players, measured, result)));
  if (request.junit !== undefined) await write(request.junit, junitXml(result));
  const screen = screenOf(stdout);
  const { judge, quality, part } = players;
  const known = quality === undefined ? [] : [quality];
  const lines = [
    ...suiteTables(request.suites, players.models, result),
    ...abilityTables(ability, players.models, scores),
    ...errorRateNote(result.scores),
    ...differenceLines(players.models),
    ...(request.suites.length === 0 ? [] : [judgeLines(judge.judge.name, known, part)]),
    ...gateLines(result.gates, screen),
    terminalSafe(folder.dir, 1000),
  ];
  screen.write(`${lines.join("\n")}\n`);
  return result.gates.every(({ met }) => met) ? 0 : 100;
}

/** The prompts, suite by suite; every model is asked the same. */
function questionsOf(suites: readonly Suite[], limit: number | undefined, seed: number): Question[] {
  return suites.flatMap(({ name, rows }) =>
    drawRows(rows, limit ?? rows.length, seed).map(
      ({ id, prompt, expected, category, clusterId, source }): Question => ({
        suite: name,
        promptId: id,
        prompt,
        expected,
        category,
        clusterId,
        source,
      }),
    ),
  );
}

function measuredBy(
  { models, judge }: EvalPlayers,
  questions: readonly Question[],
  ability: readonly AbilitySuite[],
  limit: number | undefined,
  settings: EvalSettings,
): Measured {
  const names = [...new Set(questions.map(({ suite }) => suite))];
  return {
    suites: Object.fromEntries([
      ...names.map((name) => [name, hashOf(questions.filter(({ suite }) => suite === name))]),
      ...ability.map(({ name, choices, texts }) => [name, hashOf([choices, texts])]),
    ]),
    models: Object.fromEntries(models.map(({ name, sha256 }) => [name, sha256])),
    judge: { name: judge.judge.name, sha256: judge.sha256 },
    settings: { ...settings, limit: limit ?? null },
  };
}

/** The same command finds its folder again. */
function defaultFolder(measured: Measured): string {
  const names = Object.keys(measured.suites).join("+");
  return join("evals", `${names.replace(/[^\w.+-]/g, "-").slice(0, 60)}-${hashOf([measured]).slice(0, 8)}`);
}

/** What ended the work, with what is kept of it and how to go on. */
function stopped(cause: unknown, folder: EvalFolder, signal: AbortSignal, tell: (text: string) => void): unknown {
  const { dir, answers, verdicts } = folder;
  if (answers.size === 0) {
    return signal.aborted ? new SeasError("E_CANCELLED", "stopped before the first answer was kept", { cause }) : cause;
  }
  const kept = `${counted(answers.size, "answer")} and ${counted(verdicts.size, "verdict")} kept in ${dir}`;
  if (signal.aborted) return new SeasError("E_CANCELLED", `stopped; ${kept}`, { hint: "the same command goes on" });
  tell(`${terminalSafe(kept, 1000)}; the same command goes on`);
  return cause;
}

/** For other programs: everything but the texts. */
function document(
  { suites, ability = [] }: EvalRequest,
  { models, judge, quality }: EvalPlayers,
  { settings, suites: hashes }: Measured,
  { attempts, scores, gates }: EvalResult,
) {
  return {
    format: 1,
    // Where no limit was set none was kept either.
    passed: gates.length === 0 ? null : gates.every(({ met }) => met),
    gates: gates.map(({ flag, limit, score, met, measured }) => {
      const { suite, model, metric, value, n, unscored } = score;
      return { flag, limit, suite, model, metric, value, n, unscored, measured, met };
    }),
    suites: suites.map(({ name, rows, files, licence }) => ({
      name,
      sha256: hashes[name],
      prompts: new Set(attempts.filter(({ suite }) => suite === name).map(({ promptId }) => promptId)).size,
      of: rows.length,
      files: files.map(({ origin, sha256 }) => ({ origin, sha256 })),
      ...(licence !== undefined && { licence }),
    })),
    ability: ability.map(({ name, choices, texts, of }) => ({
      ...{ name, sha256: hashes[name], questions: choices.length, texts: texts.length, of },
    })),
    models: models.map(({ name, sha256, iteration }) => ({ name, sha256, iteration })),
    judge: { name: judge.judge.name, sha256: judge.sha256, ...(quality !== undefined && { quality }) },
    settings,
    scores,
  };
}

async function write(path: string, text: string): Promise<void> {
  await makeFolder(dirname(path));
  await writeWholeFile(path, (file) => file.writeFile(text));
}
