/** `seas data import`: a suite as a file of rows, whatever form it was published in. */
import { defineCommand } from "citty";
import { freePath } from "../engine/export/whole-path.ts";
import { requireWritableTable, writeTable } from "../formats/table.ts";
import { groupBy } from "../group-by.ts";
import type { Suite } from "../suites/open.ts";
import { suiteSources } from "../suites/sources.ts";
import type { CommandModule, Streams } from "./commands.ts";
import { count, counted } from "./format.ts";
import { catchInterrupts } from "./interrupt.ts";
import { createProgress } from "./progress.ts";
import { suiteOf } from "./suite-flag.ts";
import { screenOf, terminalSafe } from "./terminal.ts";

export const examples: CommandModule["examples"] = [
  ["seas data import xstest --out xstest.jsonl", "a known suite, from the Hugging Face hub"],
  ["seas data import advbench:harmful_behaviors.csv --out advbench.csv", "the same form from a file, no network"],
  ["seas data import hf:org/dataset/data/test.parquet --out mine.jsonl", "a file of {prompt} rows on the hub"],
];

export const command = defineCommand({
  args: {
    suite: {
      type: "positional",
      description: `NAME, NAME:FILE, FILE or hf:ORG/DATASET/PATH; names: ${suiteSources.map(({ name }) => name).join(", ")}`,
      required: true,
    },
    out: {
      type: "string",
      valueHint: "FILE",
      description: "Where the rows go: .jsonl, .csv or .parquet",
      required: true,
    },
  },
  async run({ args, data }) {
    const { stdout, stderr } = data as Streams;
    requireWritableTable(args.out);
    const out = await freePath(args.out);
    const progress = createProgress({ screen: screenOf(stderr), stream: stderr, samples: false, inRun: false });
    const { signal, stop } = catchInterrupts(progress, "stopping…");
    try {
      const suite = await suiteOf(args.suite, progress, signal);
      const rows = suite.rows.map(({ prompt, category, style, expected, source, clusterId }) => ({
        prompt,
        category,
        ...(style !== undefined && { style }),
        expected,
        source,
        clusterId,
      }));
      await writeTable(out, rows);
      progress.close();
      screenOf(stdout).write(`${summary(suite)}\n${terminalSafe(out)}\n`);
    } finally {
      progress.close();
      stop();
    }
  },
});

/** What came, what of it was passed over, and from where. */
function summary({ name, rows, files, passedOver, licence }: Suite): string {
  const kinds = [...groupBy(rows, ({ expected }) => expected)].map(([kind, of]) => `${count(of.length)} ${kind}`);
  const clusters = new Set(rows.map(({ clusterId }) => clusterId)).size;
  return [
    `${terminalSafe(name)}: ${counted(rows.length, "prompt")} (expected: ${kinds.join(", ")}) in ${counted(clusters, "cluster")}`,
    ...[...passedOver].map(([reason, n]) => `passed over: ${count(n)}, ${reason}`),
    ...files.map(({ origin, sha256 }) => `from ${terminalSafe(origin, 400)}, sha256 ${sha256}`),
    ...(licence === undefined ? [] : [`licence: ${licence}`]),
  ].join("\n");
}
