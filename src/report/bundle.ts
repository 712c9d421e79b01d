/**
 * The browser's side of the report, as text: app.js and app.css beside this file in the built package. In a source
 * checkout, where they are not built, they are bundled on the fly by the same esbuild with the same options.
 */
import { readFile, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describeError, SeasError } from "../errors.ts";

/** What stands inline in the page. */
export interface AppFiles {
  readonly script: string;
  readonly style: string;
}

/**
 * Reads or bundles the app.
 *
 * @throws SeasError E_REPORT when the package was not built and this is no source checkout either
 */
export async function loadApp(): Promise<AppFiles> {
  const source = fileURLToPath(new URL("./app/main.ts", import.meta.url));
  // Sources first: in a checkout a built copy may be older than they are.
  if (
    await stat(source).then(
      () => true,
      () => false,
    )
  )
    return bundle(source);
  const read = (name: string) => readFile(new URL(name, import.meta.url), "utf8");
  try {
    return { script: (await read("./app.js")).trimEnd(), style: (await read("./app.css")).trimEnd() };
  } catch (cause) {
    throw new SeasError("E_REPORT", `the report's browser part is not built: ${describeError(cause)}`, {
      hint: "`npm run build` makes it",
      cause,
    });
  }
}

async function bundle(source: string): Promise<AppFiles> {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [source],
    outdir: "report",
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    legalComments: "eof",
    write: false,
    logLevel: "silent",
  });
  const text = (end: string) => outputFiles.find((file) => file.path.endsWith(end))?.text.trimEnd() ?? "";
  return { script: text(".js"), style: text(".css") };
}
