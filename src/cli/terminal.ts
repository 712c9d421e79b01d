/**
 * What may reach a terminal: model text and file names are hostile input (a model can learn to write escape
 * sequences), so they pass `terminalSafe` first. Also colours that stay away from pipes and NO_COLOR.
 */
import { stripVTControlCharacters } from "node:util";

/** Where a command writes: one stream, and how it may be drawn on. */
export interface Screen {
  readonly write: (text: string) => void;
  /** True when lines may be redrawn. */
  readonly isTTY: boolean;
  /** Characters in a line. */
  readonly columns: number;
  readonly colour: boolean;
}

// C0 and C1 controls and DEL; bidi marks, embeddings and isolates; interlinear anchors; invisible tag characters.
const invisible =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
const breaks = /[\s\u0085\u2028\u2029]+/gu;

/**
 * Text on one line without anything a terminal would obey: escape sequences, control and bidi characters go, white
 * space becomes one space, lone surrogates U+FFFD.
 *
 * @param max longest result in characters; what is longer ends in `…`
 */
export function terminalSafe(text: string, max = 200): string {
  // Cut first: a megabyte of model text shall not be searched for eighty characters of it.
  const head = text.slice(0, max * 8 + 256);
  const clean = stripVTControlCharacters(head)
    .replace(breaks, " ")
    .replace(invisible, "")
    .replace(/\p{Surrogate}/gu, "\ufffd")
    .trim();
  const characters = [...clean];
  if (characters.length <= max && head.length === text.length) return clean;
  return `${characters.slice(0, Math.max(0, max - 1)).join("")}…`;
}

/** The screen behind a stream; colour on a terminal unless NO_COLOR is set or TERM is dumb. */
export function screenOf(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv = process.env): Screen {
  const isTTY = stream.isTTY === true && env.TERM !== "dumb";
  return {
    write: (text) => void stream.write(text),
    isTTY,
    columns: stream.columns ?? 100,
    colour: isTTY && !env.NO_COLOR,
  };
}

/** Text in grey, for what is beside the point. */
export function dim(text: string, screen: Screen): string {
  return screen.colour ? `\u001b[2m${text}\u001b[22m` : text;
}

/** Text in bold. */
export function bold(text: string, screen: Screen): string {
  return screen.colour ? `\u001b[1m${text}\u001b[22m` : text;
}

/** Text in red (`error`) or yellow (`warning`). */
export function alarm(text: string, kind: "error" | "warning", screen: Screen): string {
  return screen.colour ? `\u001b[${kind === "error" ? 31 : 33}m${text}\u001b[39m` : text;
}
