/**
 * Holds the house of design.md: imports go down only, some packages are known in one file only, files stay short and
 * begin by saying what they are, and what must be the same twice asks no clock and no dice. Reads source text only;
 * type imports count like any other.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** From the top down. Rooms of one line are neighbours: they do not import each other, but for what is listed below. */
const layers: readonly (readonly string[])[] = [
  ["cli"],
  ["report"],
  ["index"],
  ["cast"],
  ["seas", "eval"],
  ["stages"],
  ["data-set"],
  ["judges", "trainers", "serve"],
  ["players"],
  ["metrics", "run", "suites"],
  ["data"],
  ["engine", "servers"],
  ["formats", "config"],
  ["seams"],
  ["records"],
  ["errors", "random", "group-by", "nearest"],
];

/** Packages that one file only may know. */
const guarded: Readonly<Record<string, string>> = {
  "onnxruntime-node": "src/engine/graph/session.ts",
  protobufjs: "src/engine/graph/onnx.ts",
};

/** Rooms whose results must be the same bytes for the same seed. */
const deterministic = ["data", "data-set", "metrics", "stages", "engine"];

interface Source {
  /** Relative to the repository, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const sources = filesUnder("src").map(read);
const production = sources.filter(({ path }) => !path.endsWith(".test.ts"));

describe("the house", () => {
  it("has a layer for every room", () => {
    const rooms = [...new Set(sources.map(({ path }) => roomOf(path)))];
    expect(rooms.filter((room) => layerOf(room) < 0)).toEqual([]);
  });

  it("imports go down only", () => {
    const wrong = production.flatMap(({ path, imports }) =>
      imports
        .filter((target) => target.startsWith("src/") && !mayImport(path, target))
        .map((target) => `${path} → ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it.each(Object.entries(guarded))("%s is known to %s only", (name, owner) => {
    const users = production.filter(({ imports }) => imports.some((i) => i === name || i.startsWith(`${name}/`)));
    expect(users.map(({ path }) => path).filter((path) => path !== owner)).toEqual([]);
  });

  it("the browser page and the program do not import each other's code", () => {
    const isPage = (path: string) => path.startsWith("src/report/app/");
    const outOfPage = production
      .filter(({ path }) => isPage(path))
      .flatMap(({ path, imports }) => imports.filter((i) => i.startsWith("node:")).map((i) => `${path} → ${i}`));
    const intoPage = production
      .filter(({ path }) => !isPage(path))
      .flatMap(({ path, imports }) => imports.filter(isPage).map((i) => `${path} → ${i}`));
    expect([...outOfPage, ...intoPage]).toEqual([]);
  });
});

describe("files", () => {
  it("none has more than 400 lines, and half have at most 150", () => {
    const lengths = production
      .map(({ path, text }) => ({ path, lines: text.trimEnd().split("\n").length }))
      .sort((a, b) => a.lines - b.lines);
    expect(lengths.filter(({ lines }) => lines > 400)).toEqual([]);
    expect(sources.filter(({ text }) => text.split("\n").length > 401).map(({ path }) => path)).toEqual([]);
    const median = lengths[Math.floor(lengths.length / 2)]?.lines ?? 0;
    const total = lengths.reduce((sum, { lines }) => sum + lines, 0);
    console.info(
      `src: ${lengths.length} files, ${total} lines, median ${median}, longest ${lengths.at(-1)?.path} (${lengths.at(-1)?.lines})`,
    );
    expect(median).toBeLessThanOrEqual(150);
  });

  it("each begins by saying what it is", () => {
    const others = ["test", "examples", "bench", "scripts"].flatMap(filesUnder).map(read);
    const silent = [...sources, ...others].filter(({ text }) => !/^(#!.*\n)?(\/\*\*?[\s*]|\/\/)/.test(text));
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it("none exports a default or declares what types alone cannot erase", () => {
    const wrong = production.filter(({ text }) =>
      /^export default|^(export )?(const )?enum |^(export )?namespace /m.test(text),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it("what must be the same twice asks no clock and no dice", () => {
    const asks = /\bMath\.random\b|\bDate\.now\b|\bnew Date\(\)/;
    const wrong = production.filter(
      ({ path, text }) => deterministic.includes(roomOf(path)) && asks.test(withoutComments(text)),
    );
    // The cache sweeps what an old crash left by its age; no result depends on it.
    expect(wrong.map(({ path }) => path).filter((path) => path !== "src/engine/base/cache.ts")).toEqual([]);
  });
});

describe("the test itself", () => {
  it("sees imports of every form", () => {
    const text = `import a from "./a.ts";\nimport type { B } from '../b.ts';\nexport * from "./c.ts";\nconst d = await import("./d.ts");\nimport "e";\nimport {\n  f,\n} from "f/g";\n// import x from "./x.ts"\ntype Y = import("./y.ts").Y;`;
    expect(importsOf("src/cli/z.ts", text)).toEqual([
      "src/cli/a.ts",
      "src/b.ts",
      "src/cli/c.ts",
      "e",
      "f/g",
      "src/cli/d.ts",
      "src/cli/y.ts",
    ]);
  });

  it("forbids what goes up or aside, and allows what goes down or stays in its room", () => {
    expect(mayImport("src/engine/dpo.ts", "src/stages/attack.ts")).toBe(false);
    expect(mayImport("src/run/run.ts", "src/metrics/asr.ts")).toBe(false);
    expect(mayImport("src/records.ts", "src/seams.ts")).toBe(false);
    expect(mayImport("src/cli/run.ts", "src/records.ts")).toBe(true);
    expect(mayImport("src/engine/dpo.ts", "src/engine/graph/ops.ts")).toBe(true);
  });
});

/** `engine` of src/engine/graph/node.ts, `seas` of src/seas.ts. */
function roomOf(path: string): string {
  return (path.split("/")[1] ?? "").replace(/(\.test)?\.ts$/, "");
}

function layerOf(room: string): number {
  return layers.findIndex((layer) => layer.includes(room));
}

function mayImport(from: string, to: string): boolean {
  const [own, other] = [roomOf(from), roomOf(to)];
  return own === other || layerOf(own) < layerOf(other);
}

function filesUnder(folder: string): string[] {
  try {
    return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
      .filter((path) => path.endsWith(".ts"));
  } catch {
    return [];
  }
}

function read(path: string): Source {
  const text = readFileSync(join(root, path), "utf8");
  return { path, text, imports: importsOf(path, text) };
}

/** What a file imports: packages by name, own files by their path in the repository. */
function importsOf(path: string, text: string): string[] {
  const code = withoutComments(text);
  const found = [
    ...code.matchAll(/^\s*(?:import|export)\b[^;"'()]*?["']([^"']+)["']/gm),
    ...code.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g),
  ];
  return found.map(([, name = ""]) => (name.startsWith(".") ? posix.join(posix.dirname(path), name) : name));
}

/** Good enough for import lines and calls; a `//` inside a string is taken for a comment only after a blank. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
}
