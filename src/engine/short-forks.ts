/**
 * Forks that are too long for one row, read as several. Attention grows with the square of a row, so that the windows of an
 * answer of 100,000 characters behind one prompt would take tens of gigabytes.
 */
import type { Fork } from "./collate.ts";

/** Tokens of a row from which it is cut. Attention then takes some tens of megabytes a layer. */
const longest = 1024;

/**
 * What `read` gives for each completion, with forks of at most 1024 tokens (or one completion), each behind its prompt.
 *
 * @param read one result for each completion of each fork, in order
 */
export async function inShortForks<T>(
  forks: readonly Fork[],
  read: (short: readonly Fork[]) => Promise<T[][]>,
): Promise<T[][]> {
  const pieces = forks.map(piecesOf);
  const results = (await read(pieces.flat()))[Symbol.iterator]();
  return pieces.map((of) => of.flatMap(() => results.next().value as T[]));
}

function piecesOf({ prompt, completions }: Fork): Fork[] {
  const pieces: (readonly number[])[][] = [[]];
  let tokens = prompt.length;
  for (const completion of completions) {
    if (tokens + completion.length > longest && pieces.at(-1)!.length > 0) {
      pieces.push([]);
      tokens = prompt.length;
    }
    pieces.at(-1)!.push(completion);
    tokens += completion.length;
  }
  return pieces.map((piece) => ({ prompt, completions: piece }));
}
