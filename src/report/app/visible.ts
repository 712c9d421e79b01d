/**
 * Texts of models as they are, nothing stripped: characters that cannot be seen, or that change how others are seen
 * (controls, escape, bidi, zero-width, lone surrogates), are told apart so that they can be shown by their code point.
 */

/** A stretch of text, or one character shown as its code point. */
export interface Piece {
  readonly text: string;
  readonly code: boolean;
}

// Line feed and tab are left as they are: they show. The rest are fillers that look like a space or like nothing.
const unseen = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\u115f\u1160\u3164\uffa0]/u;
const splitter = new RegExp(`(${unseen.source})`, "u");

/** The pieces of a text, in order. */
export function pieces(text: string): Piece[] {
  return text.split(splitter).flatMap((part, i) => {
    if (part === "") return [];
    return [i % 2 === 0 ? { text: part, code: false } : { text: codeOf(part), code: true }];
  });
}

/** One line of plain text with every unseen character shown; for labels, options and titles. */
export function visibleLine(text: string, most = 80): string {
  const line = pieces(text.slice(0, most + 1))
    .map((p) => p.text)
    .join("")
    .replace(/[\n\t]/g, " ");
  return text.length > most ? `${line.slice(0, most)}…` : line;
}

function codeOf(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
}
