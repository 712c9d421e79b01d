/**
 * The page of one project on a Python package index, in both of its forms: JSON (PEP 691) and HTML (PEP 503).
 */
import { z } from "zod";
import { SeasError } from "../../errors.ts";

/** A file that the index offers. */
export interface IndexFile {
  readonly filename: string;
  /** Absolute address, without the fragment. */
  readonly url: string;
  /** Lower-case hex; undefined when the index does not say. */
  readonly sha256: string | undefined;
  /** In bytes; undefined when the index does not say. */
  readonly size: number | undefined;
}

/** The header that asks for JSON and takes HTML. */
export const simpleIndexAccept =
  "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";

const Page = z.looseObject({
  files: z.array(
    z.looseObject({
      filename: z.string(),
      url: z.string(),
      hashes: z.record(z.string(), z.string()).default({}),
      size: z.number().int().nonnegative().nullish(),
    }),
  ),
});

/**
 * The files on a project page.
 *
 * @param page address that the text came from; relative links start there
 * @throws SeasError E_NETWORK when the text is neither form
 */
export function parseSimpleIndex(text: string, contentType: string, page: string): readonly IndexFile[] {
  return /json/i.test(contentType) ? parseJson(text, page) : parseHtml(text, page);
}

function parseJson(text: string, page: string): readonly IndexFile[] {
  try {
    return Page.parse(JSON.parse(text)).files.map((file) => ({
      filename: file.filename,
      url: absolute(file.url, page).href,
      sha256: file.hashes.sha256?.toLowerCase(),
      size: file.size ?? undefined,
    }));
  } catch (cause) {
    throw new SeasError("E_NETWORK", `${new URL(page).host}: not a project page of a package index`, { cause });
  }
}

function parseHtml(text: string, page: string): readonly IndexFile[] {
  const base = /<base\s[^>]*?href\s*=\s*["']([^"']*)["']/i.exec(text)?.[1];
  const from = base === undefined ? page : absolute(unescapeHtml(base), page).href;
  const files: IndexFile[] = [];
  for (const [, attributes = "", label = ""] of text.matchAll(/<a\b([^>]*)>([^<]*)<\/a>/gi)) {
    const [, quoted, single] = /\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(attributes) ?? [];
    const href = quoted ?? single;
    if (href === undefined) continue;
    const url = absolute(unescapeHtml(href), from);
    const sha256 = /(?:^#|&)sha256=([0-9a-f]{64})/i.exec(url.hash)?.[1]?.toLowerCase();
    url.hash = "";
    files.push({ filename: unescapeHtml(label).trim(), url: url.href, sha256, size: undefined });
  }
  return files;
}

function absolute(href: string, from: string): URL {
  const url = new URL(href, from);
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw new SeasError("E_NETWORK", `${new URL(from).host}: a link to ${url.protocol}`);
  return url;
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}
