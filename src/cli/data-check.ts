/** `seas data check`: what is wrong with a data set of prompts, anybody's. */
import { defineCommand } from "citty";
import { checkSet, isClean } from "../data-set/check.ts";
import { meaningLeaks } from "../data-set/meaning.ts";
import { type ReadRow, readSet } from "../data-set/read.ts";
import { freePath } from "../engine/export/whole-path.ts";
import { SeasError } from "../errors.ts";
import { writeWholeFile } from "../formats/whole-file.ts";
import type { CommandModule, ExitCode, Streams } from "./commands.ts";
import { checkMarkdown, checkText } from "./data-check-text.ts";
import { catchInterrupts } from "./interrupt.ts";
import { createProgress } from "./progress.ts";
import { screenOf } from "./terminal.ts";
import { withEmbedder } from "./with-embedder.ts";

export const examples: CommandModule["examples"] = [
  ["seas data check my-data", "a folder: doubles, leaks between its splits, personal data and more"],
  ["seas data check prompts.jsonl --out report.md", "the same of one file, kept as Markdown"],
  ["seas data check my-data --embeddings", "leaks in other words too, by sentence embeddings"],
  ["seas data check my-data --strict", "exit code 100 where something was found that should not be there"],
];

export const command = defineCommand({
  args: {
    set: {
      type: "positional",
      description: "Rows of {prompt}: .jsonl, .json, .csv, .tsv or .parquet, or a folder of such files",
      required: true,
    },
    out: { type: "string", valueHint: "FILE", description: "Where the report goes as Markdown" },
    embeddings: {
      type: "boolean",
      description:
        "Rows of two splits that say the same in other words too, by an embedding model (91 MB, fetched once)",
    },
    strict: {
      type: "boolean",
      description: "Exit code 100 on doubles, leaks, personal data or rows for measuring only",
    },
  },
  async run({ args, data }): Promise<ExitCode> {
    const streams = data as Streams;
    const out = args.out === undefined ? undefined : await freePath(args.out);
    const { rows, files } = await readSet(args.set);
    if (rows.length === 0) {
      throw new SeasError("E_DATA", `${args.set}: no rows`, { hint: "a data set has a prompt in each row" });
    }
    const report = {
      ...checkSet(rows),
      ...(args.embeddings === true && { meaning: await meaningOf(rows, streams) }),
    };
    if (out !== undefined) {
      await writeWholeFile(out, (file) => file.writeFile(checkMarkdown(report, files, args.set)));
    }
    screenOf(streams.stdout).write(`${checkText(report, files)}\n`);
    return args.strict === true && !isClean(report) ? 100 : 0;
  },
});

/** Asks the embedding model; the only part of a check that takes long and can be interrupted. */
async function meaningOf(rows: readonly ReadRow[], { stderr }: Streams) {
  // Nothing is brought where there is nothing to compare.
  if (new Set(rows.map(({ split }) => split)).size < 2) return [];
  const progress = createProgress({ screen: screenOf(stderr), stream: stderr, samples: false, inRun: false });
  const { signal, stop } = catchInterrupts(progress, "stopping…");
  try {
    return await withEmbedder(progress, signal, (embed) => meaningLeaks(rows, embed, signal));
  } finally {
    stop();
  }
}
