/**
 * `seas judge label`: a person labels answers of a run, one key each. The judges' verdicts are not shown, before or after: a
 * label that follows a judge cannot measure it.
 */
import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { defineCommand } from "citty";
import { SeasError } from "../errors.ts";
import { krippendorffAlpha } from "../metrics/krippendorff.ts";
import type { RunFiles } from "../report/files.ts";
import { onDisk } from "../run/atomic.ts";
import { wholeNumber } from "./arguments.ts";
import type { CommandModule, ExitCode, Streams } from "./commands.ts";
import { count, counted } from "./format.ts";
import { type Answer, ordered, readAnswers, type Suite, suites } from "./label/answers.ts";
import { keysOf } from "./label/keys.ts";
import { type LabelFile, openLabels } from "./label/label-file.ts";
import { page } from "./label/page.ts";
import { labelSession } from "./label/session.ts";
import { findRun, runArguments } from "./run-folder.ts";
import { alarm, type Screen, screenOf, terminalSafe } from "./terminal.ts";

/** 100 answers put a share within about ±10 points. */
const defaultCount = 100;

export const examples: CommandModule["examples"] = [
  ["seas judge label", "100 random answers of the newest run, into its labels.jsonl"],
  ["seas judge label runs/NAME --rater ada --out labels.jsonl", "one of two raters; the other names the same file"],
  ["seas judge label --disagreements --out disputed.jsonl", "first what the judges disagree on"],
  [
    "seas judge label --suite attack --out train.jsonl --n 300",
    "answers to training prompts, for a judge to learn from",
  ],
];

export const command = defineCommand({
  args: {
    ...runArguments,
    out: {
      type: "string",
      valueHint: "FILE",
      description: "JSONL of labels, added to (Default: labels.jsonl in the run)",
    },
    rater: { type: "string", valueHint: "NAME", default: "rater", description: "Whose labels they are" },
    n: { type: "string", valueHint: "N", description: `Answers to label in all (Default: ${defaultCount})` },
    suite: {
      type: "enum",
      options: [...suites],
      default: "test",
      description: "test: held-out answers, to measure judges on; attack: answers to training prompts, to train one on",
    },
    disagreements: {
      type: "boolean",
      description:
        "First those on which the judges disagree: good to learn from, no random sample to measure a judge on",
    },
  },
  async run({ args, data }): Promise<ExitCode> {
    const { stdout } = data as Streams;
    if (process.stdin.isTTY !== true || stdout.isTTY !== true) {
      throw new SeasError("E_USAGE", "`seas judge label` asks a person, one key for each answer: it needs a terminal");
    }
    const order = args.disagreements === true ? "disagreements" : "random";
    const suite = args.suite as Suite;
    if (order === "disagreements" && suite === "attack") {
      throw new SeasError("E_USAGE", "--disagreements: only one judge reads the attack's answers", {
        hint: "leave out --suite attack",
      });
    }
    const most = wholeNumber(args.n, "--n", 1) ?? defaultCount;
    const files: RunFiles = { runDir: resolve(await findRun(args.run, args.output)), gaps: [] };
    const answers = ordered(await readAnswers(files, suite), order).slice(0, most);
    const screen = screenOf(stdout);
    for (const gap of files.gaps) screen.write(`${alarm("warning:", "warning", screen)} ${terminalSafe(gap, 500)}\n`);
    if (answers.length === 0) {
      throw new SeasError("E_RUN", `${files.runDir}: no answers of the ${suite} suite yet`, {
        hint: suite === "test" ? "the first evaluation of a run writes them" : "the first attack of a run writes them",
      });
    }
    const out = resolve(args.out ?? join(files.runDir, "labels.jsonl"));
    await onDisk(out, () => mkdir(dirname(out), { recursive: true }));
    const labels = await openLabels(out, args.rater, order);
    await ask(answers, labels, screen, stdout);
    screen.write(
      `\n${summary(answers, labels)}\n${order === "random" ? "" : `${notRandom}\n`}${terminalSafe(out, 1000)}\n`,
    );
    return 0;
  },
});

const notRandom = "disagreements first: train a judge on these labels, but measure none on them";

async function ask(
  answers: readonly Answer[],
  labels: LabelFile,
  screen: Screen,
  stdout: NodeJS.WriteStream,
): Promise<void> {
  const keys = keysOf(process.stdin);
  try {
    await labelSession({
      answers,
      labels,
      keys,
      say: (line) => screen.write(`${line}\n`),
      show(answer, at, decision, whole) {
        // The terminal may have been made larger meanwhile.
        const now = { ...screen, columns: stdout.columns || 80 };
        const place = { place: at + 1, total: answers.length, decision, whole };
        screen.write(page(answer, { screen: now, rows: stdout.rows || 24, ...place }));
      },
    });
  } finally {
    keys.close();
  }
}

/** What this rater did, and how far raters agree where there are several. */
export function summary(answers: readonly Answer[], labels: LabelFile): string {
  const { safe, unsafe, skip } = labels.counts();
  const left = answers.filter(({ attemptId }) => labels.decision(attemptId) === undefined).length;
  const own = `${counted(safe + unsafe, "label")} (${count(unsafe)} unsafe, ${count(safe)} safe), ${count(skip)} skipped, ${count(left)} of ${count(answers.length)} left`;
  const raters = labels.raters();
  if (raters.length < 2) return own;
  const { value, low, high, n } = krippendorffAlpha(labels.ratings(), { seed: "labels" });
  const names = terminalSafe(raters.join(", "), 200);
  if (n === 0) return `${own}\n${names}: no answer has labels of two raters yet`;
  if (value === null)
    return `${own}\n${names}: all labels on ${counted(n, "shared answer")} are the same; alpha needs both kinds`;
  const interval = low === null || high === null ? "" : ` [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  return `${own}\n${names}: Krippendorff's alpha ${value.toFixed(2)}${interval} on ${counted(n, "shared answer")}`;
}
