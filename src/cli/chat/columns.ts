/** Answers to one line on the screen: side by side where there is room, else one under the other. */
import { bold, dim, type Screen, terminalSafe } from "../terminal.ts";
import { columnsOf, textLines } from "../text-lines.ts";

/** An answer with who gave it. */
export interface Shown {
  readonly name: string;
  /** As the model wrote it: hostile. */
  readonly text: string;
  /** What is said about it, e.g. that it was stopped. */
  readonly note?: string | undefined;
}

/** Narrower columns are harder to read than answers one under the other. */
const leastWidth = 36;
const between = " │ ";
/** No line of what is read by programs is broken. */
const unbroken = 1_000_000;

/** The answers as lines, an empty one at the end. */
export function answerPage(answers: readonly Shown[], screen: Screen): string {
  const width = Math.floor((screen.columns - between.length * (answers.length - 1)) / answers.length);
  return screen.isTTY && width >= leastWidth ? sideBySide(answers, width, screen) : oneByOne(answers, screen);
}

function sideBySide(answers: readonly Shown[], width: number, screen: Screen): string {
  const columns = answers.map((answer) => ({ heading: answer.name, lines: linesOf(answer, width) }));
  const height = Math.max(...columns.map(({ lines }) => lines.length));
  const pad = (text: string) => text + " ".repeat(Math.max(0, width - columnsOf(text)));
  const row = (cells: readonly string[]) => cells.join(dim(between, screen)).trimEnd();
  const rows = Array.from({ length: height }, (_, i) => row(columns.map(({ lines }) => pad(lines[i] ?? ""))));
  return `${[row(columns.map(({ heading }) => bold(pad(heading), screen))), ...rows].join("\n")}\n\n`;
}

function oneByOne(answers: readonly Shown[], screen: Screen): string {
  const width = screen.isTTY ? Math.max(18, screen.columns - 2) : unbroken;
  const block = (answer: Shown) => [bold(answer.name, screen), ...linesOf(answer, width).map((line) => `  ${line}`)];
  return `${answers.flatMap(block).join("\n")}\n\n`;
}

function linesOf({ text, note }: Shown, width: number): string[] {
  const safe = text
    .trim()
    .split("\n")
    .map((line) => terminalSafe(line, text.length));
  const lines = textLines(safe.join("\n"), width);
  return note === undefined ? lines : [...lines, `(${note})`];
}
