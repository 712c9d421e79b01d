/** `seas chat`: T_0 and a later Target answer the same line side by side, each in a conversation of its own; also from a pipe, a line a turn. */
import { randomInt } from "node:crypto";
import { defineCommand } from "citty";
import type { Engine } from "../engine/engine.ts";
import { SeasError } from "../errors.ts";
import { promptTokens } from "../players/embedded.ts";
import type { Message } from "../records.ts";
import { type RunInfo, readRun } from "../run/inspect.ts";
import { createQueue, type Queue } from "../serve/queue.ts";
import { wholeNumber } from "./arguments.ts";
import { answerPage } from "./chat/columns.ts";
import { linesOf } from "./chat/lines.ts";
import { chatSession, type Spoken } from "./chat/session.ts";
import type { CommandModule, ExitCode, Streams } from "./commands.ts";
import { lastTrained } from "./run-adapter.ts";
import { findRun, runArguments } from "./run-folder.ts";
import { engineOf, loraOf, modelsOf, type RunModel } from "./run-models.ts";
import { dim, type Screen, screenOf, terminalSafe } from "./terminal.ts";

/** Most tokens of an answer, or as many as there is room for. */
const mostTokens = 512;

export const examples: CommandModule["examples"] = [
  ["seas chat", "the first and the last Target of the newest run"],
  ["seas chat runs/NAME --targets 0,1,3 --temperature 0", "three of them, each at its most probable words"],
  ["seas chat < lines.txt", "a line a turn"],
];

export const command = defineCommand({
  args: {
    ...runArguments,
    targets: { type: "string", valueHint: "N,N", description: "Which Targets (Default: 0 and the run's last)" },
    temperature: { type: "string", valueHint: "T", description: "0 = the most probable words (Default: the run's)" },
  },
  async run({ args, data }): Promise<ExitCode> {
    const { stdout, stderr } = data as Streams;
    const notes = screenOf(stderr);
    const line = (text: string) => notes.write(`${dim(terminalSafe(text, 500), notes)}\n`);
    const temperature = temperatureOf(args.temperature);
    const run = await readRun(await findRun(args.run, args.output));
    const models = await chosen(run, args.targets);
    const typed = process.stdin.isTTY === true && stdout.isTTY === true;

    // Before the first answer an interrupt quits; while answers come it stops them.
    let stop = new AbortController();
    let asking = false;
    const lines = linesOf({
      input: process.stdin,
      output: typed ? stdout : undefined,
      onInterrupt(end) {
        if (!asking) end();
        stop.abort(new SeasError("E_CANCELLED", "stopped"));
      },
    });
    try {
      const engine = await engineOf(run, line, stop.signal);
      const queue = createQueue(engine, { rows: models.length, gather: 0 });
      try {
        const names = models.map(({ iteration }) => `T_${iteration}`);
        line(`${names.join(" and ")} of ${run.dir}; /reset begins anew, /quit or Ctrl-C ends`);
        const sampling = { temperature: temperature ?? run.config.attack.temperature, topP: run.config.attack.topP };
        const asks = askers(engine, queue, models, sampling);
        await chatSession({
          models: models.length,
          lines,
          async ask(conversations) {
            asking = true;
            stop = new AbortController();
            const status = statusLine(typed ? screenOf(stdout) : undefined);
            const seed = randomInt(2 ** 47);
            try {
              return await Promise.all(
                conversations.map((messages, i) =>
                  asks[i]!(messages, `${seed}`, stop.signal, () => status.tick(names[i]!)),
                ),
              );
            } finally {
              asking = false;
              status.clear();
            }
          },
          show(said, answers) {
            const screen = screenOf(stdout);
            if (!typed) screen.write(`> ${terminalSafe(said, said.length)}\n`);
            screen.write(
              answerPage(
                answers.map(({ text = "", note }, i) => ({ name: names[i]!, text, note })),
                screen,
              ),
            );
          },
          say: line,
        });
        return 0;
      } finally {
        await queue.close();
        await engine.close();
      }
    } finally {
      lines.close();
    }
  },
});

function temperatureOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && value <= 2) return value;
  throw new SeasError("E_USAGE", `--temperature: expected a number from 0 to 2, got \`${text}\``);
}

/**
 * The Targets to talk to.
 *
 * @throws SeasError E_USAGE for one that the run does not have
 */
async function chosen(run: RunInfo, asked: string | undefined): Promise<RunModel[]> {
  const last = lastTrained(run, "target");
  const wanted = asked?.split(",").map((text) => wholeNumber(text.trim(), "--targets")!) ?? [0, last];
  const models = await modelsOf(run, "target");
  return [...new Set(wanted)].map((iteration) => {
    const model = models.find((one) => one.iteration === iteration);
    if (model !== undefined) return model;
    throw new SeasError("E_USAGE", `--targets: ${run.dir} has Targets of 0 to ${last}, not of ${iteration}`);
  });
}

/** Asks one model. */
type Asker = (messages: readonly Message[], seed: string, signal: AbortSignal, onText: () => void) => Promise<Spoken>;

function askers(
  engine: Engine,
  queue: Queue,
  models: readonly RunModel[],
  sampling: { readonly temperature: number; readonly topP: number },
): Asker[] {
  const { maxPositions } = engine.base.config;
  return models.map((model): Asker => {
    const lora = loraOf(engine, model);
    return async (messages, seed, signal, onText) => {
      const prompt = promptTokens(engine, messages);
      const maxTokens = Math.min(mostTokens, maxPositions - prompt.length);
      if (maxTokens < 1)
        return { text: undefined, note: `over the model's ${maxPositions} tokens: /reset begins anew` };
      const answer = await queue.answer({ lora, prompt, ...sampling, maxTokens, seed, signal, onText });
      const text = answer.text.trim();
      const notes = {
        stop: text === "" ? "no text" : undefined,
        length: `cut at ${answer.tokens} tokens`,
        cancelled: "stopped",
      };
      return { text, note: notes[answer.finishReason] };
    };
  });
}

/** One line that tells how far the answers are, redrawn in place; nothing without a terminal. */
function statusLine(screen: Screen | undefined) {
  const pieces = new Map<string, number>();
  return {
    tick(name: string): void {
      pieces.set(name, (pieces.get(name) ?? 0) + 1);
      const text = [...pieces].map(([each, count]) => `${each} ${count}`).join(" · ");
      screen?.write(`\r\u001b[K${dim(`${text} tokens, Ctrl-C stops`, screen)}`);
    },
    clear: () => screen?.write("\r\u001b[K"),
  };
}
