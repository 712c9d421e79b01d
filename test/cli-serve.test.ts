/** `seas serve` and `seas chat` as processes of their own, on a run of the tiny model: what they print, answer, refuse, and how they end. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import OpenAI from "openai";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { seas } from "./seas-command.ts";
import { tinyRun } from "./tiny-run.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
let tiny: Awaited<ReturnType<typeof tinyRun>>;
beforeAll(async () => {
  tiny = await tinyRun();
});
afterAll(() => tiny.remove());

/** Processes of a test: a test that fails must not leave a server behind. */
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

/** The command in a process of its own. */
function start(argv: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, ["--import", "tsx", "src/cli/main.ts", ...argv], {
    cwd: root,
    env: { ...process.env, SEAS_CACHE: join(tiny.folder, "cache"), ...env },
  });
  started.push(child);
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      said[stream] += text;
    });
  }
  return { child, said, exit: once(child, "close").then(([code]) => code as number) };
}

/** A server that listens, and its base URL. */
async function serving(argv: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const server = start(["serve", tiny.run, "--port", "0", ...argv], env);
  const { said } = server;
  const ended = server.exit.then((code) => Promise.reject(new Error(`ended with ${code}: ${said.stderr}`)));
  const listens = vi.waitFor(
    () => {
      expect(said.stdout).toMatch(/\n.*\n$/);
      expect(said.stderr).toContain("Ctrl-C closes");
    },
    { timeout: 20_000 },
  );
  await Promise.race([listens, ended]);
  ended.catch(() => {});
  const [url, models] = said.stdout.trimEnd().split("\n") as [string, string];
  return { ...server, url, models };
}

describe("seas serve", () => {
  it("serves the Targets of a run, and no Red Team, until Ctrl-C", async () => {
    const { child, said, exit, url, models } = await serving([]);
    expect(models).toBe("target-0 target-1 target-2");
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
    const client = new OpenAI({ baseURL: url, apiKey: "none", maxRetries: 0 });
    const ask = (model: string) =>
      client.chat.completions.create({
        model,
        messages: [{ role: "user", content: "hi" }],
        temperature: 0,
        max_tokens: 12,
      });
    const answers = await Promise.all(["target-0", "target-1", "target-2"].map(ask));
    expect(new Set(answers.map(({ choices }) => choices[0]!.message.content)).size).toBeGreaterThan(1);
    await expect(ask("red-team-1")).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining(
        "red-team-1 is not served: it writes attacks; `seas serve --allow-red-team` serves it",
      ),
    });
    child.kill("SIGINT");
    expect(await exit).toBe(0);
    expect(said.stderr).toContain("closing…; once more quits at once\n");
    expect(said.stderr).not.toMatch(/warning|\bhi\b/);
  });

  it("serves the Red Teams and other machines when told to, each with a warning, to those with the key", async () => {
    const { child, said, exit, url, models } = await serving(["--allow-red-team", "--host", "0.0.0.0"], {
      SEAS_API_KEY: "k",
    });
    expect(models).toBe("target-0 target-1 target-2 red-team-0 red-team-1");
    expect(said.stderr).toMatch(/warning: other machines can ask.*\nwarning: the Red Teams are served/);
    const baseURL = url.replace("0.0.0.0", "127.0.0.1");
    await expect(new OpenAI({ baseURL, apiKey: "no" }).models.list()).rejects.toMatchObject({ status: 401 });
    expect((await new OpenAI({ baseURL, apiKey: "k" }).models.list()).data).toHaveLength(5);
    child.kill("SIGTERM");
    expect(await exit).toBe(0);
  });

  it.each([
    [["--port", "x"], 2, "--port: expected a whole number"],
    [["--host", "0.0.0.0"], 2, "0.0.0.0 can be reached by other machines, and no API key is set"],
  ] as const)("refuses %j", async (argv, code, message) => {
    const result = await seas("serve", tiny.run, ...argv);
    expect(result).toMatchObject({ code, stdout: "", stderr: expect.stringContaining(message) });
  });

  it("refuses an adapter that has changed since, but not because of a Red Team that it does not serve", async () => {
    const file = (role: string) => join(tiny.run, `1/adapters/${role}/adapter_model.safetensors`);
    const [target, redTeam] = [await readFile(file("target")), await readFile(file("red-team"))];
    await appendFile(file("target"), "x");
    expect(await seas("serve", tiny.run)).toMatchObject({ code: 1, stderr: expect.stringContaining("has changed") });
    await writeFile(file("target"), target);
    await rm(file("red-team"));
    const { child, exit } = await serving([]);
    child.kill("SIGINT");
    expect(await exit).toBe(0);
    await writeFile(file("red-team"), redTeam);
  });
});

describe("seas chat", () => {
  /** The command with lines from a pipe. */
  async function piped(lines: string, ...argv: string[]) {
    const { child, said, exit } = start(["chat", tiny.run, "--temperature", "0", ...argv]);
    child.stdin.end(lines);
    return { code: await exit, ...said };
  }

  it("answers each line of a pipe by T_0 and the last Target, and remembers until /reset", async () => {
    const { code, stdout, stderr } = await piped("hi\nhi\n\n/reset\nhi\n/what\n/quit\nnever\n");
    expect(code).toBe(0);
    const turns = stdout.trimEnd().split("> hi\n").slice(1);
    expect(turns).toHaveLength(3);
    for (const turn of turns) expect(turn).toMatch(/^T_0\n( {2}.*\n)+T_2\n( {2}.*\n?)+/);
    expect(turns[2]!.trim()).toBe(turns[0]!.trim());
    expect(turns[1]!.trim()).not.toBe(turns[0]!.trim());
    expect(stderr).toContain("T_0 and T_2 of ");
    expect(stderr).toContain("the conversation begins anew\nthere are /reset, which begins anew, and /quit\n");
  });

  it("says when the conversation is over the model's length, and goes on after /reset", async () => {
    const { code, stdout } = await piped(`${"a".repeat(300)}\nhi\n`, "--targets", "1,0,1");
    expect(code).toBe(0);
    expect(stdout).toMatch(/T_1\n {2}\n? {2}\(over the model's 256 tokens: \/reset begins anew\)\nT_0/);
    expect(stdout.split("> hi\n")[1]).toMatch(/^T_1\n( {2}.*\n)+T_0\n/);
  });

  it.each([
    [["--targets", "3"], "--targets: ", "has Targets of 0 to 2, not of 3"],
    [["--targets", "0,x"], "--targets: expected a whole number", ""],
    [["--temperature", "hot"], "--temperature: expected a number from 0 to 2, got `hot`", ""],
  ] as const)("refuses %j", async (argv, message, more) => {
    const result = await seas("chat", tiny.run, ...argv);
    expect(result).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining(message) });
    expect(result.stderr).toContain(more);
  });
});

const hasScript = /util-linux/.test(spawnSync("script", ["--version"], { encoding: "utf8" }).stdout ?? "");

it.runIf(hasScript)(
  hasScript
    ? "seas chat at a terminal: columns, Ctrl-C stops an answer, and quits when there is none"
    : "seas chat at a terminal: SKIPPED, there is no util-linux `script` here to make one",
  async () => {
    const words = [process.execPath, "--import", "tsx", "src/cli/main.ts", "chat", tiny.run];
    // At its most probable words each of them goes on for 200 tokens.
    words.push("--targets", "2,1", "--temperature", "0");
    const command = words.map((word) => `'${word}'`).join(" ");
    // `stty` tells afterwards whether the terminal is as it was.
    const child = spawn("script", ["-qec", `stty cols 100; ${command}; code=$?; stty -a; exit $code`, "/dev/null"], {
      cwd: root,
      env: { ...process.env, SEAS_CACHE: join(tiny.folder, "cache"), TERM: "xterm", NO_COLOR: "1" },
    });
    let said = "";
    const steps = [
      { at: /> $/, type: "say a word\r" },
      { at: /tokens, Ctrl-C stops/, type: "\u0003" },
      { at: /\(stopped\)[\s\S]*> $/, type: "\u0003" },
    ];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const plain = stripVTControlCharacters(said);
      if (steps[0]?.at.test(plain)) child.stdin.write(steps.shift()!.type);
    });
    const [code] = (await once(child, "close")) as [number];
    expect([code, steps]).toEqual([0, []]);
    expect(stripVTControlCharacters(said)).toMatch(/T_2 +│ T_1\r?\n/);
    expect(said).toMatch(/ icanon /);
  },
  60_000,
);
