/**
 * What the test scripts share: a sum of passed, failed and skipped over programs and vitest projects, all of them run even
 * if one fails, and its line at the end.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const root = fileURLToPath(new URL("..", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "seas-test-"));
const sum = { passed: 0, failed: 0, skipped: 0 };

/** A program of node_modules that is no test and counts as one. */
export function check(title, program, args) {
  say(title);
  if (run(program, args) === 0) sum.passed++;
  else {
    sum.failed++;
    say(`${title}: FAILED`);
  }
}

/** One project of vitest.config.ts, or some files of it; what it counted is read from its own JSON. */
export function tests(project, env = {}, files = []) {
  say(`tests: ${[project, ...files].join(" ")}`);
  const file = join(scratch, `${project}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const status = run("vitest", ["run", "--project", project, "--passWithNoTests", ...reporters, ...files], env);
  const result = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
  rmSync(file, { force: true });
  sum.passed += result?.numPassedTests ?? 0;
  sum.skipped += (result?.numPendingTests ?? 0) + (result?.numTodoTests ?? 0);
  // A file that does not load has no tests to count, but is a failure.
  const unloaded = (result?.testResults ?? []).filter(
    (suite) => suite.status === "failed" && !suite.assertionResults.some((test) => test.status === "failed"),
  );
  const failed = (result?.numFailedTests ?? 0) + unloaded.length;
  sum.failed += failed === 0 && status !== 0 ? 1 : failed;
}

/** Something that could not be run here, and why. */
export function skip(why) {
  say(why);
  sum.skipped++;
}

/** Prints the sum, alone on the last line, and sets the exit code. */
export function finish() {
  rmSync(scratch, { recursive: true, force: true });
  process.stdout.write(`\n${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped\n`);
  process.exitCode = sum.failed > 0 ? 1 : 0;
}

/** Runs a program of node_modules; its exit status. */
export function run(program, args, env = {}) {
  const windows = process.platform === "win32";
  const { status } = spawnSync(join(root, "node_modules", ".bin", windows ? `${program}.cmd` : program), args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...env },
    shell: windows,
  });
  return status ?? 1;
}

function say(line) {
  process.stdout.write(`\n— ${line}\n`);
}
