/** Markdown from texts that nobody has vouched for: nothing in them becomes a heading, a link, an image, a tag or a cell. */

/** Longest text, in characters. */
const longest = 200;

/**
 * One line that shows the text as it is: control, format and private characters are gone, white space is one space, and
 * every sign that Markdown or HTML could obey is escaped.
 */
export function markdownText(text: string): string {
  const clean = [
    ...text
      .slice(0, longest * 8)
      .replace(/\s+/g, " ")
      .replace(/\p{C}/gu, "")
      .trim(),
  ];
  const short = clean.length > longest ? [...clean.slice(0, longest - 1), "…"] : clean;
  return short.join("").replace(obeyed, (sign) => entities[sign] ?? `\\${sign}`);
}

// Signs that mean something anywhere; a dash or a point that could begin a list; what makes a link of `www.`.
const obeyed = /[!"#$&()*+:<=>?@[\\\]^_`{|}~]|(?<!\w)-|(?<=^\d{1,9})\.(?=\s|$)|(?<=www)\./gi;
const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/**
 * A table; its cells are escaped.
 *
 * @param rows the first is the head
 */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(markdownText).join(" | ")} |`;
  const [head = [], ...body] = rows;
  // Words stand to the left, figures to the right.
  const ruler = `| ${head.map((_, i) => (i === 0 ? "---" : "---:")).join(" | ")} |`;
  return [line(head), ruler, ...body.map(line)].join("\n");
}
