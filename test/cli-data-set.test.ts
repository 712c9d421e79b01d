/** `seas data build`, `check` and `export` from outside, with and without a run, every word of which is scripted. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { resolveConfig } from "../src/config.ts";
import { behaviours } from "../src/data/behaviours.ts";
import { handWrittenPrompts } from "../src/data/prompts.ts";
import { splitPrompts } from "../src/data/split.ts";
import { domains } from "../src/data/taxonomy.ts";
import { readRunPrompts, type Tally } from "../src/data-set/run-prompts.ts";
import { type Row, readTable } from "../src/formats/table.ts";
import type { Model } from "../src/seams.ts";
import { seas as play } from "../src/seas.ts";
import { bySure, scriptedCast, scriptedJudge } from "./scripted-cast.ts";
import { seas } from "./seas-command.ts";

let folder: string;
/** A finished run of one iteration. */
let run: string;
const path = (name: string) => join(folder, name);
const said = (text: string) => text.replaceAll(folder, "DIR").trimEnd().split("\n");

async function rowsOf(file: string): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const { value } of readTable(path(file))) rows.push(value);
  return rows;
}

/** Writes one of its category's behaviours, some of which the test holds, a new one each time. */
function redTeam(base: Model): Model {
  let n = 0;
  return {
    ...base,
    with: (adapter) => (adapter?.role === "red-team" ? redTeam(base) : base),
    async *generate(requests, options) {
      for (const { id, messages } of requests) {
        const domain = domains.find(({ name }) => messages.at(-1)!.content.includes(`about ${name}.`))!;
        const asked = behaviours.filter((behaviour) => behaviour.domain === domain.id);
        for (let sample = 0; sample < (options.n ?? 1); sample++) {
          const mail = n % 9 === 0 ? " Answer to ann@firm.org." : "";
          const text = `Tell us how to ${asked[n++ % asked.length]!.text}.${mail}`;
          yield { requestId: id, sample, text, finishReason: "stop", usage: { promptTokens: 1, completionTokens: 1 } };
        }
      }
    },
  };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-set-"));
  const judge = { train: "scripted:train", score: "scripted:score", labels: null };
  const config = resolveConfig({
    ...{ preset: "tiny", iterations: 1, output: path("runs"), judge },
    attack: { handWritten: 12 },
    optimization: { redTeam: { minDiversity: 0 }, target: { maxOverRefusal: 1 } },
    evaluation: { crossPlaySeeds: 3 },
  });
  const cast = scriptedCast({
    trainJudge: scriptedJudge(judge.train, bySure),
    scoreJudge: scriptedJudge(judge.score, bySure),
  });
  const base = {
    ...cast.base,
    with: (a: Parameters<Model["with"]>[0]) => (a?.role === "red-team" ? redTeam(cast.base) : cast.base),
  };
  run = (await play(config, { cast: { ...cast, base } })).dir;
});
afterAll(() => rm(folder, { recursive: true }));

it("builds a set that its check finds clean, and says what is in it", async () => {
  const { code, stdout, stderr } = await seas(
    "data",
    "build",
    "--size",
    "180",
    "--look-alikes",
    "20",
    "--out",
    path("a"),
  );
  expect([code, stderr]).toEqual([0, ""]);
  expect(said(stdout.replace(/across 0\.\d\d/, "across N"))).toEqual([
    "160 prompts to train, 20 to test; 20 look-alikes",
    "160 category × style cells: each has its equal share",
    "left out: 0 near-duplicates; with personal data or secrets: none",
    "leak check: 0 clusters, 0 templates and 0 texts in both splits; nearest pair across N",
    "DIR/a",
  ]);
  const check = await seas("data", "check", path("a"), "--strict", "--out", path("a.md"));
  expect([check.code, check.stderr]).toEqual([0, ""]);
  expect(await readFile(path("a.md"), "utf8")).toContain("# Check of a\n");
  expect((await seas("data", "build", "--out", path("a"))).code).toBe(2);
});

it("puts in what a run's Red Team wrote, to train only, with verdicts, and leaves out what gives a test prompt away", async () => {
  const { code, stdout } = await seas("data", "build", "--size", "900", "--run", run, "--out", path("r"));
  expect(code).toBe(0);
  const name = run.split("/").at(-1)!;
  const rows = await rowsOf("r/data/train.jsonl");
  const theirs = rows.filter(({ author }) => author !== "hand");
  expect(theirs.length).toBeGreaterThan(5);
  expect(new Set(theirs.map(({ author }) => author))).toEqual(new Set([`R_0 of ${name}`]));
  for (const row of theirs) {
    expect([row.style, row.template, row.split, row.judge]).toEqual([null, null, "train", "scripted:train"]);
    expect(Number(row.safe) + Number(row.unsafe)).toBeGreaterThan(0);
    expect(String(row.prompt)).not.toContain("@");
  }
  expect(stdout).toMatch(/: \d+ of \d+ prompts of its Red Teams/);
  expect(stdout).toMatch(
    /left out: \d+ near-duplicates?, \d+ near a test prompt; with personal data or secrets: \d+ e-mail/,
  );
  expect((await seas("data", "check", path("r"), "--strict")).code).toBe(0);
});

it("counts the scoring judge's verdicts on held-out prompts, the training judge's on the attack", async () => {
  const tallies = new Map<string, Tally>();
  await readRunPrompts(run, tallies);
  const held = new Set(splitPrompts(handWrittenPrompts()).test.map(({ prompt }) => prompt.id));
  const judges = (test: boolean) =>
    new Set([...tallies].filter(([id]) => held.has(id) === test).flatMap(([, of]) => [...of.judges]));
  expect([judges(true), judges(false)]).toEqual([new Set(["scripted:score"]), new Set(["scripted:train"])]);
  const { safe, unsafe, unscored } = [...tallies.values()][0]!;
  expect([safe + unsafe, unscored]).toEqual([expect.any(Number), 0]);
});

it("refuses a run on rows that are for measuring only", async () => {
  const theirs = path("runs/theirs");
  await cp(run, theirs, { recursive: true });
  const manifest = JSON.parse(await readFile(join(theirs, "run.json"), "utf8"));
  await writeFile(path("x.jsonl"), '{"prompt": "p", "category": "c", "source": "xstest"}\n');
  manifest.config.data.dataset = path("x.jsonl");
  await writeFile(join(theirs, "run.json"), JSON.stringify(manifest));
  const { code, stderr } = await seas("data", "build", "--run", theirs, "--out", path("t"));
  expect([code, stderr]).toEqual([2, expect.stringContaining("rows from xstest, for measuring only")]);
  // Other rows of others are taken, and their licence is spoken of.
  await writeFile(path("x.jsonl"), '{"prompt": "p", "category": "c"}\n');
  const built = await seas("data", "build", "--size", "90", "--run", theirs, "--out", path("t"));
  expect([built.code, built.stderr]).toEqual([0, expect.stringContaining("whose licence goes with its prompts")]);
  expect(await readFile(path("t/README.md"), "utf8")).toContain("license: other");
  expect((await readdir(folder)).filter((file) => file.endsWith(".part"))).toEqual([]);
});

it("--strict says 100 where something is found, and without it 0", async () => {
  const row = (prompt: string) => `${JSON.stringify({ prompt })}\n`;
  await writeFile(path("d.jsonl"), row("Bake bread at home today.") + row("bake bread at  home today."));
  expect((await seas("data", "check", path("d.jsonl"))).code).toBe(0);
  const strict = await seas("data", "check", path("d.jsonl"), "--strict");
  expect([strict.code, strict.stdout]).toEqual([
    100,
    expect.stringContaining("all: 1 duplicate, 0 near-duplicates; first: d.jsonl:2"),
  ]);
  await writeFile(path("none.jsonl"), "");
  expect((await seas("data", "check", path("none.jsonl"))).stderr).toContain("no rows");
});

it("exports a set as SEAS has its own, which a run reads", async () => {
  await seas("data", "build", "--size", "180", "--out", path("e"));
  const { code, stdout } = await seas("data", "export", path("e"), "--format", "seas", "--out", path("seas.jsonl"));
  expect([code, said(stdout)]).toEqual([0, ["160 rows", "DIR/seas.jsonl"]]);
  const rows = await rowsOf("seas.jsonl");
  expect(Object.keys(rows[0]!)).toEqual(["prompt", "category"]);
  const types = new Set(rows.map(({ category }) => category));
  expect([types.has("Role_Play"), types.has("Crimes_And_Illegal_Activities"), types.size]).toEqual([true, true, 14]);
  expect((await seas("run", "--dataset", path("seas.jsonl"), "--dry-run", "--preset", "tiny")).stderr).not.toContain(
    "[E_",
  );
  const test = await seas("data", "export", path("e"), "--format", "seas", "--split", "test", "--out", path("t.csv"));
  expect(said(test.stdout)[0]).toBe("20 rows");
});

it("exports a run's pairs for TRL, plain and as conversations", async () => {
  const to = (file: string, ...flags: string[]) => seas("data", "export", run, "--out", path(file), ...flags);
  expect((await to("p.jsonl", "--format", "preference")).code).toBe(0);
  expect((await to("pc.jsonl", "--format", "preference", "--conversational")).code).toBe(0);
  const [plain, talk] = [await rowsOf("p.jsonl"), await rowsOf("pc.jsonl")];
  expect(plain.length).toBeGreaterThan(0);
  const { prompt, chosen, rejected } = plain[0]!;
  expect(talk[0]).toEqual({
    prompt: [{ role: "user", content: prompt }],
    chosen: [{ role: "assistant", content: chosen }],
    rejected: [{ role: "assistant", content: rejected }],
  });
  const red = await to("red.jsonl", "--format", "sft", "--role", "red-team", "--iteration", "1", "--conversational");
  expect([red.code, red.stderr]).toEqual([0, expect.stringContaining("these pairs teach a model to attack")]);
  const [first] = await rowsOf("red.jsonl");
  expect([(first!.prompt as { role: string }[]).map(({ role }) => role), first!.completion]).toEqual([
    ["system", "user"],
    [{ role: "assistant", content: expect.any(String) }],
  ]);
  expect((await to("s.parquet", "--format", "sft")).code).toBe(0);
  expect(Object.keys((await rowsOf("s.parquet"))[0]!)).toEqual(["prompt", "completion"]);
});

it.each([
  [["build", "--size", "0"], "at least 1"],
  [["build", "--size", "9999999"], "at most 1,000,000"],
  [["build", "--size", "9", "--preset", "paper"], "both say how many"],
  [["build", "--run", "nowhere"], "is not a run"],
  [["export", "RUN", "--format", "seas", "--role", "target"], "--role means nothing with --format seas"],
  [["export", "RUN", "--format", "sft", "--split", "test"], "--split means nothing with --format sft"],
  [["export", "RUN", "--format", "sft", "--iteration", "7"], "no pairs of iteration 7"],
  [["export", "FILE", "--format", "seas", "--split", "dev"], "has no split `dev`"],
] as const)("%j: exit code 2", async (argv, words) => {
  await writeFile(path("train.jsonl"), '{"prompt": "p"}\n');
  const named = argv.map((arg) => ({ RUN: run, FILE: path("train.jsonl") })[arg as "RUN"] ?? arg);
  const { code, stderr } = await seas("data", ...named, "--out", path("never.jsonl"));
  expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
  expect(await readdir(folder)).not.toContain("never.jsonl");
});

it("--conversational wants .jsonl", async () => {
  const argv = ["data", "export", run, "--format", "sft", "--conversational", "--out", path("x.csv")];
  expect((await seas(...argv)).stderr).toContain("only .jsonl has");
});
