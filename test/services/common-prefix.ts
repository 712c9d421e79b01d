/** How far texts go together: greedy texts of two programs part at the first near tie, so it is their beginnings that are compared. */

/** Mean share of each text of `a` that is the beginning of its fellow in `b` too. */
export function together(a: readonly string[], b: readonly string[]): number {
  return a.reduce((sum, text, i) => sum + commonPrefix(text, b[i]!) / text.length, 0) / a.length;
}

function commonPrefix(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
