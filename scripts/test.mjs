/**
 * `npm test`: types, lint, dead code, then the three kinds of tests, all of them even if one fails; with the argument
 * `services` (`npm run test:services`) only those against other programs, which they bring. The last line, alone on it, is
 * `N passed, N failed, N skipped`; a check that is no test counts as one.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (name) => join(root, "node_modules", ".bin", process.platform === "win32" ? `${name}.cmd` : name);
const scratch = mkdtempSync(join(tmpdir(), "seas-test-"));
const sum = { passed: 0, failed: 0, skipped: 0 };

if (process.argv[2] === "services") tests("services");
else everything();

rmSync(scratch, { recursive: true, force: true });
process.stdout.write(`\n${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped\n`);
process.exitCode = sum.failed > 0 ? 1 : 0;

function everything() {
  check("types", "tsc", ["--noEmit", "-p", "."]);
  const page = join("src", "report", "app");
  // The page runs in a browser, so its types are others.
  if (existsSync(join(root, page, "tsconfig.json"))) check("types of the page", "tsc", ["--noEmit", "-p", page]);
  check("lint", "biome", ["ci", "."]);
  check("dead code", "knip", []);
  tests("unit");
  tests("models");
  const chromium = findChromium();
  if (chromium === undefined) {
    say("browser: SKIPPED, there is no Chromium on this machine (install one, or set CHROME_PATH to it)");
    sum.skipped++;
  } else {
    tests("browser", { CHROME_PATH: chromium });
  }
}

function check(title, program, args) {
  say(title);
  if (run(program, args) === 0) sum.passed++;
  else {
    sum.failed++;
    say(`${title}: FAILED`);
  }
}

/** One project of vitest.config.ts; what it counted is read from its own JSON. */
function tests(project, env = {}) {
  say(`tests: ${project}`);
  const file = join(scratch, `${project}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const status = run("vitest", ["run", "--project", project, "--passWithNoTests", ...reporters], env);
  const result = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
  sum.passed += result?.numPassedTests ?? 0;
  sum.skipped += (result?.numPendingTests ?? 0) + (result?.numTodoTests ?? 0);
  // A file that does not load has no tests to count, but is a failure.
  const unloaded = (result?.testResults ?? []).filter(
    (suite) => suite.status === "failed" && !suite.assertionResults.some((test) => test.status === "failed"),
  );
  const failed = (result?.numFailedTests ?? 0) + unloaded.length;
  sum.failed += failed === 0 && status !== 0 ? 1 : failed;
}

function run(program, args, env = {}) {
  const { status } = spawnSync(bin(program), args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...env },
    shell: process.platform === "win32",
  });
  return status ?? 1;
}

/** A Chromium of the machine: the browser tests bring none. */
function findChromium() {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome.exe"];
  const places = [
    process.env.CHROME_PATH,
    ...folders.flatMap((folder) => names.map((name) => join(folder, name))),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  ];
  return places.find((place) => place !== undefined && place !== "" && existsSync(place));
}

function say(line) {
  process.stdout.write(`\n— ${line}\n`);
}
