/** `seas report`: writes the report of a run, one HTML file that needs nothing beside it. */
import { defineCommand } from "citty";
import type { CommandModule, Streams } from "./commands.ts";
import { findRun, runArguments } from "./run-folder.ts";
import { screenOf, terminalSafe } from "./terminal.ts";

export const examples: CommandModule["examples"] = [
  ["seas report", "of the newest run, into its folder"],
  ["seas report runs/NAME --out report.html", "a copy elsewhere"],
];

export const command = defineCommand({
  args: {
    ...runArguments,
    out: { type: "string", valueHint: "FILE", description: "Where to put it (Default: report.html in the run folder)" },
  },
  async run({ args, data }) {
    const dir = await findRun(args.run, args.output);
    const { writeReport } = await import("../report/index.ts");
    const path = await writeReport(dir, args.out === undefined ? {} : { out: args.out });
    screenOf((data as Streams).stdout).write(`${terminalSafe(path, 1000)}\n`);
  },
});
