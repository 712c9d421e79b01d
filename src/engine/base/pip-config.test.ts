/** pip's configuration dialect and the order of its sources. */
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findPackageIndexes, packageIndexes, parsePipConfig, pipConfigFiles, publicIndex } from "./pip-config.ts";

describe("parsePipConfig", () => {
  it("reads sections, both separators, comments, spellings and continued values", () => {
    const text =
      "\uFEFF# a comment\r\n[global]\r\nindex_url = https://a.example/simple/\r\n; another\n--timeout: 60\nextra-index-url =\n    https://b.example/simple\n    https://c.example/simple\n\n[Download]\nno-index = true\nnonsense\n";
    expect(Object.fromEntries(parsePipConfig(text))).toMatchInlineSnapshot(`
      {
        "download.no-index": "true",
        "global.extra-index-url": "https://b.example/simple https://c.example/simple",
        "global.index-url": "https://a.example/simple/",
        "global.timeout": "60",
      }
    `);
  });
});

describe("packageIndexes", () => {
  const file = (text: string) => parsePipConfig(text);

  it("is the public index when nothing is said", () => {
    expect(packageIndexes({}, [])).toEqual([publicIndex]);
  });

  it("takes the later file, the command's own section before [global], and drops the last slash", () => {
    const files = [
      file("[global]\nindex-url=https://one.example/simple/"),
      file("[global]\nindex-url=https://two.example/simple"),
    ];
    expect(packageIndexes({}, files)).toEqual(["https://two.example/simple"]);
    expect(packageIndexes({}, [file("[download]\nindex-url=https://three.example"), ...files])).toEqual([
      "https://three.example",
    ]);
  });

  it("takes the environment before the files, pip's before uv's, and extra indexes after the main one", () => {
    const files = [file("[global]\nindex-url=https://file.example")];
    expect(packageIndexes({ UV_INDEX_URL: "https://uv.example" }, files)).toEqual(["https://uv.example"]);
    expect(packageIndexes({ UV_INDEX_URL: "https://uv.example", PIP_INDEX_URL: "https://pip.example" }, files)).toEqual(
      ["https://pip.example"],
    );
    expect(packageIndexes({ UV_INDEX: "own=https://x.example https://y.example/" }, files)).toEqual([
      "https://file.example",
      "https://x.example",
      "https://y.example",
    ]);
  });

  it("is empty where pip is told to use no index, and passes over what is not http", () => {
    expect(packageIndexes({ PIP_NO_INDEX: "1" }, [])).toEqual([]);
    expect(packageIndexes({ PIP_INDEX_URL: "file:///srv/simple" }, [])).toEqual([]);
  });
});

describe("pipConfigFiles", () => {
  it("lists global, user, virtual environment and named file, and none for /dev/null", () => {
    expect(
      pipConfigFiles({ VIRTUAL_ENV: "/venv", PIP_CONFIG_FILE: "/named.conf" }, "linux", "/home/u"),
    ).toMatchInlineSnapshot(`
      [
        "/etc/xdg/pip/pip.conf",
        "/etc/pip.conf",
        "/home/u/.pip/pip.conf",
        "/home/u/.config/pip/pip.conf",
        "/venv/pip.conf",
        "/named.conf",
      ]
    `);
    expect(pipConfigFiles({ PIP_CONFIG_FILE: "/dev/null" }, "linux", "/home/u")).toEqual([]);
  });

  it("are read from disk", async () => {
    const home = await mkdtemp(join(tmpdir(), "seas-pip-"));
    await mkdir(join(home, ".config", "pip"), { recursive: true });
    await writeFile(join(home, ".config", "pip", "pip.conf"), "[download]\nindex-url = https://user.example/simple\n");
    expect(await findPackageIndexes({}, "linux", home)).toEqual(["https://user.example/simple"]);
  });
});
