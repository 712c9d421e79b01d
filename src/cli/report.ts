/** `seas report`: writes the report of a run, one HTML file that needs nothing beside it. */
import { defineCommand } from "citty";
import type { CommandModule, Streams } from "./commands.ts";
import { againstArgument, findRun, runArguments } from "./run-folder.ts";
import { screenOf, terminalSafe } from "./terminal.ts";

export const examples: CommandModule["examples"] = [
  ["seas report", "of the newest run, into its folder"],
  ["seas report runs/NAME --out report.html", "a copy elsewhere"],
  ["seas report runs/NAME --against runs/OTHER", "with the figures of another run beside it"],
];

export const command = defineCommand({
  args: {
    ...runArguments,
    out: { type: "string", valueHint: "FILE", description: "Where to put it (Default: report.html in the run folder)" },
    ...againstArgument,
  },
  async run({ args, data }) {
    const dir = await findRun(args.run, args.output);
    const { writeReport } = await import("../report/index.ts");
    const against = args.against === undefined ? undefined : await findRun(args.against, args.output);
    const path = await writeReport(dir, { out: args.out, against });
    screenOf((data as Streams).stdout).write(`${terminalSafe(path, 1000)}\n`);
  },
});
