/**
 * The table of commands and the way into one: find it, check its arguments, run it, turn what it throws into a line
 * and an exit code. Each command is a file of its own, loaded only when asked for, so that `--help` is instant.
 */
import { readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { type ArgsDef, type CommandDef, defineCommand, renderUsage, runCommand } from "citty";
import { SeasError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { checkArguments } from "./arguments.ts";
import { alarm, screenOf, terminalSafe } from "./terminal.ts";

/** 0 done, 1 failed, 2 wrong usage, 100 a gate was not met, 130 interrupted after a clean save. */
export type ExitCode = 0 | 1 | 2 | 100 | 130;

/** What a command file exports. */
export interface CommandModule {
  // biome-ignore lint/suspicious/noExplicitAny: citty's commands are invariant in their arguments
  readonly command: CommandDef<any>;
  /** Command lines for --help, each with what it does. */
  readonly examples: readonly (readonly [line: string, does: string])[];
}

/** The two streams of a process. */
export interface Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** A command, or a group of them. */
type Entry = { readonly summary: string } & ({ readonly load: () => Promise<CommandModule> } | Group);

interface Group {
  readonly commands: Readonly<Record<string, Entry>>;
  readonly examples: CommandModule["examples"];
}

const commands: Readonly<Record<string, Entry>> = {
  run: {
    summary: "Start a run, or go on with one: attack, judge, optimize, evaluate, report",
    load: () => import("./run.ts"),
  },
  status: { summary: "Where a run stands and how to go on", load: () => import("./status.ts") },
  report: { summary: "Write the report of a run, one HTML file", load: () => import("./report.ts") },
  view: {
    summary: "The report of a run in the browser, up to date while the run goes on",
    load: () => import("./view.ts"),
  },
  export: {
    summary: "An adapter of a run as files that other programs load: PEFT, GGUF, merged",
    load: () => import("./export.ts"),
  },
  eval: {
    summary: "Models on suites of prompts: attack success, refusals, differences, limits for CI",
    load: () => import("./eval.ts"),
  },
  serve: {
    summary: "A run's Targets behind OpenAI's API, for promptfoo, garak, Inspect and others",
    load: () => import("./serve.ts"),
  },
  chat: { summary: "Talk to T_0 and the last Target of a run side by side", load: () => import("./chat.ts") },
  judge: {
    summary: "Judges: verdicts on rows, how far to believe them, labels by people, judges of your own",
    commands: {
      label: {
        summary: "Label answers of a run by hand, one key each",
        load: () => import("./judge-label.ts"),
      },
      score: { summary: "A judge's verdict on each row of a file", load: () => import("./judge-score.ts") },
      calibrate: {
        summary: "Measure a judge against labels by people; runs with that judge use what is found",
        load: () => import("./judge-calibrate.ts"),
      },
      train: { summary: "A judge from labels, as a file", load: () => import("./judge-train.ts") },
    },
    examples: [
      ["seas judge score answers.jsonl --out judged.jsonl", "the embedded judge on rows of {prompt, response}"],
      ["seas judge calibrate --labels labels.jsonl", "how often it agrees with people's labels, kept for later runs"],
      ["seas judge label runs/NAME", "labels of your own on a run's answers"],
    ],
  },
  data: {
    summary: "Data: safety data sets built, checked and exported; suites of prompts of others",
    commands: {
      build: {
        summary: "A safety data set of any size, from our own prompts and from runs",
        load: () => import("./data-build.ts"),
      },
      check: {
        summary: "What is wrong with a data set: doubles, leaks between splits, personal data and more",
        load: () => import("./data-check.ts"),
      },
      export: {
        summary: "A data set in SEAS's form, or a run's pairs in TRL's",
        load: () => import("./data-export.ts"),
      },
      import: { summary: "A suite of others as a file of rows", load: () => import("./data-import.ts") },
    },
    examples: [
      ["seas data build --preset paper --out my-data", "16,000 prompts to train, 2,000 to test, 300 look-alikes"],
      ["seas data import xstest --out xstest.jsonl", "a known suite, from the Hugging Face hub"],
    ],
  },
  init: { summary: "Write a commented configuration to start from", load: () => import("./init.ts") },
  doctor: { summary: "What this machine has, what is missing, and how to get it", load: () => import("./doctor.ts") },
};

const rootExamples: CommandModule["examples"] = [
  ["seas run", "three iterations on the default model, with a report at the end"],
  ["seas run --preset tiny --dry-run", "what a fifth of that would take, without starting it"],
  ["seas init && seas run seas.yaml", "the same from a configuration of your own"],
  ["seas run --resume runs/NAME", "go on where a run stopped"],
  ["seas eval --suite xstest --run runs/NAME", "its Target before and after, on a suite of others"],
];

/**
 * Runs one command line.
 *
 * @param argv what stands after `seas`
 * @returns the exit code; nothing is thrown
 */
export async function seasCommand(argv: readonly string[], streams: Streams): Promise<ExitCode> {
  const debug = argv.includes("--debug");
  const rawArgs = argv.filter((arg) => arg !== "--debug");
  try {
    return await dispatch(rawArgs, streams);
  } catch (error) {
    printError(error, debug, streams);
    return exitCodeOf(error);
  }
}

/** The exit code that an error means. */
function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof SeasError)) return error instanceof Error && error.name === "CLIError" ? 2 : 1;
  if (error.code === "E_USAGE" || error.code === "E_CONFIG") return 2;
  return error.code === "E_CANCELLED" ? 130 : 1;
}

const root: Group = { commands, examples: rootExamples };

/** @param path the group that `rawArgs` are looked up in: none, or `judge` */
async function dispatch(
  rawArgs: readonly string[],
  streams: Streams,
  path: readonly string[] = [],
  group: Group = root,
): Promise<ExitCode> {
  const [name, ...rest] = rawArgs;
  if (path.length === 0 && (name === "--version" || name === "-v")) {
    streams.stdout.write(`${packageVersion()}\n`);
    return 0;
  }
  if (name === undefined || isHelp(name) || (name === "help" && rest.length === 0)) {
    await printHelp(groupCommand(path, group), parentOf(path), group.examples, streams);
    return name === undefined ? 2 : 0;
  }
  if (name === "help") return dispatch([...rest, "--help"], streams, path, group);
  const entry = Object.hasOwn(group.commands, name) ? group.commands[name] : undefined;
  if (entry === undefined) throw unknownCommand([...path, name], Object.keys(group.commands));
  const full = [...path, name];
  if ("commands" in entry) return dispatch(rest, streams, full, entry);
  const module = await entry.load();
  const command = defineCommand({ ...module.command, meta: { name, description: entry.summary } });
  const end = rest.indexOf("--");
  if ((end < 0 ? rest : rest.slice(0, end)).some(isHelp)) {
    await printHelp(command, parentOf(full), module.examples, streams);
    return 0;
  }
  checkArguments(full.join(" "), rest, (command.args ?? {}) as ArgsDef);
  const { result } = await runCommand(command, { rawArgs: rest, data: streams });
  return (result as ExitCode | undefined) ?? 0;
}

function unknownCommand(path: readonly string[], known: readonly string[]): SeasError {
  const name = path.at(-1)!;
  const what = name.startsWith("-") ? "flag" : "command";
  const near = nearest(name, known);
  const before = path.slice(0, -1);
  return new SeasError("E_USAGE", `unknown ${what} \`${path.join(" ")}\``, {
    hint:
      near === undefined ? `commands: ${known.join(", ")}` : `did you mean \`${["seas", ...before, near].join(" ")}\`?`,
  });
}

function isHelp(arg: string): boolean {
  return arg === "--help" || arg === "-h";
}

/** `seas`, or `seas judge`, as citty's help wants it. */
function groupCommand(path: readonly string[], group: Group) {
  const name = path.at(-1);
  const meta =
    name === undefined
      ? {
          name: "seas",
          version: packageVersion(),
          description: "Two language models sharpen each other until one is hard to break and still useful",
        }
      : { name, description: commands[name]!.summary };
  const subCommands = Object.entries(group.commands).map(([sub, { summary }]) => [
    sub,
    defineCommand({ meta: { name: sub, description: summary } }),
  ]);
  return defineCommand({ meta, subCommands: Object.fromEntries(subCommands) });
}

/** What stands before a command's name in its help. */
function parentOf(path: readonly string[]) {
  return path.length === 0
    ? undefined
    : defineCommand({ meta: { name: ["seas", ...path.slice(0, -1)].join(" "), version: packageVersion() } });
}

async function printHelp(
  command: CommandModule["command"],
  parent: CommandModule["command"] | undefined,
  examples: CommandModule["examples"],
  streams: Streams,
): Promise<void> {
  const usage = (await renderUsage(command, parent)).replace(/ +$/gm, "").trimEnd();
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, does]) => `  ${line.padEnd(width)}  ${does}`);
  const global = "  --debug prints the stack of an error, --version the version.";
  const text = `${usage}\n\nEXAMPLES\n\n${lines.join("\n")}\n\n${global}\n`;
  streams.stdout.write(screenOf(streams.stdout).colour ? text : stripVTControlCharacters(text));
}

function printError(error: unknown, debug: boolean, streams: Streams): void {
  const screen = screenOf(streams.stderr);
  const code = error instanceof SeasError ? ` [${error.code}]` : "";
  // Some messages list what differs, a line each.
  const [first = "", ...more] = messageOf(error).split("\n");
  screen.write(`${alarm("error:", "error", screen)} ${terminalSafe(first, 2000)}${code}\n`);
  for (const line of more) screen.write(`  ${terminalSafe(line, 2000)}\n`);
  if (error instanceof SeasError && error.hint !== undefined) screen.write(`hint: ${terminalSafe(error.hint, 2000)}\n`);
  if (!debug) return;
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  for (const line of stack.split("\n").slice(1)) screen.write(`  ${terminalSafe(line, 400)}\n`);
}

/** The message with its causes, but for those that it tells already and those that are dumps. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined || (error.cause as Error).name?.includes("Zod") ? "" : messageOf(error.cause);
  return error.message.includes(cause) ? error.message : `${error.message}: ${cause}`;
}

/** The version in package.json, two folders up from here in the source and in the build alike. */
function packageVersion(): string {
  return (JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string })
    .version;
}
