/**
 * Finding added tokens (`<|im_end|>` and its kind) in text: leftmost first, the longest of those that start there.
 * Leaves out `single_word` and `normalized`: no decoder that the engine runs has them.
 */

/** An entry of `added_tokens` in tokenizer.json. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Special tokens steer the model and are skipped by decode; the others are ordinary words of the vocabulary. */
  readonly special: boolean;
  /** Swallow the white space before the token. */
  readonly lstrip: boolean;
  /** Swallow the white space after the token. */
  readonly rstrip: boolean;
}

/** A stretch of text, or the id of an added token. */
export type Piece = string | number;

/** Cuts text at added tokens; empty stretches are left out. */
export type Splitter = (text: string) => Piece[];

/** A splitter for these tokens; without tokens it returns the text as it is. */
export function addedTokenSplitter(tokens: readonly AddedToken[]): Splitter {
  const known = tokens.filter((token) => token.content !== "");
  if (known.length === 0) return (text) => (text === "" ? [] : [text]);
  const ids = new Map(known.map((token) => [token.content, token.id]));
  const pattern = addedTokenPattern(known);
  return (text) => {
    const pieces: Piece[] = [];
    let end = 0;
    for (const match of text.matchAll(pattern)) {
      if (match.index > end) pieces.push(text.slice(end, match.index));
      pieces.push(ids.get(match[0]) ?? ids.get(match[0].trim())!);
      end = match.index + match[0].length;
    }
    if (end < text.length) pieces.push(text.slice(end));
    return pieces;
  };
}

/** A global pattern that matches any of the tokens, the longest where several start; undefined behaviour without tokens. */
export function addedTokenPattern(tokens: readonly AddedToken[]): RegExp {
  const longestFirst = [...tokens].sort((a, b) => b.content.length - a.content.length);
  const sources = longestFirst.map(
    ({ content, lstrip, rstrip }) => `${lstrip ? "\\s*" : ""}${escapePattern(content)}${rstrip ? "\\s*" : ""}`,
  );
  return new RegExp(sources.join("|"), "gu");
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
