/** Whatever a model writes, the document stays well formed: one text in, and only characters and references that XML knows out. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { xmlText } from "./junit.ts";

/** Back from references to characters. */
const read = (xml: string) =>
  xml.replace(
    /&(amp|lt|gt|quot|apos);/g,
    (_, name) => ({ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" })[name as "lt"],
  );

describe("xmlText", () => {
  it.each([
    ["a ]]> b", "a ]]&gt; b"],
    ['<a href="x">&amp;\'', "&lt;a href=&quot;x&quot;&gt;&amp;amp;&apos;"],
    ["\u0000\u0008\u000b\u001b[2J", "\ufffd\ufffd\ufffd\ufffd[2J"],
    ["\ud800a\udc00 \u{1f600} \ufffe\uffff", "\ufffda\ufffd \u{1f600} \ufffd\ufffd"],
    ["tab\tline\n", "tab\tline\n"],
  ])("%j", (text, xml) => expect(xmlText(text)).toBe(xml));

  it("lets nothing of a text end, begin or break markup, and loses no character that XML has", () => {
    const hostile = fc.array(
      fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("]]>", "<!--", "&", "\u0000", "\ud800")),
    );
    fc.assert(
      fc.property(hostile, (parts) => {
        const text = parts.join("");
        const xml = xmlText(text);
        expect(xml).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|apos);)/);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
        expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u);
        expect([...read(xml)].length).toBe([...text].length);
      }),
    );
  });
});
