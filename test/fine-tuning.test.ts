/**
 * A run whose players are a provider's models and whose trainings are its jobs: two iterations against a server on loopback
 * (fine-tuning-server.ts; nothing is trained there), judges scripted. What is shown is who is asked when, and from what each job starts.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Config, resolveConfig } from "../src/config.ts";
import { servedPlayer } from "../src/players/served.ts";
import type { RunEvent } from "../src/seams.ts";
import { seas } from "../src/seas.ts";
import { openaiTrainer } from "../src/trainers/openai.ts";
import { providerOf } from "../src/trainers/provider.ts";
import { apiKey, startFineTuningServer } from "./fine-tuning-server.ts";
import { bySure, scriptedCast, scriptedJudge } from "./scripted-cast.ts";
import { seas as seasCommand } from "./seas-command.ts";

// Whole runs, also on a machine that has other work.
vi.setConfig({ testTimeout: 180_000 });

let server: Awaited<ReturnType<typeof startFineTuningServer>>;
let output: string;
let events: RunEvent[];
beforeEach(async () => {
  output = await mkdtemp(join(tmpdir(), "seas-provider-"));
  server = await startFineTuningServer({ leastRows: 1, says });
  events = [];
});
afterEach(async () => {
  await server.close();
  await rm(output, { recursive: true });
});

/** Red Teams write prompts; Targets give in to every third, and those that were trained to some others. */
function says(model: string, prompt: string): string {
  if (model.includes("red-team")) return `Tell me about ${prompt.slice(-60)} in ${prompt.length} words`;
  const number = [...prompt].reduce((sum, character) => sum + character.codePointAt(0)!, model.length);
  return ["Sure, here it is.", "I'm sorry, but I can't help with that.", "The weather was mild."][number % 3]!;
}

const configOf = (optimization: object = { redTeam: { minDiversity: 0 }, target: { maxOverRefusal: 1 } }): Config =>
  resolveConfig({
    preset: "tiny",
    iterations: 2,
    output,
    model: { server: "provider" },
    servers: { provider: { url: server.url, model: "tiny-chat", apiKeyEnv: "LOOPBACK_KEY" } },
    trainer: { kind: "openai", pollSeconds: 0.005, patienceSeconds: 60 },
    judge: { train: "scripted:train", score: "scripted:score" },
    attack: { handWritten: 12 },
    optimization,
    evaluation: { testPrompts: 4, lookAlikes: 4, ordinary: 4, crossPlaySeeds: 0 },
  });

async function play(config: Config, more: { signal?: AbortSignal; dir?: string } = {}) {
  const note = (text: string) => void events.push({ type: "note", text });
  if (config.trainer.kind !== "openai") throw new Error("not this trainer");
  const cast = {
    ...scriptedCast({
      trainJudge: scriptedJudge("scripted:train", bySure),
      scoreJudge: scriptedJudge("scripted:score", bySure),
    }),
    base: servedPlayer("provider", config.servers.provider!, { LOOPBACK_KEY: apiKey }, note),
    trainer: openaiTrainer({ ...providerOf(config, config.trainer), apiKey }, note),
  };
  return seas(config, { cast, reporter: (event) => void events.push(event), ...more });
}

const named = (suffix: string) => server.jobs.find(({ body }) => body.suffix === suffix)!;
const adapterIn = async (dir: string, folder: string) =>
  JSON.parse(await readFile(join(dir, folder, "adapter.json"), "utf8"));

it("two iterations: each job starts from the model before, and iteration 2 asks the models of iteration 1", async () => {
  const { dir, status } = await play(configOf());
  expect(status).toBe("success");
  const [r0, r1, r2] = ["seas-red-team-0", "seas-red-team-1", "seas-red-team-2"].map(named);
  const [t1, t2] = ["seas-target-1", "seas-target-2"].map(named);
  expect(server.jobs).toHaveLength(5);
  expect([r0, r1, r2, t1, t2].map((job) => [job!.body.method.type, job!.body.model])).toEqual([
    ["supervised", "tiny-chat"],
    ["dpo", r0!.fine_tuned_model],
    ["dpo", r1!.fine_tuned_model],
    ["dpo", "tiny-chat"],
    ["dpo", t1!.fine_tuned_model],
  ]);
  // The attempts of iteration 2 are answers of T_1 to the prompts of R_1.
  const prompts = (await readFile(join(dir, "2", "prompts.jsonl"), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const written = prompts.filter(({ dropped }) => dropped === undefined).map(({ text }) => text as string);
  expect(written.length).toBeGreaterThan(0);
  const askedOf = (model: string | null) =>
    server.asked.filter((one) => one.model === model).map(({ prompt }) => prompt);
  expect(askedOf(t1!.fine_tuned_model)).toEqual(expect.arrayContaining(written));
  expect(askedOf(r1!.fine_tuned_model).length).toBeGreaterThan(0);
  expect(await adapterIn(dir, "2/adapters/target")).toMatchObject({
    model: t2!.fine_tuned_model,
    path: "2/adapters/target",
  });
  const done = JSON.parse(await readFile(join(dir, "2/train.target.done"), "utf8"));
  expect(Object.keys(done.sha256)).toContain("2/adapters/target/model.json");
  expect(server.files()).toEqual([]);
  // Nothing of a model is here.
  const suite = join(output, "suite.jsonl");
  await writeFile(suite, `{"prompt": "How?", "expected": "refuse"}\n`);
  const run = ["--run", dir, "--output", output];
  for (const argv of [
    ["export", dir, "--output", output],
    ["eval", ...run, "--suite", suite],
    ["eval", "--model", join(dir, "2/adapters/target"), "--suite", suite],
    ["serve", dir, "--output", output],
  ]) {
    const { code, stderr } = await seasCommand(...argv);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(`these weights are with the provider, as ft:tiny-chat:org:seas-`),
    ]);
  }
});

it("a run that is stopped in a job cancels it, and goes on with the same files and no job more than it needs", async () => {
  server.way.statuses = ["running"];
  const stop = new AbortController();
  const first = play(configOf(), { signal: stop.signal });
  while (server.jobs[0]?.status !== "running") await new Promise((done) => setTimeout(done, 5));
  stop.abort();
  const { dir, status } = await first;
  expect(status).toBe("cancelled");
  expect(server.jobs.map((job) => job.status)).toEqual(["cancelled"]);
  server.way.statuses = ["succeeded"];
  expect((await play(configOf(), { dir })).status).toBe("success");
  expect(server.jobs.map((job) => job.status)).toEqual([...Array(5).fill("succeeded"), "cancelled"]);
});

it("a run whose job fails keeps what it has, and goes on when the reason is gone", async () => {
  server.way.leastRows = 1e6;
  const failed = await play(configOf()).catch((error: unknown) => error);
  expect(failed).toMatchObject({
    code: "E_TRAINING",
    message: expect.stringMatching(/failed: invalid_training_file Training file has \d+ example/),
  });
  server.way.leastRows = 1;
  const dir = join(output, (await readdir(output))[0]!);
  expect((await play(configOf(), { dir })).status).toBe("success");
});

it("a step that costs too much is given up whole: the Target stays the base", async () => {
  // Trained Targets decline everything, look-alikes too.
  server.way.says = (model, prompt) =>
    model.includes("target") ? "I'm sorry, but I can't help with that." : says(model, prompt);
  const { dir } = await play({
    ...configOf({ redTeam: { minDiversity: 0 }, target: { maxOverRefusal: 0.05 } }),
    iterations: 1,
  });
  expect(await adapterIn(dir, "1/adapters/target")).toMatchObject({ model: "tiny-chat", kept: 0 });
  const texts = events.flatMap((event) => (event.type === "note" ? [event.text] : []));
  expect(texts).toContain("target: weights at a provider cannot be weakened by parts: the whole step is given up");
});

it("a key that is not set stops the command before anything is brought, and no folder is left", async () => {
  const file = join(output, "seas.yaml");
  const { output: _, ...config } = configOf();
  await writeFile(
    file,
    JSON.stringify({ ...config, output: join(output, "runs"), model: { ...config.model, base: "no-such-base" } }),
  );
  const { code, stderr } = await seasCommand("run", file, "--yes");
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining(
      "error: server `provider`: LOOPBACK_KEY is not set [E_CONFIG]\nhint: export LOOPBACK_KEY=…",
    ),
  ]);
  await expect(readdir(join(output, "runs"))).rejects.toThrow("ENOENT");
});
