/** `seas export`: an adapter of a run in the files that other programs load. */
import { basename, relative } from "node:path";
import { defineCommand } from "citty";
import { type BaseModel, openBaseModel } from "../engine/base-model.ts";
import { type AdapterExport, exportAdapter } from "../engine/export/export-adapter.ts";
import { freePath } from "../engine/export/whole-path.ts";
import { SeasError } from "../errors.ts";
import type { Role } from "../records.ts";
import { type RunInfo, readRun } from "../run/inspect.ts";
import { wholeNumber } from "./arguments.ts";
import type { CommandModule, Streams } from "./commands.ts";
import { catchInterrupts } from "./interrupt.ts";
import { findRun, runArguments } from "./run-folder.ts";
import { adapterOf, checkBase, lastTrained } from "./run-models.ts";
import { alarm, screenOf, terminalSafe } from "./terminal.ts";

export const examples: CommandModule["examples"] = [
  ["seas export", "the last Target of the newest run, as peft and vLLM load it"],
  ["seas export runs/NAME --format gguf --out target.gguf", "a LoRA for llama.cpp"],
  ["seas export runs/NAME --format merged --out model", "base and adapter in one Hugging Face folder"],
];

const roles: readonly Role[] = ["target", "red-team"];
const formats: readonly AdapterExport["format"][] = ["peft", "gguf", "merged"];

export const command = defineCommand({
  args: {
    ...runArguments,
    role: { type: "enum", options: [...roles], default: "target", description: "Whose adapter" },
    iteration: { type: "string", valueHint: "N", description: "After which iteration (Default: the run's last)" },
    format: { type: "enum", options: [...formats], default: "peft", description: "For which programs" },
    out: { type: "string", valueHint: "PATH", description: "Where to put it (Default: a name made of these, here)" },
  },
  async run({ args, data }) {
    const { stdout, stderr } = data as Streams;
    const asked = wholeNumber(args.iteration, "--iteration");
    const run = await readRun(await findRun(args.run, args.output));
    const role = args.role as Role;
    const format = args.format as AdapterExport["format"];
    const iteration = iterationOf(run, role, asked);
    const adapter = await adapterOf(run, role, iteration);
    if (adapter === undefined && format !== "merged") {
      throw new SeasError("E_USAGE", `the ${role} of iteration ${iteration} is the base as it is: it has no adapter`, {
        hint: "--format merged writes the base itself; or take a later --iteration",
      });
    }
    const suffix = format === "gguf" ? ".gguf" : `-${format}`;
    // Before anything is brought or computed for it.
    const out = await freePath(args.out ?? `${basename(run.dir)}-${role}-${iteration}${suffix}`);
    if (role === "red-team") {
      const caution = "this adapter writes attacks: keep it as you would keep them, see docs/responsible-use.md";
      screenOf(stderr).write(`${alarm("caution:", "warning", screenOf(stderr))} ${caution}\n`);
    }
    // Nothing is said at the first Ctrl-C: stopping and tidying up takes no time here.
    const interrupts = catchInterrupts({ line: () => {}, close: () => {} });
    try {
      const { signal } = interrupts;
      await exportAdapter(
        format === "peft"
          ? { format, adapter: adapter!, out }
          : format === "gguf"
            ? { format, adapter: adapter!, out, base: await baseOf(run, stderr, signal), signal }
            : { format, adapter, out, base: await baseOf(run, stderr, signal), signal },
      );
    } finally {
      interrupts.stop();
    }
    const short = relative(process.cwd(), out);
    screenOf(stdout).write(`${terminalSafe(short.startsWith("..") ? out : short, 1000)}\n`);
  },
});

/**
 * The iteration that was asked for, or the last in which the player was trained.
 *
 * @throws SeasError E_USAGE for one that the run does not have yet, or will never have
 */
function iterationOf(run: RunInfo, role: Role, asked: number | undefined): number {
  const last = lastTrained(run, role);
  if (asked === undefined || asked <= last) return asked ?? last;
  throw new SeasError("E_USAGE", `--iteration: ${run.dir} has ${role}s of 0 to ${last}, not of ${asked}`, {
    hint: run.status === "success" ? "choose one of these" : "the run is not through; going on with it makes more",
  });
}

/**
 * The base of the run.
 *
 * @throws SeasError E_MODEL when what is found under its name now is another one, and as openBaseModel
 */
async function baseOf(run: RunInfo, stderr: NodeJS.WriteStream, signal: AbortSignal): Promise<BaseModel> {
  const base = await openBaseModel(run.config.model.base, {
    signal,
    onNote: (line) => screenOf(stderr).write(`${terminalSafe(line, 1000)}\n`),
  });
  checkBase(run, base);
  return base;
}
