/** `seas eval` from outside, as far as it comes without a model that has text: what it opens, and what it refuses before any answer. */
import { copyFile, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openPlayers } from "../src/cli/eval/players.ts";
import { presets } from "../src/config.ts";
import { openBaseModel } from "../src/engine/base-model.ts";
import { exportAdapter } from "../src/engine/export/export-adapter.ts";
import { saveLora } from "../src/engine/lora.ts";
import type { SeasError } from "../src/errors.ts";
import { readRun } from "../src/run/inspect.ts";
import { seas } from "./seas-command.ts";
import { tinyLlama, tinyLora } from "./tiny-llama.ts";

let tiny: Awaited<ReturnType<typeof tinyLlama>>;
let run: string;
let model: string;
const path = (name: string) => join(tiny.folder, name);
const [concurrency, timeoutSeconds, patienceSeconds] = [1, 1, 1];
const where = { url: "http://127.0.0.1:9/v1", model: "m", concurrency, timeoutSeconds, patienceSeconds };
const guard = { guard: "rubric", ...where } as const;

beforeAll(async () => {
  tiny = await tinyLlama();
  vi.stubEnv("SEAS_CACHE", path("cache"));
  vi.stubEnv("HF_HUB_OFFLINE", "1");
  model = path("model");
  const tokenizer = { model: { type: "BPE", vocab: { a: 0 }, merges: [] }, added_tokens: [{ id: 1, content: "</s>" }] };
  await writeFile(path("tokenizer.json"), JSON.stringify(tokenizer));
  await exportAdapter({ format: "merged", adapter: undefined, base: tiny.base, out: model });
  await saveLora(tinyLora("some"), path("safe"), "tiny");
  await saveLora(tinyLora("other"), path("more"), "tiny");
  run = path("runs/some-run");
  await mkdir(run, { recursive: true });
  const config = { ...presets.tiny, model: { ...presets.tiny.model, base: model, precision: "float32" } };
  const { sha256 } = await openBaseModel(model);
  const manifest = {
    format: 1,
    createdAt: "2026-11-24T10:00:00.000Z",
    config: { ...config, judge: { ...config.judge, train: "guard", define: { guard } } },
    git: null,
    versions: { seas: "0.1.0", node: "v20.20.2" },
    facts: { model: { name: "model", sha256 }, origin: "local folder" },
  };
  await writeFile(join(run, "run.json"), JSON.stringify(manifest));
  for (const iteration of [1, 2]) {
    const folder = `${iteration}/adapters/target`;
    const hash = await saveLora(tinyLora(folder), join(run, folder), "tiny");
    const files = { [`${folder}/adapter_model.safetensors`]: hash };
    const done = { count: 1, sha256: files, seconds: 1, usage: { tokens: 1 } };
    await writeFile(join(run, `${iteration}/train.target.done`), JSON.stringify(done));
  }
  await writeFile(path("attacks.jsonl"), '{"prompt": "a"}\n{"prompt": "b"}\n');
  await writeFile(path("benign.jsonl"), '{"prompt": "a", "expected": "answer"}\n');
  await writeFile(path("eval.yaml"), JSON.stringify({ model: { base: model }, judge: { define: { guard } } }));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await tiny.remove();
});

/** Names and hashes of the models, or what was thrown. */
async function opened(named: readonly string[], more: Partial<Parameters<typeof openPlayers>[0]> = {}) {
  const { judge, ...config } = presets.tiny;
  const players = await openPlayers(
    { named, run: undefined, role: "target", iterations: undefined, ...more },
    "guard",
    {
      ...config,
      model: { ...config.model, base: model, precision: "float32" },
      judge: { ...judge, define: { guard } },
    },
    () => {},
    new AbortController().signal,
  ).catch((error: SeasError) => error);
  if (players instanceof Error) return players;
  await players.close();
  return players;
}

describe("models", () => {
  it("are bases, adapters on the configuration's base, and adapters on a base that is named", async () => {
    const named = [model, path("safe"), `${model}+${path("safe")}`, path("more/adapter_model.safetensors")];
    const players = await opened(named);
    if (players instanceof Error) throw players;
    expect(players.models.map(({ name }) => name)).toEqual(["model", "safe", "model+safe", "more"]);
    const [base, safe, same, more] = players.models.map(({ sha256 }) => sha256);
    expect(same).toBe(safe);
    expect(new Set([base, safe, more]).size).toBe(3);
    expect([players.quality, players.part]).toEqual([undefined, ""]);
  });

  it("of one name are told apart by their paths, and one twice is refused", async () => {
    await mkdir(path("again/safe"), { recursive: true });
    for (const file of ["adapter_config.json", "adapter_model.safetensors"])
      await copyFile(join(path("safe"), file), join(path("again/safe"), file));
    const players = await opened([path("safe"), path("again/safe")]);
    if (players instanceof Error) throw players;
    expect(players.models.map(({ name }) => name)).toEqual([path("safe"), path("again/safe")]);
    expect(await opened([model, model])).toMatchObject({ code: "E_USAGE" });
  });

  it("of a run are its first and last when nothing is said, and say where the judge trained them", async () => {
    const first = await opened([], { run: await readRun(run) });
    if (first instanceof Error) throw first;
    expect(first.models.map(({ name, iteration }) => [name, iteration])).toEqual([
      ["T_0", 0],
      ["T_2", 2],
    ]);
    expect(first.part).toBe("which trained the run's models: they learned to please it");
    const others = await opened([path("safe")], { run: await readRun(run), iterations: [1, 2] });
    if (others instanceof Error) throw others;
    expect(others.models.map(({ name }) => name)).toEqual(["T_1", "T_2", "safe"]);
  });

  it.each([
    ["http://#llama", "E_USAGE", "expected URL#MODEL"],
    ["http://key@127.0.0.1:8000/v1#llama", "E_USAGE", "expected URL#MODEL"],
    ["MODEL+none", "E_USAGE", "none is no adapter"],
    ["MODEL+none.gguf", "E_USAGE", "none.gguf is no adapter"],
    ["no-model", "E_MODEL", "no model `no-model`"],
    ["BROKEN", "E_MODEL", "adapter_model.safetensors is missing"],
  ])("that cannot be: %s", async (spec, code, message) => {
    await mkdir(path("broken"), { recursive: true });
    await writeFile(path("broken/adapter_config.json"), "{}");
    const error = await opened([spec.replace("MODEL", model).replace("BROKEN", path("broken"))]);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it("whose adapter belongs to another base are refused before anything is asked", async () => {
    await saveLora(tinyLora("wide"), path("wide"), "tiny");
    await writeFile(path("wide/adapter_config.json"), JSON.stringify({ r: 3, lora_alpha: 4 }));
    expect(await opened([path("wide")])).toMatchObject({
      code: "E_MODEL",
      hint: expect.stringContaining("another base"),
    });
  });

  it("of a run whose files have changed are refused", async () => {
    const file = join(run, "1/adapters/target/adapter_model.safetensors");
    await rename(file, `${file}.away`);
    await copyFile(path("safe/adapter_model.safetensors"), file);
    const error = await opened([], { run: await readRun(run), iterations: [1] });
    await rename(`${file}.away`, file);
    expect(error).toMatchObject({ code: "E_RUN", message: expect.stringContaining("has changed since") });
  });
});

describe("seas eval", () => {
  it.each([
    [["--suite", "xtest"], "no suite `xtest`", "did you mean `xstest`?"],
    [["--suite", "ATTACKS,harmbecnh:./x.csv"], "no suite `harmbecnh`", "did you mean `harmbench:./x.csv`?"],
    [["--suite", "ATTACKS", "--suite", "ATTACKS"], "two suites are called attacks", "another name"],
    [["--suite", ","], "no suite is named", "lists them"],
    [["--replay"], "--replay needs --run", "whose attacks"],
    [["--suite", "ATTACKS", "--diversity", "--model", "x"], "--model has no meaning with --diversity", "two commands"],
    [["--suite", "ATTACKS", "--diversity"], "--out has no meaning with --diversity", "two commands"],
    [["--run", "RUN", "--replay"], "holds no attack that is through yet", "all of them are written"],
    [["--attacks", "some-rum"], "some-rum is not a run", "did you mean `some-run`?"],
    [["--siute", "ATTACKS"], "unknown flag `--siute`", "did you mean `--suite`?"],
    [["--suite", "ATTACKS", "--max-asr", "10"], "--max-asr: expected a share from 0 to 1, got `10`", "0.05 is 5 %"],
    [["--suite", "ATTACKS", "--max-asr", "10%"], "expected a share", "0.05 is 5 %"],
    [["--suite", "BENIGN", "--max-asr", "0.1"], "so there is no ASR", "add a suite of attacks"],
    [["--suite", "ATTACKS", "--max-over-refusal", "0"], "no prompt that is to be answered", "xstest"],
    [["--suite", "ATTACKS", "--limit", "0"], "--limit: expected a whole number of at least 1", undefined],
    [["--suite", "ATTACKS", "--samples", "some"], "--samples: expected a whole number", undefined],
    [["--suite", "ATTACKS", "--iteration", "0,3"], "--iteration needs --run", "--run RUN"],
    [["--suite", "ATTACKS", "--run", "RUN", "--iteration", "0,3"], "has targets of 0 to 2, not of 3", "not through"],
    [["--suite", "ATTACKS", "--run", "RUN", "--role", "tagret"], "unknown value `tagret`", "did you mean `target`?"],
    [["--suite", "ATTACKS", "--run", "some-rum"], "some-rum is not a run", "did you mean `some-run`?"],
    [["--suite", "ATTACKS", "--config", "CONFIG", "--judge", "gaurd"], "judge `gaurd` is not known", "`guard`?"],
    [["--suite", "ATTACKS", "--config", "CONFIG", "--judge", "embedded:scorin"], "`scorin`", "`embedded:scoring`?"],
  ] as const)("refuses %j", async (argv, message, hint) => {
    const places: Record<string, string> = {
      ATTACKS: path("attacks.jsonl"),
      BENIGN: path("benign.jsonl"),
      RUN: run,
      CONFIG: path("eval.yaml"),
    };
    const given = argv.map((arg) => arg.replace(/[A-Z]{3,}/g, (name) => places[name] ?? name));
    const { code, stdout, stderr } = await seas("eval", ...given, "--output", path("runs"), "--out", path("out"));
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    if (hint !== undefined) expect(stderr.split("hint: ")[1]).toContain(hint);
  });

  it("measures ability without opening a judge", async () => {
    await writeFile(join(model, "chat_template.jinja"), "{% for m in messages %}{{ m.content }}{% endfor %}");
    await writeFile(
      path("ability.jsonl"),
      '{"question": "a", "choices": ["a", "aa"], "answer": 0}\n{"prompt": "a", "answer": "aa"}\n',
    );
    const named = ["--ability", path("ability.jsonl"), "--model", `${model},${path("safe")}`, "--judge", "no-judge"];
    const { code, stdout, stderr } = await seas(
      "eval",
      ...named,
      "--config",
      path("eval.yaml"),
      "--out",
      path("ability"),
    );
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    expect(stdout).toMatch(/^ability: 1 question, 1 answer given\n/);
    expect(stdout).toMatch(/perplexity of the given answers +\d+\.\d\d +\d+\.\d\d\n/);
    expect(stdout).not.toContain("judge:");
  });

  it("needs a suite", async () => {
    const { code, stderr } = await seas("eval");
    expect([code, stderr.split("\n")[0]]).toEqual([2, "error: no suite is named [E_USAGE]"]);
  });

  it("--help says that the point estimate decides, and shows examples", async () => {
    const { code, stdout } = await seas("eval", "--help");
    expect(code).toBe(0);
    expect(stdout.replace(/\s+/g, " ")).toContain("the point estimate decides");
    expect(stdout.split("EXAMPLES")[1]).toContain("seas eval --suite xstest");
  });
});
