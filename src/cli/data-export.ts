/** `seas data export`: a data set in SEAS's published form, or a run's pairs as TRL reads them. */
import { defineCommand } from "citty";
import { preferenceRows, seasRows, sftRows } from "../data-set/export.ts";
import { freePath } from "../engine/export/whole-path.ts";
import { SeasError } from "../errors.ts";
import { requireWritableTable, writeTable } from "../formats/table.ts";
import type { Role } from "../records.ts";
import { wholeNumber } from "./arguments.ts";
import type { CommandModule, Streams } from "./commands.ts";
import { counted } from "./format.ts";
import { roles } from "./run-adapter.ts";
import { findRun } from "./run-folder.ts";
import { alarm, screenOf, terminalSafe } from "./terminal.ts";

export const examples: CommandModule["examples"] = [
  ["seas data export my-data --format seas --out train.jsonl", "{prompt, category}, as SEAS publishes its own"],
  ["seas data export runs/NAME --format preference --out dpo.jsonl", "what the Target learned from, for TRL's DPO"],
  ["seas data export runs/NAME --format sft --conversational --out sft.jsonl", "its better answers, for TRL's SFT"],
];

const formats = ["seas", "preference", "sft"] as const;

export const command = defineCommand({
  args: {
    from: { type: "positional", description: "For seas a file or folder of rows, else a run", required: true },
    format: { type: "enum", options: [...formats], description: "Which form", required: true },
    out: {
      type: "string",
      valueHint: "FILE",
      description: "Where the rows go: .jsonl, .csv, .parquet",
      required: true,
    },
    split: { type: "string", valueHint: "NAME", description: "Of a data set, for seas (Default: train)" },
    role: { type: "enum", options: [...roles], description: "Whose pairs, for the others (Default: target)" },
    iteration: { type: "string", valueHint: "N", description: "Pairs of one iteration (Default: of all)" },
    conversational: { type: "boolean", description: "Lists of messages instead of texts; .jsonl only" },
    output: { type: "string", default: "runs", valueHint: "DIR", description: "Folder that holds the run folders" },
  },
  async run({ args, data }) {
    const { stdout, stderr } = data as Streams;
    const { format, split, role = "target", conversational = false } = args;
    const iteration = wholeNumber(args.iteration, "--iteration");
    checkFlags({ format, split, conversational, role: args.role, iteration, out: args.out });
    requireWritableTable(args.out);
    const out = await freePath(args.out);
    const options = { role: role as Role, conversational, ...(iteration !== undefined && { iteration }) };
    const rowsOf = { preference: preferenceRows, sft: sftRows };
    const rows =
      format === "seas"
        ? await seasRows(args.from, split ?? "train")
        : await rowsOf[format as "sft"](await findRun(args.from, args.output), options);
    if (rows.length === 0) throw new SeasError("E_DATA", `${args.from}: nothing of that kind in it`);
    await writeTable(out, rows);
    if (format !== "seas" && role === "red-team") {
      const caution = "these pairs teach a model to attack: see docs/responsible-use.md";
      screenOf(stderr).write(`${alarm("caution:", "warning", screenOf(stderr))} ${caution}\n`);
    }
    screenOf(stdout).write(`${counted(rows.length, "row")}\n${terminalSafe(out, 1000)}\n`);
  },
});

/** @throws SeasError E_USAGE for flags that mean nothing with this format */
function checkFlags(flags: Readonly<Record<string, unknown>>): void {
  const { format, conversational, out } = flags;
  const idle = format === "seas" ? ["role", "iteration", "conversational"] : ["split"];
  const given = idle.find((name) => flags[name] !== undefined && flags[name] !== false);
  if (given !== undefined) throw new SeasError("E_USAGE", `--${given} means nothing with --format ${format}`);
  if (conversational === true && !String(out).toLowerCase().endsWith(".jsonl")) {
    throw new SeasError("E_USAGE", "--conversational: messages are lists, which only .jsonl has");
  }
}
