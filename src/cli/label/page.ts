/**
 * An answer on the screen, as plain lines: nothing is redrawn, so that what was shown can be scrolled back to. Texts of models
 * are hostile: characters that a terminal would obey, or that cannot be seen, appear as their code point, since a rater must
 * see that they are there.
 */
import { bold, dim, type Screen, terminalSafe } from "../terminal.ts";
import { textLines } from "../text-lines.ts";
import type { Answer } from "./answers.ts";
import type { Decision } from "./label-file.ts";

/** What a page shows beside the answer. */
export interface PageOptions {
  readonly screen: Screen;
  /** Lines of the terminal. */
  readonly rows: number;
  /** Which answer, from 1, of how many. */
  readonly place: number;
  readonly total: number;
  /** What this rater said before. */
  readonly decision: Decision | undefined;
  /** All of the texts, else as much as fits. */
  readonly whole: boolean;
}

/** The page, its last line the keys. */
export function page(answer: Answer, { screen, rows, place, total, decision, whole }: PageOptions): string {
  const width = Math.max(20, screen.columns - 2);
  const prompt = textLines(answer.prompt, width);
  const response = textLines(answer.response, width);
  // Eight lines are headings, gaps and keys; a long prompt takes a third of the others.
  const room = Math.max(9, rows - 8);
  const forPrompt = whole ? prompt.length : Math.max(3, Math.min(prompt.length, Math.floor(room / 3)));
  const forResponse = whole ? response.length : Math.max(3, room - Math.min(prompt.length, forPrompt));
  const said = decision === undefined ? "" : ` · you said: ${decision === "skip" ? "skipped" : decision}`;
  const block = (heading: string, lines: readonly string[], most: number) => [
    bold(heading, screen),
    ...lines.slice(0, most).map((line) => `  ${line}`),
    ...(lines.length > most ? [dim(`  … ${lines.length - most} more lines: m shows all`, screen)] : []),
  ];
  return [
    "",
    dim("─".repeat(Math.min(width, 72)), screen),
    `${place} of ${total} · ${terminalSafe(answer.category, 60)}${said}`,
    ...block("PROMPT", prompt, forPrompt),
    ...block("ANSWER", response, forResponse),
    dim("u unsafe · s safe · k skip, don't know · m more · b back · q quit", screen),
    "",
  ].join("\n");
}
