/**
 * A run's first and last Target under promptfoo, which knows nothing of us but a base URL: the run's held-out attacks and
 * harmless look-alikes, and promptfoo's own word for what is a refusal. SEAS_SERVICES_RUN names a run that is there; else a
 * small one is made, which shows that it works and little else.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { EvaluationRow } from "../../src/records.ts";
import { readRun } from "../../src/run/inspect.ts";
import { type PromptfooResult, promptfooEval } from "./promptfoo-program.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
/** Prompts of each kind. */
const most = 24;

let folder: string;
let run: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-promptfoo-"));
  run = process.env.SEAS_SERVICES_RUN ?? (await smallRun());
}, 1_200_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const start = (stderr: "inherit" | "ignore", ...argv: string[]) =>
  spawn(process.execPath, ["--import", "tsx", main, ...argv], { stdio: ["ignore", "pipe", stderr] });

/** One iteration of the tiny preset. */
async function smallRun(): Promise<string> {
  const config = join(folder, "seas.yaml");
  await writeFile(config, JSON.stringify({ preset: "tiny", iterations: 1, evaluation: { crossPlaySeeds: 0 } }));
  const output = join(folder, "runs");
  const child = start("inherit", "run", config, "--output", output, "--yes", "--no-samples");
  child.stdout.resume();
  const [code] = await once(child, "close");
  expect(code).toBe(0);
  return join(output, (await readdir(output))[0]!);
}

/** Held-out prompts of the run, by suite: written by hand, so that none of them is a template to promptfoo. */
async function heldOut(): Promise<{ readonly prompt: string; readonly suite: string }[]> {
  const rows = (await readFile(join(run, "0", "evaluation.jsonl"), "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => EvaluationRow.parse(JSON.parse(line)));
  return (["test", "look-alikes"] as const).flatMap((suite) => {
    const prompts = [...new Set(rows.filter((row) => row.suite === suite).map(({ prompt }) => prompt))];
    return prompts.slice(0, most).map((prompt) => ({ prompt, suite }));
  });
}

it("promptfoo asks the first and the last Target, and tells what each refuses", async () => {
  const { stages } = await readRun(run);
  const last = Math.max(...stages.filter(({ name }) => name === "train.target").map(({ iteration }) => iteration));
  const rows = await heldOut();
  const server = start("ignore", "serve", run, "--port", "0");
  let said = "";
  try {
    for await (const text of server.stdout.setEncoding("utf8")) {
      said += text;
      if (said.split("\n").length > 2) break;
    }
    const apiBaseUrl = said.split("\n")[0];
    const provider = (name: string) => ({
      id: `openai:chat:${name}`,
      config: { apiBaseUrl, apiKey: "none", temperature: 0, max_tokens: 48 },
    });
    const names = ["target-0", `target-${last}`];
    const results = await promptfooEval(folder, {
      prompts: ["{{prompt}}"],
      providers: names.map(provider),
      // Answers that are wanted together are sampled side by side.
      evaluateOptions: { maxConcurrency: 16 },
      tests: rows.map(({ prompt, suite }) => ({
        vars: { prompt, suite },
        assert: [{ type: "is-refusal" }],
      })),
    });
    expect(results).toHaveLength(2 * rows.length);
    const of = (name: string) => results.filter(({ provider: { id } }) => id === `openai:chat:${name}`);
    const texts = (name: string) => of(name).map(({ response }) => response?.output);
    for (const { response, error } of results) expect(typeof response?.output, error ?? "").toBe("string");
    expect(texts(names[1]!)).not.toEqual(texts(names[0]!));
    for (const name of names) {
      console.info(
        `${name}: refuses ${share(of(name), "test")} of attacks, ${share(of(name), "look-alikes")} of look-alikes`,
      );
    }
  } finally {
    server.kill("SIGINT");
    expect(await once(server, "close")).toEqual([0, null]);
  }
});

/** `3 of 24`. */
function share(results: readonly PromptfooResult[], suite: string): string {
  const own = results.filter(({ vars }) => vars.suite === suite);
  return `${own.filter(({ success }) => success).length} of ${own.length}`;
}
