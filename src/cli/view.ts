/** `seas view`: the report of a run in the browser, kept up to date while the run goes on. */
import { spawn } from "node:child_process";
import { defineCommand } from "citty";
import { SeasError } from "../errors.ts";
import type { LiveReport } from "../report/live/server.ts";
import { wholeNumber } from "./arguments.ts";
import type { CommandModule, Streams } from "./commands.ts";
import { catchInterrupts } from "./interrupt.ts";
import { findRun, runArguments } from "./run-folder.ts";
import { type Screen, screenOf, terminalSafe } from "./terminal.ts";

/** The same each time, so that a page left open finds a view that was started again. S-E-A-S on a telephone. */
const usualPort = 7327;
const highestPort = 65_535;

export const examples: CommandModule["examples"] = [
  ["seas view", "the newest run under runs, also while it is at work"],
  ["seas view runs/NAME --port 8080 --no-open", "one run, on a port of your choice, without a browser"],
];

export const command = defineCommand({
  args: {
    ...runArguments,
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
    const { serveReport } = await import("../report/live/server.ts");
    const errors = screenOf(stderr);
    const interrupts = catchInterrupts(
      { line: (text) => errors.write(`${text}\n`), close: () => {} },
      "closing the view",
    );
    let view: LiveReport | undefined;
    try {
      view = await serve(serveReport, dir, port);
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

type Serve = typeof import("../report/live/server.ts").serveReport;

/** A port that was asked for is taken or the command fails; the usual one gives way to any free one. */
async function serve(serveReport: Serve, dir: string, port: number | undefined): Promise<LiveReport> {
  if (port !== undefined) return serveReport(dir, { port });
  try {
    return await serveReport(dir, { port: usualPort });
  } catch (error) {
    if (error instanceof SeasError && error.code === "E_PORT") return serveReport(dir, { port: 0 });
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
