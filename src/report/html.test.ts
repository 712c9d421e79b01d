/** The page's shell: hostile text in the embedded JSON stays text, and the policy names what may run. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { embeddedJson, escapeText, reportHtml } from "./html.ts";
import type { Summary } from "./types.ts";

const app = { script: "document.title", style: "body{margin:0}" };
const summaryOf = (name: string) => ({ name }) as unknown as Summary;

describe("embeddedJson", () => {
  it("holds nothing that ends a script element or a line", () => {
    const json = embeddedJson({ text: "</script><!-- & \u2028 \u2029 \uD800" });
    expect(json).toMatchInlineSnapshot(`"{"text":"\\u003c/script\\u003e\\u003c!-- \\u0026 \\u2028 \\u2029 \\ud800"}"`);
  });

  it("comes back as it was, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const json = embeddedJson({ [text]: text });
        expect(json).not.toMatch(/[<>&\u2028\u2029]/);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ [text]: text })));
      }),
    );
  });
});

describe("reportHtml", () => {
  it("allows exactly the script and the style that stand in it", () => {
    const html = reportHtml(summaryOf("run"), app);
    const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1];
    expect(policy?.split("; ").slice(0, 3)).toEqual([
      "default-src 'none'",
      `script-src ${hash(app.script)}`,
      `style-src ${hash(app.style)}`,
    ]);
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(html.match(/<script/g)).toHaveLength(2);
  });

  it("keeps a hostile name out of the markup", () => {
    const html = reportHtml(summaryOf("</title><script>alert(1)</script>"), app);
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html).toContain("<title>SEAS report: &lt;/title&gt;&lt;script&gt;");
    expect(escapeText(`<a b="c" d='e'>&`)).toBe("&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;");
  });

  it("holds packed attempts as base64 that nothing runs, and the same policy", () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const attempts = { version: "1", index: bytes, blocks: [bytes, bytes] };
    const html = reportHtml(summaryOf("run"), app, { attempts });
    const packed = [...html.matchAll(/<script type="application\/octet-stream" id="([\w-]+)">([^<]*)<\/script>/g)];
    expect(packed.map(([, id]) => id)).toEqual(["packed-attempts", "packed-attempts-0", "packed-attempts-1"]);
    for (const [, , text] of packed) expect([...Buffer.from(text!, "base64")]).toEqual([...bytes]);
    const policy = (text: string) => /Content-Security-Policy" content="([^"]+)"/.exec(text)?.[1];
    expect(policy(html)).toBe(policy(reportHtml(summaryOf("run"), app)));
  });

  it("refuses an app that would break out of its element", () => {
    for (const script of ["x = '</SCRIPT >'", "<!-- x", "a\rb"]) {
      expect(() => reportHtml(summaryOf("run"), { ...app, script })).toThrow(
        "the report's script cannot stand in HTML",
      );
    }
  });
});
