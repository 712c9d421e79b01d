/**
 * From a YAML file and flags to a whole configuration. Errors name the file and the line; a flag goes over the file,
 * and the preset fills the rest.
 */
import { readFile } from "node:fs/promises";
import { isMap, isScalar, LineCounter, type Node, parseDocument } from "yaml";
import { type Config, resolveConfig } from "../config.ts";
import { describeError, SeasError } from "../errors.ts";

/** Flags of `seas run` that set a value of the configuration; what is undefined says nothing. */
export interface ConfigFlags {
  readonly preset?: string | undefined;
  readonly seed?: number | undefined;
  readonly output?: string | undefined;
  readonly model?: string | undefined;
  readonly dataset?: string | undefined;
  readonly iterations?: number | undefined;
  readonly threads?: number | undefined;
  readonly device?: string | undefined;
}

type Tree = { readonly [key: string]: unknown };

/**
 * The configuration of a file with flags over it.
 *
 * @param file YAML, every key optional; undefined = flags and preset only
 * @throws SeasError E_CONFIG naming file, line and key
 */
export async function loadConfig(file: string | undefined, flags: ConfigFlags): Promise<Config> {
  if (file === undefined) return resolveConfig(withFlags({}, flags), "command line");
  const { value, lineOf } = parseYaml(await read(file), file);
  try {
    resolveConfig(value, file);
  } catch (error) {
    throw withLine(error, file, lineOf);
  }
  return resolveConfig(withFlags((value ?? {}) as Tree, flags), "command line");
}

/** Values with those that flags give laid over them. */
export function withFlags(given: Tree, flags: ConfigFlags): Tree {
  const { preset, seed, output, model, dataset, iterations, threads, device } = flags;
  const section = (key: string, values: Tree): Tree => {
    const set = Object.entries(values).filter(([, value]) => value !== undefined);
    return set.length === 0 ? {} : { [key]: { ...(given[key] as Tree | undefined), ...Object.fromEntries(set) } };
  };
  const top = Object.entries({ preset, seed, output, iterations }).filter(([, value]) => value !== undefined);
  return {
    ...given,
    ...Object.fromEntries(top),
    ...section("model", { base: model, threads, device }),
    ...section("data", { dataset }),
  };
}

/**
 * The value of a YAML text, and where its keys stand.
 *
 * @throws SeasError E_CONFIG `file:line:column: what is wrong`
 */
export function parseYaml(
  text: string,
  file: string,
): { value: unknown; lineOf: (path: readonly string[]) => number | undefined } {
  const lines = new LineCounter();
  // Aliases are bounded: a small file must not unfold into a large value.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new SeasError("E_CONFIG", `${file}:${line}:${col}: ${error.message}`);
  }
  const lineOf = (path: readonly string[]): number | undefined => {
    let node: unknown = document.contents;
    let found: number | undefined;
    for (const key of path) {
      const pair = isMap(node)
        ? node.items.find((item) => String(isScalar(item.key) ? item.key.value : item.key) === key)
        : undefined;
      if (pair === undefined) return found;
      const range = (pair.key as Node).range;
      if (range) found = lines.linePos(range[0]).line;
      node = pair.value;
    }
    return found;
  };
  try {
    return { value: document.toJS({ maxAliasCount: 50 }), lineOf };
  } catch (cause) {
    throw new SeasError("E_CONFIG", `${file}: ${describeError(cause)}`, { cause });
  }
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT") {
      throw new SeasError("E_CONFIG", `${file}: there is no such file`, {
        hint: "`seas init` writes one to start from",
        cause,
      });
    }
    throw new SeasError("E_CONFIG", `${file} cannot be read: ${describeError(cause)}`, { cause });
  }
}

/** The error with the line of the key that it names, when the file has that key. */
function withLine(error: unknown, file: string, lineOf: (path: readonly string[]) => number | undefined): unknown {
  if (!(error instanceof SeasError) || error.code !== "E_CONFIG" || !error.message.startsWith(`${file}: `))
    return error;
  const path = /`([^`]+)`/.exec(error.message)?.[1]?.split(".") ?? [];
  const line = error.message.includes("unknown preset") ? lineOf(["preset"]) : lineOf(path);
  if (line === undefined) return error;
  return new SeasError(error.code, `${file}:${line}: ${error.message.slice(file.length + 2)}`, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error.cause,
  });
}
