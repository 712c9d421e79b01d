/** `seas data check`: what is wrong with a data set of prompts, anybody's. */
import { defineCommand } from "citty";
import { checkSet, isClean } from "../data-set/check.ts";
import { readSet } from "../data-set/read.ts";
import { freePath } from "../engine/export/whole-path.ts";
import { SeasError } from "../errors.ts";
import { writeWholeFile } from "../formats/whole-file.ts";
import type { CommandModule, ExitCode, Streams } from "./commands.ts";
import { checkMarkdown, checkText } from "./data-check-text.ts";
import { screenOf } from "./terminal.ts";

export const examples: CommandModule["examples"] = [
  ["seas data check my-data", "a folder: doubles, leaks between its splits, personal data and more"],
  ["seas data check prompts.jsonl --out report.md", "the same of one file, kept as Markdown"],
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
    strict: {
      type: "boolean",
      description: "Exit code 100 on doubles, leaks, personal data or rows for measuring only",
    },
  },
  async run({ args, data }): Promise<ExitCode> {
    const { stdout } = data as Streams;
    const out = args.out === undefined ? undefined : await freePath(args.out);
    const { rows, files } = await readSet(args.set);
    if (rows.length === 0) {
      throw new SeasError("E_DATA", `${args.set}: no rows`, { hint: "a data set has a prompt in each row" });
    }
    const report = checkSet(rows);
    if (out !== undefined) {
      await writeWholeFile(out, (file) => file.writeFile(checkMarkdown(report, files, args.set)));
    }
    screenOf(stdout).write(`${checkText(report, files)}\n`);
    return args.strict === true && !isClean(report) ? 100 : 0;
  },
});
