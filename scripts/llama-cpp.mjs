/**
 * node-llama-cpp with the prebuilt library for this machine's processor, in a folder of the cache: it is a peer to
 * measure against, no dependency of ours. Installed when first asked for; `node scripts/llama-cpp.mjs` prints the folder.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const version = "3.22.1";
/** Packages that need no graphics card, by platform and processor. */
const libraries = {
  "linux-x64": "linux-x64",
  "linux-arm64": "linux-arm64",
  "darwin-x64": "mac-x64",
  "darwin-arm64": "mac-arm64-metal",
  "win32-x64": "win-x64",
  "win32-arm64": "win-arm64",
};

/**
 * The folder whose node_modules hold node-llama-cpp; two processes may ask at once, each rename puts a whole folder there.
 *
 * @param {string} cache of which it becomes a part
 * @returns {string}
 */
export function llamaCppFolder(cache = process.env.SEAS_CACHE || join(homedir(), ".cache", "seas")) {
  const folder = join(cache, "services", `node-llama-cpp-${version}`);
  if (existsSync(folder)) return folder;
  const library = libraries[`${process.platform}-${process.arch}`];
  if (library === undefined) throw new Error(`node-llama-cpp has no library for ${process.platform}-${process.arch}`);
  mkdirSync(dirname(folder), { recursive: true });
  const part = mkdtempSync(`${folder}.`);
  try {
    // A package of its own, or npm would look for one in the folders above.
    writeFileSync(join(part, "package.json"), '{ "private": true }\n');
    npmInstall(part, [`node-llama-cpp@${version}`, `@node-llama-cpp/${library}@${version}`]);
    renameSync(part, folder);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // else another process was first
  }
  return folder;
}

/** Without the other platforms' libraries, 700 MB, and without the script that would build one. */
function npmInstall(folder, packages) {
  const flags = ["--prefix", folder, "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"];
  const { status, stderr, error } = spawnSync("npm", ["install", ...flags, ...packages], {
    cwd: folder,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (status !== 0)
    throw new Error(`npm install ${packages.join(" ")} failed: ${error?.message ?? stderr.slice(-2000)}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${llamaCppFolder()}\n`);
