/**
 * What code makes a run: version of the package, of Node, and the git revision when the package is a checkout.
 * Never fails: without git, or installed from a registry, the revision is null and the version says it all.
 */
import { execFile } from "node:child_process";
import { readFile, realpath } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";

/** The code behind a run, as run.json keeps it. */
export const Environment = z.object({
  git: z.object({ revision: z.string(), dirty: z.boolean() }).nullable(),
  versions: z.object({ seas: z.string(), node: z.string() }),
});
export type Environment = z.infer<typeof Environment>;

/** Describes the code that is running now. */
export async function environment(): Promise<Environment> {
  const root = fileURLToPath(new URL("../../", import.meta.url)); // of src/run/ and of dist/run/ alike
  return { git: await gitState(root), versions: { seas: await packageVersion(root), node: process.version } };
}

async function packageVersion(root: string): Promise<string> {
  try {
    return z.object({ version: z.string() }).parse(JSON.parse(await readFile(`${root}/package.json`, "utf8"))).version;
  } catch {
    return "unknown";
  }
}

async function gitState(root: string): Promise<Environment["git"]> {
  // Inside a git hook GIT_DIR and its like point elsewhere.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_")));
  const git = async (...args: string[]) =>
    (
      await promisify(execFile)("git", ["--no-optional-locks", "-C", root, ...args], { env, timeout: 5000 })
    ).stdout.trim();
  try {
    const top = await git("rev-parse", "--show-toplevel");
    // A package inside node_modules of somebody's checkout is not that checkout's code.
    if ((await realpath(top)) !== (await realpath(root))) return null;
    const [revision, changes] = [
      await git("rev-parse", "HEAD"),
      await git("status", "--porcelain", "--untracked-files=no"),
    ];
    return { revision, dirty: changes !== "" };
  } catch {
    return null;
  }
}
