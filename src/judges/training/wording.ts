/** Small changes to requests and answers that texts of ours are made from. */

/** With a small first letter, to stand within a sentence. */
export function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** With a capital first letter. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Its first words, white space between them as it was. */
export function firstWords(text: string, count: number): string {
  return text
    .split(/(?<=\s)/)
    .slice(0, count)
    .join("")
    .trim();
}

/** Its sentences, without line breaks. */
export function sentencesOf(text: string): string[] {
  return text
    .replace(/\s+/g, " ")
    .split(/(?<=[.!?])\s+(?=[\p{Lu}"\u201c\d])/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
}

/** A phrase with the topic and the request filled in; neither is read as a pattern. */
export function filled(
  phrase: string,
  { topic, request }: { readonly topic: string; readonly request: string },
): string {
  return phrase
    .replaceAll("{topic}", () => topic)
    .replaceAll("{Topic}", () => capital(topic))
    .replaceAll("{request}", () => request)
    .replaceAll("{Request}", () => capital(request));
}
