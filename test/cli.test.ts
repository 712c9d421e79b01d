/** The command from outside: what is printed where, and the exit code. Nothing here starts a run on a model. */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { presets } from "../src/config.ts";
import { seas } from "./seas-command.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = () => mkdtemp(join(tmpdir(), "seas-cli-"));

/** A run folder that stopped in its first stage. */
async function unfinishedRun(output: string, name = "stopped"): Promise<string> {
  const dir = join(output, name);
  await mkdir(join(dir, "0"), { recursive: true });
  const manifest = {
    format: 1,
    createdAt: "2026-11-24T10:00:00.000Z",
    config: presets.tiny,
    git: null,
    versions: { seas: "0.1.0", node: "v20.20.2" },
    facts: {},
  };
  await writeFile(join(dir, "run.json"), JSON.stringify(manifest));
  const at = "2026-11-24T10:00:01.000Z";
  const events = [
    { at, type: "note", text: "run opened", session: 1 },
    { at, type: "stage-start", iteration: 0, stage: "train.red-team", total: 3, unit: "step" },
    { at, type: "progress", iteration: 0, stage: "train.red-team", done: 2, total: 3, tokens: 900 },
  ];
  await writeFile(join(dir, "events.jsonl"), events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  return dir;
}

describe("help", () => {
  it("lists the commands with examples, without escape codes in a pipe", async () => {
    const { code, stdout } = await seas("--help");
    expect(code).toBe(0);
    for (const name of ["run", "status", "report", "export", "init", "doctor"])
      expect(stdout).toMatch(new RegExp(`^ +${name} {2}`, "m"));
    expect(stdout).toContain("EXAMPLES");
    expect(stdout).not.toContain("\u001b");
  });

  it.each(["run", "status", "report", "export", "init", "doctor"])(
    "seas %s --help shows flags and examples",
    async (name) => {
      const { code, stdout } = await seas(name, "--help");
      expect(code).toBe(0);
      expect(stdout).toContain(`USAGE seas ${name}`);
      expect(stdout.split("EXAMPLES")[1]).toContain(`seas ${name}`);
    },
  );

  it("without a command it is wrong usage, and the same help", async () => {
    expect(await seas()).toMatchObject({ code: 2, stdout: (await seas("--help")).stdout });
  });
});

describe("wrong usage is 2, one line and a hint", () => {
  it.each([
    [["rum"], "unknown command `rum`", "did you mean `seas run`?"],
    [["run", "--ouput", "x"], "unknown flag `--ouput` of `seas run`", "did you mean `--output`?"],
    [["run", "--seed"], "--seed needs a value", "`seas run --help` shows how"],
    [["run", "--output", "--seed", "2"], "--output needs a value", "`seas run --help` shows how"],
    [["run", "--seed", "one"], "--seed: expected a whole number of at least 0, got `one`", undefined],
    [["run", "--iterations=0"], "--iterations: expected a whole number of at least 1, got `0`", undefined],
    [["run", "--preset", "fast"], "--preset: unknown value `fast`", "one of quick, tiny, standard, paper"],
    [["run", "--dry-run=yes"], "--dry-run takes no value, got `yes`", "`seas run --help` shows how"],
    [["run", "a.yaml", "b.yaml"], "unexpected argument `b.yaml`: `seas run` takes at most 1", undefined],
    [["run", "nowhere.yaml"], "nowhere.yaml: there is no such file", "`seas init` writes one to start from"],
    [["status", "nowhere"], "nowhere is not a run", "a run is a folder under runs"],
    [["doctor", "-x"], "unknown flag `-x` of `seas doctor`", undefined],
  ] as const)("seas %j", async (argv, message, hint) => {
    const { code, stderr, stdout } = await seas(...argv);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^error: .*\n(hint: .*\n)?$/);
    expect(stderr).toContain(message);
    if (hint !== undefined) expect(stderr.split("hint: ")[1]).toContain(hint);
  });

  it("an unknown key of the file: file, line, key and the nearest", async () => {
    const file = join(await folder(), "seas.yaml");
    await writeFile(file, "preset: tiny\nsede: 4\n");
    const { code, stderr } = await seas("run", file, "--dry-run");
    expect(code).toBe(2);
    expect(stderr).toBe(`error: ${file}:2: unknown key \`sede\` [E_CONFIG]\nhint: did you mean \`seed\`?\n`);
  });

  it("hostile names do not reach the terminal as they are", async () => {
    const { stderr } = await seas("run", "\u001b[2Jx\u202e.yaml");
    expect(stderr).toContain("error: x.yaml: there is no such file");
    for (const hostile of ["\u001b", "\u202e"]) expect(stderr).not.toContain(hostile);
  });

  it("shows the stack only with --debug", async () => {
    expect((await seas("rum")).stderr).not.toContain("    at ");
    expect((await seas("rum", "--debug")).stderr).toMatch(/ at .*commands/);
  });
});

describe("commands", () => {
  it("init writes a configuration that run takes, and does not overwrite it", async () => {
    const file = join(await folder(), "mine.yaml");
    expect(await seas("init", file, "--preset", "tiny")).toMatchObject({ code: 0, stderr: "" });
    expect((await readdir(join(file, ".."))).sort()).toEqual(["mine.yaml", "seas.schema.json"]);
    expect(await seas("init", file)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("mine.yaml is there already"),
    });
    expect(await readFile(file, "utf8")).toContain("preset: tiny");
    expect(await seas("init", file, "--force")).toMatchObject({ code: 0 });
    expect(await readFile(file, "utf8")).toContain("preset: quick");
  });

  it("--dry-run says counts, tokens, time, disk and cost, and starts nothing", async () => {
    const output = join(await folder(), "runs");
    const { code, stdout } = await seas("run", "--preset", "tiny", "--dry-run", "--output", output);
    expect(code).toBe(0);
    expect(stdout).toMatch(/attack +36 prompts, 108 answers/);
    for (const word of ["trained tokens", "time ", "disk ", "cost  0"]) expect(stdout).toContain(word);
    await expect(readdir(output)).rejects.toThrow("ENOENT");
  });

  it("status tells where the newest run stopped and how to go on", async () => {
    const output = await folder();
    const dir = await unfinishedRun(output);
    const { code, stdout } = await seas("status", "--output", output);
    expect(code).toBe(0);
    expect(stdout).toContain(`${dir}\npreset tiny, seed 1, 3 iterations: stopped without a word\n`);
    expect(stdout).toContain("at: iteration 0, train.red-team, 2 of 3");
    expect(stdout).toContain(`go on with: seas run --resume ${dir}`);
    expect(JSON.parse((await seas("status", dir, "--json")).stdout)).toMatchObject({
      dir,
      status: "unfinished",
      at: { done: 2, total: 3 },
    });
  });

  it("a damaged run is a failure, not wrong usage", async () => {
    const dir = await unfinishedRun(await folder());
    await writeFile(join(dir, "run.json"), "{");
    expect(await seas("status", dir)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("run.json is damaged: not JSON"),
    });
  });

  it("--resume does not take a configuration file as well", async () => {
    const dir = await unfinishedRun(await folder());
    expect(await seas("run", "seas.yaml", "--resume", dir)).toMatchObject({ code: 2 });
  });
});

describe("Ctrl-C", () => {
  it("the first lets the run save, the second quits at once with 130", async () => {
    const code = `
      import { catchInterrupts } from "./src/cli/interrupt.ts";
      const { signal } = catchInterrupts({ line: (text) => console.log(text), close: () => console.log("closed") });
      signal.addEventListener("abort", () => console.log(signal.reason.code));
      setInterval(() => {}, 1000);
      console.log("ready");
    `;
    const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", code], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => {
      const before = said;
      said += chunk.toString();
      for (const word of ["ready", "E_CANCELLED"])
        if (said.includes(word) && !before.includes(word)) child.kill("SIGINT");
    });
    const exit = await new Promise<number | null>((resolve) => child.on("close", resolve));
    expect(exit).toBe(130);
    expect(said).toMatch(/^ready\nsaving….*\nE_CANCELLED\nclosed\n$/);
  });
});
