/** Small changes to requests and answers that texts of ours are made from. */

/** With a small first letter, to stand within a sentence. */
export function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
