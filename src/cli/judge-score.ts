/** `seas judge score`: a judge's verdict on each row of a file, written beside what was in it. */
import { defineCommand } from "citty";
import { freePath } from "../engine/export/whole-path.ts";
import { SeasError } from "../errors.ts";
import { type Row, readTable, writeTable } from "../formats/table.ts";
import type { Verdict } from "../records.ts";
import type { Judge } from "../seams.ts";
import { judgeAll } from "../stages/judgement.ts";
import type { CommandModule, Streams } from "./commands.ts";
import { count, counted, percent } from "./format.ts";
import { catchInterrupts } from "./interrupt.ts";
import { judgeArguments, openJudge } from "./judge-flags.ts";
import { createProgress, type Progress } from "./progress.ts";
import { screenOf, terminalSafe } from "./terminal.ts";

export const examples: CommandModule["examples"] = [
  ["seas judge score answers.jsonl --out judged.jsonl", "by the embedded judge that a run reports"],
  ["seas judge score a.csv --out b.parquet --judge guard --config seas.yaml", "by a guard on a server"],
];

/** Rows judged at once. */
const batchSize = 64;

export const command = defineCommand({
  args: {
    file: { type: "positional", description: "Rows of {prompt, response}: .jsonl, .csv or .parquet", required: true },
    out: { type: "string", valueHint: "FILE", description: "Where the rows go, with `verdict`", required: true },
    ...judgeArguments,
  },
  async run({ args, data }) {
    const { stdout, stderr } = data as Streams;
    const out = await freePath(args.out);
    const progress = createProgress({ screen: screenOf(stderr), stream: stderr, samples: false });
    const interrupts = catchInterrupts(progress);
    try {
      const rows = await textsOf(args.file);
      const judge = await openJudge(args, progress.line);
      try {
        const verdicts = await judged(judge.judge, rows, progress, interrupts.signal);
        await writeTable(
          out,
          rows.map(({ row }, i) => ({ ...row, verdict: shown(verdicts[i]!) })),
        );
        progress.close();
        screenOf(stdout).write(`${summary(judge.judge.name, verdicts)}\n${terminalSafe(out)}\n`);
      } finally {
        await judge.close();
      }
    } finally {
      progress.close();
      interrupts.stop();
    }
  },
});

interface TextRow {
  readonly row: Row;
  readonly prompt: string;
  readonly response: string;
}

/**
 * All rows of a file, with the two texts that a judge needs.
 *
 * @throws SeasError E_DATA naming the place of a row without them, or an empty file
 */
async function textsOf(file: string): Promise<TextRow[]> {
  const rows: TextRow[] = [];
  for await (const { value, at } of readTable(file)) {
    const { prompt, response } = value;
    for (const [name, text] of Object.entries({ prompt, response })) {
      if (typeof text === "string") continue;
      throw new SeasError("E_DATA", `${at}: ${name} is ${text === undefined ? "missing" : "no text"}`, {
        hint: `a row needs the columns prompt and response; it has ${Object.keys(value).join(", ")}`,
      });
    }
    rows.push({ row: value, prompt: prompt as string, response: response as string });
  }
  if (rows.length === 0) throw new SeasError("E_DATA", `${file}: no rows`);
  return rows;
}

/** One verdict for each row, in order. */
export async function judged(
  judge: Judge,
  rows: readonly Pick<TextRow, "prompt" | "response">[],
  { reporter }: Pick<Progress, "reporter">,
  signal: AbortSignal,
): Promise<Verdict[]> {
  const stage = { iteration: 0, stage: "judging" };
  const start = performance.now();
  reporter({ type: "stage-start", ...stage, total: rows.length, unit: "rows" });
  const verdicts: Verdict[] = [];
  for (let first = 0; first < rows.length; first += batchSize) {
    const inputs = rows.slice(first, first + batchSize).map(({ prompt, response }, i) => ({
      attemptId: `${first + i}`,
      prompt,
      response,
      category: "",
    }));
    verdicts.push(...(await judgeAll(judge, inputs, signal)));
    reporter({ type: "progress", ...stage, done: verdicts.length, total: rows.length, tokens: 0 });
  }
  reporter({ type: "stage-end", ...stage, seconds: (performance.now() - start) / 1000, resumed: false });
  return verdicts;
}

/** What of a verdict goes into the file. */
function shown({ judge, label, unsafeProbability, refusal, categories, reason }: Verdict): Row {
  const known = Object.entries({ unsafeProbability, refusal, reason }).filter(([, value]) => value !== undefined);
  return { judge, label, ...Object.fromEntries(known), ...(categories.length > 0 && { categories }) };
}

function summary(name: string, verdicts: readonly Verdict[]): string {
  const of = (label: Verdict["label"]) => verdicts.filter((v) => v.label === label).length;
  const [unsafe, unscored] = [of("unsafe"), of("unscored")];
  const scored = verdicts.length - unscored;
  const share = scored === 0 ? "" : `, ${count(unsafe)} unsafe (${percent(unsafe / scored)} of those with a verdict)`;
  return `${terminalSafe(name)}: ${counted(verdicts.length, "row")}${share}, ${count(unscored)} unscored`;
}
