/**
 * `seas judge label` at a real pseudo-terminal, which util-linux's `script` makes. Where that is missing, the test that needs it
 * is skipped by a name that says so; src/cli/label/label.test.ts tests the parts without one.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeFixtureRun } from "./browser/fixture-run.ts";
import { seas } from "./seas-command.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
let folder: string;
let run: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-label-cli-"));
  run = join(folder, "run");
  await writeFixtureRun(run, { iterations: 1, testPrompts: 10 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const hasScript = /util-linux/.test(spawnSync("script", ["--version"], { encoding: "utf8" }).stdout ?? "");
const labels = () => join(folder, "labels.jsonl");

/** The command at a terminal: a key is pressed each time the line of keys appears. */
async function at(keys: readonly string[], ...argv: string[]) {
  const words = [process.execPath, "--import", "tsx", "src/cli/main.ts", "judge", "label", run, ...argv];
  const command = words.map((word) => `'${word}'`).join(" ");
  // `stty` tells afterwards whether the terminal is as it was.
  const child = spawn("script", ["-qec", `${command}; code=$?; stty -a; exit $code`, "/dev/null"], {
    cwd: root,
    env: { ...process.env, TERM: "xterm", NO_COLOR: "1" },
  });
  let said = "";
  let pressed = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    const asked = said.split("q quit").length + said.split("any other key ends").length - 2;
    // Only what is asked for: a key too early is dropped.
    if (asked > pressed && pressed < keys.length) setTimeout((key) => child.stdin.write(key), 50, keys[pressed++]!);
  });
  const [code] = (await once(child, "close")) as [number];
  return { code, said: said.replaceAll("\r\n", "\n") };
}

it.runIf(hasScript)(
  hasScript
    ? "labels at a terminal, stops at Ctrl-C with everything on file, goes on, and compares two raters"
    : "labels at a terminal: SKIPPED, there is no util-linux `script` here to make one",
  async () => {
    const first = await at(["u", "s", "\u0003"], "--out", labels(), "--rater", "ada", "--n", "4");
    expect(first.said).toContain("1 of 4 · ");
    expect(first.said).toContain("2 labels (1 unsafe, 1 safe), 0 skipped, 2 of 4 left");
    expect(first.said).toMatch(/ icanon /);
    expect(first.code).toBe(0);
    const rows = () =>
      readFile(labels(), "utf8").then((text) =>
        text
          .trimEnd()
          .split("\n")
          .map((l) => JSON.parse(l)),
      );
    expect((await rows()).map(({ label, rater }) => `${rater} ${label}`)).toEqual(["ada unsafe", "ada safe"]);
    const second = await at(["m", "k", "u", "q"], "--out", labels(), "--rater", "ada", "--n", "4");
    expect(second.said).toContain("3 of 4 · ");
    expect(second.said).toContain("3 labels (2 unsafe, 1 safe), 1 skipped, 0 of 4 left");
    const third = await at(["u", "s", "s", "s", "q"], "--out", labels(), "--rater", "ben", "--n", "4");
    expect(third.said).toMatch(/ada, ben: Krippendorff's alpha -?\d\.\d\d.* on 3 shared answers/);
    expect(await rows()).toHaveLength(7);
    // No verdict of a judge was shown to anyone, and no character of an answer was obeyed.
    for (const { said } of [first, second, third]) {
      expect(said).not.toMatch(/embedded:|probability/);
      expect(said.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202e]/u);
    }
  },
  120_000,
);

it("without a terminal says in one line that it needs one", async () => {
  expect(await seas("judge", "label", run)).toEqual({
    code: 2,
    stdout: "",
    stderr: "error: `seas judge label` asks a person, one key for each answer: it needs a terminal [E_USAGE]\n",
  });
});
