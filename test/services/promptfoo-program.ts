/** The real promptfoo with the Node that it needs, from the package registry, in a folder of the cache; no dependency of ours. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { defaultCacheDir } from "../../src/engine/base/cache.ts";

const version = "0.123.0";
/** promptfoo needs more than our Node 20. */
const nodeVersion = "22.23.3";

/** One prompt put to one model. */
export interface PromptfooResult {
  readonly provider: { readonly id: string };
  readonly vars: Readonly<Record<string, string>>;
  readonly response?: { readonly output?: unknown; readonly tokenUsage?: { readonly total?: number } };
  readonly success: boolean;
  /** Set also where only an assertion failed. */
  readonly error?: string | null;
}

/**
 * `promptfoo eval` of a configuration; what it found. Nothing is sent anywhere but to the providers named.
 *
 * @param folder for its files
 */
export async function promptfooEval(folder: string, config: unknown): Promise<readonly PromptfooResult[]> {
  const [file, out] = [join(folder, "promptfooconfig.json"), join(folder, "results.json")];
  await writeFile(file, JSON.stringify(config));
  const { node, main } = promptfoo();
  const argv = [main, "eval", "-c", file, "-o", out, "--no-cache", "--no-progress-bar", "--no-table", "--no-write"];
  const child = spawn(node, argv, {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      PROMPTFOO_CONFIG_DIR: join(folder, "promptfoo"),
      PROMPTFOO_DISABLE_TELEMETRY: "1",
      PROMPTFOO_DISABLE_UPDATE: "1",
      PROMPTFOO_DISABLE_REMOTE_GENERATION: "1",
    },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  // 100: it ran, and some assertion failed.
  if (code !== 0 && code !== 100) throw new Error(`promptfoo ended with ${code}:\n${said.slice(-4000)}`);
  return JSON.parse(await readFile(out, "utf8")).results.results;
}

/** Its Node and its main file; two processes may ask at once, each rename puts a whole folder there. */
function promptfoo(): { readonly node: string; readonly main: string } {
  const folder = join(defaultCacheDir(process.env, process.platform), "services", `promptfoo-${version}`);
  const windows = process.platform === "win32";
  const nodePackage = `node-${windows ? "win" : process.platform}-${process.arch}`;
  if (!existsSync(folder)) {
    mkdirSync(dirname(folder), { recursive: true });
    const part = mkdtempSync(`${folder}.`);
    try {
      // A package of its own, or npm would look for one in the folders above.
      writeFileSync(join(part, "package.json"), '{ "private": true }\n');
      npmInstall(part, [`promptfoo@${version}`, `${nodePackage}@${nodeVersion}`]);
      renameSync(part, folder);
    } catch (error) {
      rmSync(part, { recursive: true, force: true });
      if (!existsSync(folder)) throw error; // else another process was first
    }
  }
  const modules = join(folder, "node_modules");
  return {
    node: join(modules, nodePackage, "bin", windows ? "node.exe" : "node"),
    main: join(modules, "promptfoo", "dist", "src", "entrypoint.js"),
  };
}

/** Without install scripts, which would download browsers. */
function npmInstall(folder: string, packages: readonly string[]): void {
  const flags = ["--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status, stderr, error } = spawnSync("npm", ["install", ...flags, ...packages], {
    cwd: folder,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (status !== 0)
    throw new Error(`npm install ${packages.join(" ")} failed: ${error?.message ?? stderr.slice(-2000)}`);
}
