/**
 * The page around the app: one file, no network. Its policy allows exactly the script and the style that stand in it,
 * by hash, and no string ever becomes markup (trusted types). The data is a block of JSON in which nothing can end
 * the block. Everything a model wrote is hostile and reaches the page only through that block.
 */
import { createHash } from "node:crypto";
import type { AttemptArchive } from "./attempts/types.ts";
import type { AppFiles } from "./bundle.ts";
import type { Summary } from "./types.ts";

/** What the page may do. `live` = it may also listen to the server that it comes from, and to nobody else. */
export function policyOf({ script, style }: AppFiles, live: boolean): string {
  return [
    "default-src 'none'",
    `script-src '${sourceHash(script)}'`,
    `style-src '${sourceHash(style)}'`,
    ...(live ? ["connect-src 'self'"] : []),
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");
}

/** What stands in the page beside its summary. */
export interface PageParts {
  /** Version of the summary in a live view, from which the page asks for what changed; absent in a file. */
  readonly version?: string;
  /** All attempts, in a file; a live view asks its server for them. */
  readonly attempts?: AttemptArchive | null;
}

/** The whole page. */
export function reportHtml(summary: Summary, app: AppFiles, { version, attempts = null }: PageParts = {}): string {
  const { script, style } = app;
  assertInline("script", script);
  assertInline("style", style);
  const policy = policyOf(app, version !== undefined);
  const live = version === undefined ? "" : ` data-live="${escapeText(version)}"`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${escapeText(`SEAS report: ${summary.name}`)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main id="report"${live}><noscript>This report draws itself with JavaScript, which is switched off here.</noscript></main>
<script type="application/json" id="summary">${embeddedJson(summary)}</script>
<script>${script}</script>
${attempts === null ? "" : packedScripts(attempts)}</body>
</html>
`;
}

/** After the script, so that the page is drawn while the browser still reads them. Base64 holds nothing that ends an element. */
function packedScripts({ index, blocks }: AttemptArchive): string {
  const element = (id: string, bytes: Uint8Array) =>
    `<script type="application/octet-stream" id="${id}">${Buffer.from(bytes).toString("base64")}</script>\n`;
  return [element("packed-attempts", index), ...blocks.map((block, i) => element(`packed-attempts-${i}`, block))].join(
    "",
  );
}

/** JSON for a script element: no character in it can end the element, open a comment, or break a line of JavaScript. */
export function embeddedJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Text for HTML, attribute values included. */
export function escapeText(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (c) => entities[c]!);
}

function sourceHash(content: string): string {
  return `sha256-${createHash("sha256").update(content, "utf8").digest("base64")}`;
}

/** The parser changes carriage returns and NUL, which would spoil the hash, and ends the element at its end tag. */
function assertInline(tag: string, content: string): void {
  if (/[\r\0]/.test(content) || content.toLowerCase().includes(`</${tag}`) || content.includes("<!--")) {
    throw new Error(`the report's ${tag} cannot stand in HTML: it holds an end tag, a comment, \\r or NUL`);
  }
}
