/**
 * The log of a job, which is hostile text: training figures (lines that are Python dictionaries of numbers), the progress bar's
 * total, and why it failed.
 */
import { stripVTControlCharacters } from "node:util";
import type { TrainStep } from "../seams.ts";

const entry = /['"]([\w/]{1,40})['"]: ['"]?(-?\d[\d.]{0,30}(?:e[+-]?\d{1,3})?)['"]?[,}]/g;
/** `3/12 [` of a progress bar. */
const bar = /(?<!\d)\d{1,9}\/(\d{1,9}) \[/g;
/** Characters of the longest line that is read. */
const longest = 4000;

/** A step, and all tokens that were read up to its end; 0 where the log does not tell. */
export type LoggedStep = TrainStep & { readonly num_tokens?: number };

/** Steps in order, and how many there will be. */
export function stepsOf(log: string): { readonly steps: LoggedStep[]; readonly total: number | undefined } {
  const steps: LoggedStep[] = [];
  let total: number | undefined;
  for (const line of log.split(/[\r\n]/)) {
    if (line.length > longest) continue;
    for (const [, of] of line.matchAll(bar)) total = Number(of);
    const from = line.indexOf("{");
    if (from < 0) continue;
    const figures = Object.fromEntries(
      [...line.slice(from).matchAll(entry)].map(([, key, value]) => [key!, Number(value)]).filter(isFinitePair),
    );
    const { loss, epoch, grad_norm, learning_rate } = figures;
    if (loss === undefined || epoch === undefined || grad_norm === undefined || learning_rate === undefined) continue;
    steps.push({ ...figures, step: steps.length + 1, epoch, loss, grad_norm, learning_rate });
  }
  return { steps, total };
}

function isFinitePair(pair: readonly (string | number)[]): pair is [string, number] {
  return Number.isFinite(pair[1]);
}

/** The last `most` lines of a log that say something, each without what a terminal would obey. */
export function lastLines(log: string, most: number): string[] {
  return log
    .slice(-200 * longest)
    .split(/[\r\n]/)
    .map(cleaned)
    .filter((line) => line !== "")
    .slice(-most);
}

/** Text on one line without escape sequences, control characters and marks that turn the direction of writing. */
export function cleaned(text: string): string {
  return stripVTControlCharacters(text.slice(0, longest))
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ")
    .trim();
}

/** An error's line that says more than that a child process ended. */
const errorLine = /^(?:\[rank\d+\]: ?)?(?:[a-z_]\w*\.)*[A-Z]\w*(?:Error|Exception)\b/;
const ofParents = /CalledProcessError|ChildFailedError/;

/** Why a job failed: its last line with an error's name, otherwise its last line. */
export function failureIn(log: string): string {
  const lines = lastLines(log, 400);
  const errors = lines.filter((line) => errorLine.test(line) && !ofParents.test(line));
  return (errors.at(-1) ?? lines.at(-1) ?? "it logged nothing").slice(0, 300);
}
