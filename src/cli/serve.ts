/**
 * `seas serve`: a run's Targets behind OpenAI's API on this machine, so that other programs can test them. Answers stay
 * between server and client: the log says who was asked how much, not what.
 */
import { defineCommand } from "citty";
import { readRun } from "../run/inspect.ts";
import { isLoopback } from "../serve/guard.ts";
import { startServer } from "../serve/server.ts";
import { wholeNumber } from "./arguments.ts";
import type { CommandModule, ExitCode, Streams } from "./commands.ts";
import { catchInterrupts } from "./interrupt.ts";
import { findRun, runArguments } from "./run-folder.ts";
import { engineOf, loraOf, modelNames, modelsOf } from "./run-models.ts";
import { alarm, bold, dim, screenOf, terminalSafe } from "./terminal.ts";

export const examples: CommandModule["examples"] = [
  ["seas serve", "the Targets of the newest run at http://127.0.0.1:8000/v1"],
  ["seas serve runs/NAME --port 9000", "another run, another port"],
  ["SEAS_API_KEY=… seas serve --host 0.0.0.0", "for other machines, who need the key"],
];

const writesAttacks = "it writes attacks; `seas serve --allow-red-team` serves it";

export const command = defineCommand({
  args: {
    ...runArguments,
    port: {
      type: "string",
      valueHint: "N",
      default: "8000",
      description: "Where to listen; 0 = any port that is free",
    },
    host: { type: "string", valueHint: "ADDRESS", default: "127.0.0.1", description: "On which address" },
    "api-key": {
      type: "string",
      valueHint: "KEY",
      description: "Asked of every client; rather set SEAS_API_KEY, since others on a machine see its command lines",
    },
    "allow-red-team": { type: "boolean", description: "Serve the Red Teams too, which write attacks" },
  },
  async run({ args, data }): Promise<ExitCode> {
    const { stdout, stderr } = data as Streams;
    const screen = screenOf(stderr);
    const line = (text: string) => screen.write(`${dim(terminalSafe(text, 500), screen)}\n`);
    const warn = (text: string) => screen.write(`${alarm("warning:", "warning", screen)} ${text}\n`);
    const port = wholeNumber(args.port, "--port") ?? 0;
    const apiKey = args["api-key"] ?? (process.env.SEAS_API_KEY || undefined);
    const run = await readRun(await findRun(args.run, args.output));
    const allowed = args["allow-red-team"] === true;
    const served = [...(await modelsOf(run, "target")), ...(allowed ? await modelsOf(run, "red-team") : [])];
    const withheld = allowed ? [] : modelNames(run, "red-team");
    const interrupts = catchInterrupts({ line: (text) => screen.write(`${text}\n`), close: () => {} }, "closing…");
    try {
      const engine = await engineOf(run, line, interrupts.signal);
      try {
        const server = await startServer({
          engine,
          models: served.map((model) => ({ name: model.name, lora: loraOf(engine, model) })),
          withheld: new Map(withheld.map((name) => [name, writesAttacks])),
          host: args.host,
          port,
          apiKey,
          rows: run.config.attack.batchSize,
          log: line,
        });
        if (!isLoopback(args.host)) {
          warn("other machines can ask, over HTTP without encryption: the key and all texts can be read on the way");
        }
        if (allowed) warn("the Red Teams are served: they write attacks, see docs/responsible-use.md");
        const out = screenOf(stdout);
        out.write(`${bold(server.url, out)}\n${served.map(({ name }) => name).join(" ")}\n`);
        line(`${terminalSafe(run.dir, 300)}; Ctrl-C closes`);
        await interrupted(interrupts.signal);
        await server.close();
        return 0;
      } finally {
        await engine.close();
      }
    } finally {
      interrupts.stop();
    }
  },
});

function interrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
