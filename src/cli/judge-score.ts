/**
 * `seas judge score`: a judge's verdict on each row of a file, written beside what was in it. Verdicts are kept as they
 * come, so that the same command goes on with what was interrupted; the file itself stands there whole or not at all.
 */
import { defineCommand } from "citty";
import { sha256OfFile } from "../engine/base/cache.ts";
import { freePath } from "../engine/export/whole-path.ts";
import { describeError, SeasError } from "../errors.ts";
import { type Row, readTable, writeTable } from "../formats/table.ts";
import { groupBy } from "../group-by.ts";
import type { Verdict } from "../records.ts";
import type { CommandModule, Streams } from "./commands.ts";
import { count, counted, percent } from "./format.ts";
import { catchInterrupts } from "./interrupt.ts";
import { judgeArguments, openJudge } from "./judge-flags.ts";
import { judgedRows } from "./judged-rows.ts";
import { type PartialVerdicts, partialVerdicts } from "./partial-verdicts.ts";
import { createProgress } from "./progress.ts";
import { screenOf, terminalSafe } from "./terminal.ts";

export const examples: CommandModule["examples"] = [
  ["seas judge score answers.jsonl --out judged.jsonl", "by the embedded judge that a run reports"],
  ["seas judge score a.csv --out b.parquet --judge guard --config seas.yaml", "by a guard on a server"],
  ["seas judge score judged.jsonl --out both.jsonl --judge guard --config seas.yaml --column second", "by a second"],
];

export const command = defineCommand({
  args: {
    file: { type: "positional", description: "Rows of {prompt, response}: .jsonl, .csv or .parquet", required: true },
    out: { type: "string", valueHint: "FILE", description: "Where the rows go, with their verdicts", required: true },
    column: { type: "string", valueHint: "NAME", default: "verdict", description: "Column for the verdicts" },
    ...judgeArguments,
  },
  async run({ args, data }) {
    const { stdout, stderr } = data as Streams;
    const out = await freePath(args.out);
    const progress = createProgress({ screen: screenOf(stderr), stream: stderr, samples: false, inRun: false });
    const { signal, stop } = catchInterrupts(progress, "stopping… verdicts so far are kept");
    let kept: PartialVerdicts | undefined;
    try {
      const rows = await textsOf(args.file, args.column);
      const judge = await openJudge(args, progress.line, signal);
      try {
        kept = await partialVerdicts(out, { input: await sha256OfFile(args.file, signal), judge: judge.sha256 });
        const verdicts = await judgedRows(judge.judge, rows, kept, progress, signal);
        await writeTable(
          out,
          rows.map(({ row }, i) => ({ ...row, [args.column]: shown(verdicts[i]!) })),
        );
        await kept.remove();
        progress.close();
        screenOf(stdout).write(`${summary(judge.judge.name, verdicts)}\n${terminalSafe(out)}\n`);
      } finally {
        await judge.close();
      }
    } catch (error) {
      throw signal.aborted || (kept?.known.size ?? 0) > 0 ? stopped(error, kept, signal) : error;
    } finally {
      progress.close();
      stop();
    }
  },
});

/** What ended the work, with what is kept of it and how to go on. */
function stopped(cause: unknown, kept: PartialVerdicts | undefined, { aborted }: AbortSignal): SeasError {
  const done = kept?.known.size ?? 0;
  if (done === 0) return new SeasError("E_CANCELLED", "stopped before the first verdict");
  const why = aborted ? "stopped" : describeError(cause);
  const code = aborted ? "E_CANCELLED" : cause instanceof SeasError ? cause.code : "E_JUDGE";
  return new SeasError(code, `${why}; ${counted(done, "verdict")} kept in ${kept!.path}`, {
    hint: "the same command goes on",
    // An interrupt explains itself.
    ...(!aborted && { cause }),
  });
}

interface TextRow {
  readonly row: Row;
  readonly prompt: string;
  readonly response: string;
}

/**
 * All rows of a file, with the two texts that a judge needs.
 *
 * @param column that is added to them
 * @throws SeasError E_DATA naming the place of a row without them, or an empty file; E_USAGE when the column is there already
 */
async function textsOf(file: string, column: string): Promise<TextRow[]> {
  const rows: TextRow[] = [];
  for await (const { value, at } of readTable(file)) {
    const { prompt, response } = value;
    for (const [name, text] of Object.entries({ prompt, response })) {
      if (typeof text === "string") continue;
      throw new SeasError("E_DATA", `${at}: ${name} is ${text === undefined ? "missing" : "no text"}`, {
        hint: `a row needs the columns prompt and response; it has ${Object.keys(value).join(", ")}`,
      });
    }
    // In CSV a verdict is several columns: verdict.label, verdict.judge.
    const taken = Object.keys(value).find((name) => name === column || name.startsWith(`${column}.`));
    if (taken !== undefined) {
      throw new SeasError("E_USAGE", `${at}: there is a column \`${taken}\` already, and nothing is overwritten`, {
        hint: "--column NAME puts the verdicts under another name",
      });
    }
    rows.push({ row: value, prompt: prompt as string, response: response as string });
  }
  if (rows.length === 0) throw new SeasError("E_DATA", `${file}: no rows`);
  return rows;
}

/** What of a verdict goes into the file. */
function shown({ judge, label, unsafeProbability, answerClass, asks, language, categories, reason }: Verdict): Row {
  const known = Object.entries({ unsafeProbability, answerClass, asks, language, reason }).filter(
    ([, value]) => value !== undefined,
  );
  return { judge, label, ...Object.fromEntries(known), ...(categories.length > 0 && { categories }) };
}

function summary(name: string, verdicts: readonly Verdict[]): string {
  const of = (label: Verdict["label"]) => verdicts.filter((v) => v.label === label).length;
  const [unsafe, unscored] = [of("unsafe"), of("unscored")];
  const scored = verdicts.length - unscored;
  const share = scored === 0 ? "" : `, ${count(unsafe)} unsafe (${percent(unsafe / scored)} of those with a verdict)`;
  return `${terminalSafe(name)}: ${counted(verdicts.length, "row")}${share}, ${count(unscored)} unscored${foreign(verdicts)}`;
}

/** Answers in languages that the judge did not learn, by language. */
function foreign(verdicts: readonly Verdict[]): string {
  const known = [...groupBy(verdicts, ({ language }) => language)].filter(([language]) => language !== undefined);
  if (known.length === 0) return "";
  const each = known.map(([language, of]) => `${terminalSafe(language!)} ${count(of.length)}`);
  return `; in a language that it did not learn: ${each.join(", ")}`;
}
