/** Lines that a person types or a pipe brings, one at a time, and the interrupts between them; at a terminal with a prompt and a history. */
import { createInterface } from "node:readline";

/** Lines that are waited for. */
export interface Lines {
  /** The next line; undefined when there will be none. */
  next(): Promise<string | undefined>;
  /** Gives the input back. */
  close(): void;
}

/** Where lines come from. */
export interface LineInput {
  readonly input: NodeJS.ReadableStream;
  /** Of a terminal: what is typed is shown there. */
  readonly output?: NodeJS.WritableStream | undefined;
  /** Called at Ctrl-C, typed or sent; `end` lets {@link Lines.next} give undefined. */
  readonly onInterrupt: (end: () => void) => void;
}

/** Listens from now on. */
export function linesOf({ input, output, onInterrupt }: LineInput): Lines {
  const terminal = output !== undefined;
  const reader = createInterface({ input, ...(terminal && { output }), terminal, prompt: "> " });
  const typed: string[] = [];
  let ended = false;
  let waiting: ((line: string | undefined) => void) | undefined;
  const give = () => {
    if (waiting === undefined || (typed.length === 0 && !ended)) return;
    const to = waiting;
    waiting = undefined;
    to(typed.shift());
  };
  const end = () => {
    typed.length = 0;
    ended = true;
    give();
  };
  reader.on("line", (line) => {
    typed.push(line);
    give();
  });
  reader.on("close", () => {
    ended = true;
    give();
  });
  const interrupt = () => onInterrupt(end);
  // In raw mode Ctrl-C is a key, which readline tells; from a pipe it is a signal.
  reader.on("SIGINT", interrupt);
  process.on("SIGINT", interrupt).on("SIGTERM", end);
  return {
    next: () =>
      new Promise((resolve) => {
        waiting = resolve;
        if (terminal && typed.length === 0 && !ended) reader.prompt();
        give();
      }),
    close() {
      process.off("SIGINT", interrupt).off("SIGTERM", end);
      reader.close();
    },
  };
}
