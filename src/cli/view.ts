/** `seas view`: the report of a run in the browser, kept up to date while the run goes on. */
import { spawn } from "node:child_process";
import { defineCommand } from "citty";
import { SeasError } from "../errors.ts";
import type { LiveReport } from "../report/live/server.ts";
import { wholeNumber } from "./arguments.ts";
import type { CommandModule, Streams } from "./commands.ts";
import { catchInterrupts } from "./interrupt.ts";
import { againstArgument, findRun, runArguments } from "./run-folder.ts";
import { type Screen, screenOf, terminalSafe } from "./terminal.ts";

/** The same each time, so that a page left open finds a view that was started again. S-E-A-S on a telephone. */
const usualPort = 7327;
const highestPort = 65_535;

export const examples: CommandModule["examples"] = [
  ["seas view", "the newest run under runs, also while it is at work"],
  ["seas view runs/NAME --port 8080 --no-open", "one run, on a port of your choice, without a browser"],
  ["seas view --against runs/OTHER", "the newest run, with the figures of another one beside it"],
];

export const command = defineCommand({
  args: {
    ...runArguments,
    ...againstArgument,
    port: { type: "string", valueHint: "N", description: `Port on 127.0.0.1 (Default: ${usualPort}, or any free one)` },
    open: {
      type: "boolean",
      default: true,
      description: "Open the browser",
      negativeDescription: "Print the address only",
    },
  },
  async run({ args, data }) {
    const { stdout, stderr } = data as Streams;
    const screen = screenOf(stdout);
    const port = portOf(args.port);
    const dir = await findRun(args.run, args.output);
    const against = args.against === undefined ? undefined : await findRun(args.against, args.output);
    const { serveReport } = await import("../report/live/server.ts");
    const errors = screenOf(stderr);
    const interrupts = catchInterrupts(
      { line: (text) => errors.write(`${text}\n`), close: () => {} },
      "closing the view",
    );
    let view: LiveReport | undefined;
    try {
      view = await serve((at) => serveReport(dir, { port: at, against }), port);
      screen.write(`${view.url}\n`);
      errors.write(`${terminalSafe(dir, 1000)}, until Ctrl-C\n`);
      if (args.open) openBrowser(view.url, screen);
      await aborted(interrupts.signal);
    } finally {
      await view?.close();
      interrupts.stop();
    }
  },
});

type Serve = (port: number) => Promise<LiveReport>;

/** A port that was asked for is taken or the command fails; the usual one gives way to any free one. */
async function serve(serveAt: Serve, port: number | undefined): Promise<LiveReport> {
  if (port !== undefined) return serveAt(port);
  try {
    return await serveAt(usualPort);
  } catch (error) {
    if (error instanceof SeasError && error.code === "E_PORT") return serveAt(0);
    throw error;
  }
}

function portOf(text: string | undefined): number | undefined {
  const port = wholeNumber(text, "--port");
  if (port !== undefined && port > highestPort)
    throw new SeasError("E_USAGE", `--port: expected at most ${highestPort}, got ${port}`);
  return port;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Only where somebody sits before it; what fails here is no failure of the view, whose address is printed. */
function openBrowser(url: string, { isTTY }: Screen): void {
  const { platform, env } = process;
  const desktop = platform === "win32" || platform === "darwin" || env.DISPLAY || env.WAYLAND_DISPLAY;
  if (!isTTY || !desktop) return;
  const [program, ...words] =
    platform === "win32" ? ["cmd", "/c", "start", ""] : [platform === "darwin" ? "open" : "xdg-open"];
  spawn(program!, [...words, url], { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref();
}
