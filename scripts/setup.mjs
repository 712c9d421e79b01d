/**
 * Before `npm start` and `npm test`: installs the packages when they are not those of package-lock.json, and builds when
 * the source has changed. Needs nothing but Node; does nothing, in an instant, when all is in place.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const stamp = join(root, "dist", ".source");

requireNode(20, 19);
if (!isInstalled()) install();
const source = hashOfSource();
if (read(stamp) !== source) build(source);

function requireNode(major, minor) {
  const [found, foundMinor] = process.versions.node.split(".").map(Number);
  if (found > major || (found === major && foundMinor >= minor)) return;
  fail(`seas needs Node ${major}.${minor} or newer; this is ${process.versions.node}.`);
}

/**
 * Whether node_modules holds what package-lock.json says, by npm's own record of what it installed: written last, so
 * an interrupted installation counts as none.
 */
function isInstalled() {
  const record = read(join(root, "node_modules", ".package-lock.json"));
  if (record === undefined) return false;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const found = JSON.parse(record).packages;
  return Object.entries(wanted).every(([path, { version, optional, devOptional, peer }]) => {
    // Packages for other platforms are left out by npm.
    if (path === "" || ((optional || devOptional || peer) && found[path] === undefined)) return true;
    return found[path]?.version === version;
  });
}

function install() {
  say("installing packages (npm ci); this takes a minute …");
  const env = {
    ...process.env,
    // The CPU library is in the package; its install script would fetch CUDA's, which closed networks refuse.
    ONNXRUNTIME_NODE_INSTALL: "skip",
    npm_config_onnxruntime_node_install: "skip",
  };
  // Development packages build the program, whatever NODE_ENV says.
  const args = ["ci", "--include=dev", "--no-audit", "--no-fund"];
  const npm = process.env.npm_execpath;
  const result =
    npm === undefined
      ? spawnSync("npm", args, { cwd: root, env, encoding: "utf8", shell: process.platform === "win32" })
      : spawnSync(process.execPath, [npm, ...args], { cwd: root, env, encoding: "utf8" });
  if (result.status === 0) return;
  const output = `${result.stdout ?? ""}${result.stderr ?? ""}${result.error?.message ?? ""}`.trim().split("\n");
  fail(`${output.slice(-20).join("\n")}\nnpm ci failed: see the lines above.`);
}

function build(hash) {
  say("building …");
  const result = spawnSync(process.execPath, [join(root, "scripts", "build.mjs")], { cwd: root, stdio: "inherit" });
  if (result.status !== 0) fail("the build failed: see the lines above.");
  mkdirSync(join(root, "dist"), { recursive: true });
  writeFileSync(stamp, hash);
}

/** Of every file that the build reads; what only tests read is left out. */
function hashOfSource() {
  const files = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".test.ts"))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const others = ["package-lock.json", "tsconfig.json", "tsconfig.build.json", "scripts/build.mjs"];
  const hash = createHash("sha256");
  for (const file of [...files, ...others.map((name) => join(root, name))].sort()) {
    hash
      .update(`${file.slice(root.length)}\0`)
      .update(readFileSync(file))
      .update("\0");
  }
  return hash.digest("hex");
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function say(line) {
  process.stderr.write(`seas: ${line}\n`);
}

function fail(message) {
  say(message);
  process.exit(1);
}
