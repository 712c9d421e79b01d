/** `seas export`: an adapter of a run in the files that other programs load. */
import { basename, join, relative } from "node:path";
import { defineCommand } from "citty";
import { type BaseModel, openBaseModel } from "../engine/base-model.ts";
import { type AdapterExport, exportAdapter } from "../engine/export/export-adapter.ts";
import { freePath } from "../engine/export/whole-path.ts";
import { SeasError } from "../errors.ts";
import type { Role } from "../records.ts";
import { checkedDone } from "../run/done.ts";
import { type RunInfo, readRun } from "../run/inspect.ts";
import { adapterFolder, trainStage } from "../stages/context.ts";
import { wholeNumber } from "./arguments.ts";
import type { CommandModule, Streams } from "./commands.ts";
import { catchInterrupts } from "./interrupt.ts";
import { findRun, runArguments } from "./run-folder.ts";
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
  const trained = run.stages.filter(({ name }) => name === trainStage(role)).map(({ iteration }) => iteration);
  const last = Math.max(0, ...trained);
  if (asked === undefined || asked <= last) return asked ?? last;
  throw new SeasError("E_USAGE", `--iteration: ${run.dir} has ${role}s of 0 to ${last}, not of ${asked}`, {
    hint: run.status === "success" ? "choose one of these" : "the run is not through; going on with it makes more",
  });
}

/**
 * The adapter's folder, its files checked against the mark of the stage that made them; undefined for the Target that is
 * the base.
 *
 * @throws SeasError E_USAGE when the stage is not finished, E_RUN when a file is missing or has changed since
 */
async function adapterOf(run: RunInfo, role: Role, iteration: number): Promise<string | undefined> {
  const done = await checkedDone(run, iteration, trainStage(role));
  if (done !== undefined) return run.path(adapterFolder(role, iteration));
  if (role === "target" && iteration === 0 && run.config.initialization.target.sft === "none") return undefined;
  throw new SeasError("E_USAGE", `${join(run.dir, adapterFolder(role, iteration))} is not there: not trained yet`, {
    hint: "going on with the run makes it",
  });
}

/**
 * The base of the run.
 *
 * @throws SeasError E_MODEL when what is found under its name now is another one, and as openBaseModel
 */
async function baseOf(run: RunInfo, stderr: NodeJS.WriteStream, signal: AbortSignal): Promise<BaseModel> {
  const name = run.config.model.base;
  const base = await openBaseModel(name, {
    signal,
    onNote: (line) => screenOf(stderr).write(`${terminalSafe(line, 1000)}\n`),
  });
  const { sha256 } = (run.manifest.facts.model ?? {}) as { readonly sha256?: unknown };
  if (sha256 !== undefined && sha256 !== base.sha256) {
    const short = (hash: unknown) => String(hash).slice(0, 12);
    throw new SeasError("E_MODEL", `${name} is ${short(base.sha256)} here, the run had ${short(sha256)}`, {
      hint: `the run's was: ${run.manifest.facts.origin}; SEAS_MODEL_SOURCE=hub or wheel chooses a source`,
    });
  }
  return base;
}
