/** Control and bidi characters are made visible, never dropped. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pieces, visibleLine } from "./visible.ts";

const shown = (text: string) =>
  pieces(text)
    .map((p) => (p.code ? `[${p.text}]` : p.text))
    .join("");

describe("pieces", () => {
  it("shows what cannot be seen and leaves what can", () => {
    expect(shown("a\u202Eb\u001B[31m\u0000\u200B\uFEFF\u2028\uD800\u{E0041}")).toMatchInlineSnapshot(
      `"a[U+202E]b[U+001B][31m[U+0000][U+200B][U+FEFF][U+2028][U+D800][U+E0041]"`,
    );
    const plain = "Ünï 漢字 🙂\tline\nnext <b>&amp;</b>";
    expect(pieces(plain)).toEqual([{ text: plain, code: false }]);
  });

  it("loses no character", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const back = pieces(text).map((p) =>
          p.code ? String.fromCodePoint(Number.parseInt(p.text.slice(2), 16)) : p.text,
        );
        expect(back.join("")).toBe(text);
      }),
    );
  });
});

describe("visibleLine", () => {
  it("is one line and bounded", () => {
    expect(visibleLine("a\nb\u202E")).toBe("a bU+202E");
    expect(visibleLine("x".repeat(200), 10)).toBe(`${"x".repeat(10)}…`);
  });
});
