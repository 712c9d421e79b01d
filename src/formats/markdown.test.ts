/** Hostile text in Markdown stays text. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { markdownTable, markdownText } from "./markdown.ts";

describe("markdownText", () => {
  it.each([
    ["# heading", "\\# heading"],
    ["a | b\n| c", "a \\| b \\| c"],
    ["<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"],
    ["![x](http://a.b)", "\\!\\[x\\]\\(http\\://a.b\\)"],
    ["&lt;", "&amp;lt;"],
    ["`code` \\| *b* _i_", "\\`code\\` \\\\\\| \\*b\\* \\_i\\_"],
    ["a\u202eb\u200b\u001b[2Jc", "abc".replace("bc", "b\\[2Jc")],
    ["www.a.b", "www\\.a.b"],
    ["1. one - two-three", "1\\. one \\- two-three"],
    ["", ""],
  ])("%j", (text, shown) => expect(markdownText(text)).toBe(shown));

  it("leaves no sign unescaped and stays one line", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const rest = markdownText(text)
          .replace(/&(?:amp|lt|gt);/g, "")
          .replace(/\\[!-/:-@[-`{-~]/g, "");
        expect(rest).not.toMatch(/[!"#$&()*+:<=>?@[\\\]^_`{|}~\n\r]|^-/);
      }),
    );
    expect(markdownText("x".repeat(1000))).toBe(`${"x".repeat(199)}…`);
  });
});

it("markdownTable escapes its cells", () => {
  expect(
    markdownTable([
      ["a|b", "n"],
      ["x <b>", "1,234"],
    ]),
  ).toBe("| a\\|b | n |\n| --- | ---: |\n| x &lt;b&gt; | 1,234 |");
});
