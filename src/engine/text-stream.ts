/**
 * Tokens to text while they come: what is given out is never taken back. A character whose bytes are not all there yet
 * waits for the rest, and so does what may be the beginning of a stop text.
 */
import type { Tokenizer } from "./tokenizer/tokenizer.ts";

/** Text that grows. */
export interface TextStream {
  /** Takes a token, and gives the text that is certain now; empty once {@link stopped}. */
  push(token: number): string;
  /** The text that was still waiting. */
  end(): string;
  /** Whether a stop text was found; the text ends before it. */
  readonly stopped: boolean;
}

/** Tokens that wait for the rest of a character; one has four bytes at most, so more are broken text. */
const mostWaiting = 8;

/**
 * A stream of text that ends before the first of the stop texts.
 *
 * @param stops none of them empty
 * @param after tokens that the text goes on from; none where an answer begins
 */
export function textStream(
  tokenizer: Pick<Tokenizer, "decode">,
  stops: readonly string[] = [],
  after: readonly number[] = [],
): TextStream {
  const tokens = [...after];
  // Text is the difference of two decodings from `from` on: a decoder may treat the first token otherwise than later ones.
  let from = 0;
  let given = after.length;
  let held = "";
  let stopped = false;

  const take = (evenBroken: boolean): string => {
    const before = tokenizer.decode(tokens.slice(from, given));
    const now = tokenizer.decode(tokens.slice(from));
    const waiting = now.endsWith("\ufffd") && tokens.length - given <= mostWaiting;
    if (waiting && !evenBroken) return "";
    from = given;
    given = tokens.length;
    return now.slice(before.length);
  };
  const release = (fresh: string, last: boolean): string => {
    held += fresh;
    const at = Math.min(...stops.map((stop) => held.indexOf(stop)).filter((i) => i >= 0));
    stopped = Number.isFinite(at);
    const size = stopped ? at : last ? held.length : held.length - begunStop(held, stops);
    const out = held.slice(0, size);
    held = stopped ? "" : held.slice(size);
    return out;
  };
  return {
    push(token) {
      if (stopped) return "";
      tokens.push(token);
      return release(take(false), false);
    },
    end: () => (stopped ? "" : release(take(true), true)),
    get stopped() {
      return stopped;
    },
  };
}

/** Length of the longest end of `text` with which one of `stops` begins. */
function begunStop(text: string, stops: readonly string[]): number {
  let longest = 0;
  for (const stop of stops) {
    for (let size = Math.min(stop.length - 1, text.length); size > longest; size--) {
      if (text.endsWith(stop.slice(0, size))) longest = size;
    }
  }
  return longest;
}
