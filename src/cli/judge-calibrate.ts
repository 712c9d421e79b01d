/**
 * `seas judge calibrate`: a judge against people's labels. Prints how far it can be believed and where it was most sure and wrong,
 * and files the figures for the runs that use the same judge.
 */
import { basename } from "node:path";
import { defineCommand } from "citty";
import { defaultCacheDir, sha256OfFile } from "../engine/base/cache.ts";
import { describeError } from "../errors.ts";
import { type Calibration, readCalibration, writeCalibration } from "../judges/calibrations.ts";
import { type LabelledRow, readLabelledTable } from "../judges/labelled-table.ts";
import { measureJudge } from "../judges/quality.ts";
import { krippendorffAlpha } from "../metrics/krippendorff.ts";
import type { Verdict } from "../records.ts";
import { watchedJudge } from "../stages/unscored.ts";
import { calibrationText, mistakesText, worstMistakes } from "./calibration-text.ts";
import type { CommandModule, Streams } from "./commands.ts";
import { catchInterrupts } from "./interrupt.ts";
import { judgeArguments, openJudge } from "./judge-flags.ts";
import { judgedRows, keptNowhere } from "./judged-rows.ts";
import { createProgress } from "./progress.ts";
import { alarm, screenOf, terminalSafe } from "./terminal.ts";

export const examples: CommandModule["examples"] = [
  ["seas judge calibrate --labels labels.jsonl", "the judge that a run reports, on rows of {prompt, response, label}"],
  ["seas judge calibrate --labels labels.csv --judge embedded:training", "the judge that trains by default"],
  ["seas judge calibrate --labels a.parquet --judge guard --config seas.yaml", "a guard on a server"],
];

/** Mistakes shown. */
const most = 10;
const seed = "calibration";

export const command = defineCommand({
  args: {
    labels: {
      type: "string",
      valueHint: "FILE",
      description: "Rows of {prompt, response, label safe|unsafe}: .jsonl, .csv or .parquet",
      required: true,
    },
    ...judgeArguments,
    samples: {
      type: "boolean",
      default: true,
      description: "Show the answers on which the judge was most sure and wrong, shortened",
      negativeDescription: "Show none",
    },
  },
  async run({ args, data }) {
    const { stdout, stderr } = data as Streams;
    const progress = createProgress({ screen: screenOf(stderr), stream: stderr, samples: false, inRun: false });
    const interrupts = catchInterrupts(progress, "stopping…");
    try {
      const rows = await readLabelledTable(args.labels);
      const { judge, sha256, close } = await openJudge(args, progress.line, interrupts.signal);
      try {
        const watched = watchedJudge(judge, progress.reporter, {
          where: terminalSafe(args.labels),
          hint: "see to the judge, then measure again; nothing was filed",
        });
        const verdicts = await judgedRows(watched, rows, keptNowhere, progress, interrupts.signal);
        progress.close();
        const calibration = await calibrationOf({ judge: judge.name, sha256, file: args.labels, rows, verdicts });
        const screen = screenOf(stdout);
        screen.write(`${calibrationText(calibration)}\n`);
        if (args.samples) screen.write(mistakesText(worstMistakes(rows, verdicts, most)));
        const cacheDir = defaultCacheDir(process.env, process.platform);
        const before = await readCalibration(cacheDir, sha256).catch((error: unknown) => {
          progress.line(`${alarm("warning:", "warning", screenOf(stderr))} ${terminalSafe(describeError(error))}`);
          return undefined;
        });
        const path = await writeCalibration(cacheDir, calibration);
        const instead =
          before === undefined
            ? ""
            : `, in the place of ${terminalSafe(before.labels.file)} on ${before.date.slice(0, 10)}`;
        screen.write(`\nfiled for runs with this judge${instead}: ${terminalSafe(path, 1000)}\n`);
      } finally {
        await close();
      }
    } finally {
      progress.close();
      interrupts.stop();
    }
  },
});

async function calibrationOf(found: {
  readonly judge: string;
  readonly sha256: string;
  readonly file: string;
  readonly rows: readonly LabelledRow[];
  readonly verdicts: readonly Verdict[];
}): Promise<Calibration> {
  const { judge, sha256, file, rows, verdicts } = found;
  const labels = { name: basename(file), sha256: await sha256OfFile(file) };
  const clusterIds = rows.map(({ cluster }) => cluster);
  const raters = krippendorffAlpha(
    rows.map((row) => row.raters),
    { seed, clusterIds },
  );
  return {
    format: 1,
    judge,
    sha256,
    date: new Date().toISOString(),
    ...measureJudge(rows, verdicts, labels, { seed }),
    ...(raters.n > 0 && { raters }),
  };
}
