/**
 * Texts of models broken into lines for a terminal. Characters that a terminal would obey, or that cannot be seen, appear as
 * their code point: a reader must see that they are there.
 */

/** Escape, controls, direction and zero-width marks, lone surrogates, private use, separators, fillers that look like nothing. */
const unseen = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu;
/** Characters that take two columns in most terminals. */
const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60]/u;

/** A text as lines of at most `width` columns, broken between words where there are any. */
export function textLines(text: string, width: number): string[] {
  const visible = text
    .replace(/\r\n/g, "\n")
    .replace(unseen, (c) => `⟨U+${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}⟩`)
    .replace(/\t/g, "    ");
  return visible.split("\n").flatMap((line) => wrapped(line, width));
}

/** Columns of a terminal that a text takes. */
export function columnsOf(text: string): number {
  return [...text].reduce((sum, c) => sum + (wide.test(c) ? 2 : 1), 0);
}

function wrapped(line: string, width: number): string[] {
  const lines: string[] = [];
  let [current, columns] = ["", 0];
  const end = () => {
    lines.push(current.trimEnd());
    [current, columns] = ["", 0];
  };
  for (const word of line.match(/\s+|\S+/gu) ?? []) {
    const size = columnsOf(word);
    if (columns > 0 && columns + size > width) end();
    if (lines.length > 0 && columns === 0 && word.trim() === "") continue;
    if (size <= width) {
      [current, columns] = [current + word, columns + size];
      continue;
    }
    for (const c of word) {
      if (columns + columnsOf(c) > width) end();
      [current, columns] = [current + c, columns + columnsOf(c)];
    }
  }
  end();
  return lines;
}
