/** `seas data build`: a safety data set from our own material and from runs, as a folder for the Hugging Face hub. */
import { defineCommand } from "citty";
import { buildDataSet, type DataSet } from "../data-set/build.ts";
import { personalText } from "../data-set/card.ts";
import { writeDataSet } from "../data-set/write.ts";
import { freePath } from "../engine/export/whole-path.ts";
import { SeasError } from "../errors.ts";
import { wholeNumber } from "./arguments.ts";
import type { CommandModule, Streams } from "./commands.ts";
import { count, counted } from "./format.ts";
import { catchInterrupts } from "./interrupt.ts";
import { findRun } from "./run-folder.ts";
import { alarm, type Screen, screenOf, terminalSafe } from "./terminal.ts";

export const examples: CommandModule["examples"] = [
  ["seas data build --size 2000 --out my-data", "2,000 prompts and 300 harmless look-alikes"],
  [
    "seas data build --preset paper --out my-data",
    "the paper's counts: 16,000 to train, 2,000 to test, 300 look-alikes",
  ],
  ["seas data build --preset paper --run runs/A,runs/B --out my-data", "with what these runs' Red Teams wrote"],
];

/** The paper's 16,000 and 2,000. */
const paperSize = 18_000;
/** More than our material gives, by far. */
const largest = 1_000_000;

export const command = defineCommand({
  args: {
    out: { type: "string", valueHint: "DIR", description: "Folder to make; nothing may be there yet", required: true },
    size: { type: "string", valueHint: "N", description: "Prompts in all, one in nine to test (Default: 2000)" },
    preset: { type: "enum", options: ["paper"], description: "The paper's counts instead of --size" },
    "look-alikes": { type: "string", valueHint: "N", description: "Harmless look-alikes (Default: 300)" },
    seed: { type: "string", valueHint: "N", description: "Of every random choice (Default: 1)" },
    run: { type: "string", valueHint: "RUN[,RUN]", description: "Runs whose Red Teams' prompts and verdicts go in" },
    output: { type: "string", default: "runs", valueHint: "DIR", description: "Folder that holds the run folders" },
  },
  async run({ args, data }) {
    const { stdout, stderr } = data as Streams;
    const size = sizeOf(args.size, args.preset);
    const lookAlikes = wholeNumber(args["look-alikes"], "--look-alikes");
    const seed = wholeNumber(args.seed, "--seed");
    const out = await freePath(args.out);
    const runs: string[] = [];
    for (const name of args.run?.split(",") ?? []) runs.push(await findRun(name, args.output));
    const interrupts = catchInterrupts({ line: () => {}, close: () => {} });
    try {
      const set = await buildDataSet({
        ...{ size, runs, signal: interrupts.signal },
        ...(lookAlikes !== undefined && { lookAlikes }),
        ...(seed !== undefined && { seed }),
      });
      await writeDataSet(out, set);
      warnOfRuns(set, screenOf(stderr));
      screenOf(stdout).write(`${summary(set)}\n${terminalSafe(out, 1000)}\n`);
    } finally {
      interrupts.stop();
    }
  },
});

function sizeOf(text: string | undefined, preset: string | undefined): number {
  if (text !== undefined && preset !== undefined) {
    throw new SeasError("E_USAGE", "--preset and --size both say how many", { hint: "give one of them" });
  }
  if (preset !== undefined) return paperSize;
  const size = wholeNumber(text, "--size", 1) ?? 2000;
  if (size <= largest) return size;
  throw new SeasError("E_USAGE", `--size: at most ${count(largest)}, got ${count(size)}`);
}

function warnOfRuns({ runs }: DataSet, screen: Screen): void {
  for (const { name } of runs.filter(({ ofOthers }) => ofOthers)) {
    const what = `${terminalSafe(name)} worked with a data set of others, whose licence goes with its prompts`;
    screen.write(`${alarm("warning:", "warning", screen)} ${what}\n`);
  }
}

/** What was built, what it lacks, what was left out, and whether the splits are apart. */
function summary(set: DataSet): string {
  const { train, test, lookAlikes, options, short, leftOut, leaks, runs } = set;
  const total = train.length + test.length;
  const missing = total < options.size ? `, ${count(options.size - total)} fewer than asked for` : "";
  const harmless = lookAlikes.length < options.lookAlikes ? `, all that there are` : "";
  const cells = new Set([...train, ...test].map(({ category, style }) => `${category}\n${style}`)).size;
  return [
    `${count(train.length)} prompts to train, ${count(test.length)} to test${missing}; ${counted(lookAlikes.length, "look-alike")}${harmless}`,
    ...runs.map(
      ({ name, taken, written }) =>
        `${terminalSafe(name)}: ${count(taken)} of ${count(written)} prompts of its Red Teams`,
    ),
    `${counted(cells, "category × style cell")}: ${short.length === 0 ? "each has its equal share" : `${count(short.length)} short of their share`}`,
    ...short
      .slice(0, shown)
      .map((cell) => `  ${cell.split}, ${cell.category} × ${cell.style}: ${count(cell.got)} of ${count(cell.wanted)}`),
    ...(short.length > shown ? [`  and ${count(short.length - shown)} more, named in README.md`] : []),
    `left out: ${counted(leftOut.nearDuplicates, "near-duplicate")}${runs.length === 0 ? "" : `, ${count(leftOut.nearTest)} near a test prompt`}; with personal data or secrets: ${personalText(set)}`,
    `leak check: ${leaks.sharedClusters} clusters, ${leaks.sharedTemplates} templates and ${leaks.sharedTexts} texts in both splits; nearest pair across ${leaks.nearest.toFixed(2)}`,
  ].join("\n");
}

/** Short cells on the screen. */
const shown = 10;
