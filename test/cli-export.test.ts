/** `seas export` on a run folder written by hand over a tiny model: what it chooses, writes, says and refuses. */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { presets } from "../src/config.ts";
import { openBaseModel } from "../src/engine/base-model.ts";
import { exportAdapter } from "../src/engine/export/export-adapter.ts";
import { saveLora } from "../src/engine/lora.ts";
import { openGguf } from "../src/formats/gguf.ts";
import { seas } from "./seas-command.ts";
import { tinyLlama, tinyLora } from "./tiny-llama.ts";

let tiny: Awaited<ReturnType<typeof tinyLlama>>;
let run: string;
let model: string;
beforeAll(async () => {
  tiny = await tinyLlama();
  model = join(tiny.folder, "model");
  run = join(tiny.folder, "runs", "some-run");
  vi.stubEnv("SEAS_CACHE", join(tiny.folder, "cache"));
  const tokenizer = { model: { type: "BPE", vocab: { a: 0 }, merges: [] }, added_tokens: [{ id: 1, content: "</s>" }] };
  await writeFile(join(tiny.folder, "tokenizer.json"), JSON.stringify(tokenizer));
  await exportAdapter({ format: "merged", adapter: undefined, base: tiny.base, out: model });
  const { sha256 } = await openBaseModel(model);
  await mkdir(run, { recursive: true });
  await writeManifest(sha256);
  // R_0, R_1 and T_1 of two iterations that were meant.
  for (const [iteration, role] of [
    [0, "red-team"],
    [1, "red-team"],
    [1, "target"],
  ] as const) {
    const folder = `${iteration}/adapters/${role}`;
    const hash = await saveLora(tinyLora(folder), join(run, folder), "tiny");
    const files = { [`${folder}/adapter_model.safetensors`]: hash };
    const done = { count: 1, sha256: files, seconds: 1, usage: { tokens: 1 } };
    await writeFile(join(run, `${iteration}/train.${role}.done`), JSON.stringify(done));
  }
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await tiny.remove();
});

async function writeManifest(sha256: string): Promise<void> {
  const manifest = {
    format: 1,
    createdAt: "2026-11-24T10:00:00.000Z",
    config: { ...presets.tiny, iterations: 2, model: { ...presets.tiny.model, base: model } },
    git: null,
    versions: { seas: "0.1.0", node: "v20.20.2" },
    facts: { model: { name: "model", sha256 }, origin: "local folder" },
  };
  await writeFile(join(run, "run.json"), JSON.stringify(manifest));
}

const out = (name: string) => join(tiny.folder, name);
const sha256 = async (path: string) =>
  createHash("sha256")
    .update(await readFile(path))
    .digest("hex");

describe("seas export", () => {
  it("takes the last Target of the newest run as PEFT files when nothing is said, under a name of its own", async () => {
    const before = process.cwd();
    process.chdir(tiny.folder);
    const { code, stdout, stderr } = await seas("export").finally(() => process.chdir(before));
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "some-run-target-1-peft\n", stderr: "" });
    const saved = join(run, "1", "adapters", "target", "adapter_model.safetensors");
    expect(await sha256(join(out("some-run-target-1-peft"), "adapter_model.safetensors"))).toBe(await sha256(saved));
  });

  it("writes a Red Team for llama.cpp, with a line of caution", async () => {
    const argv = ["--output", join(tiny.folder, "runs"), "--role", "red-team", "--iteration", "0", "--format", "gguf"];
    const { code, stdout, stderr } = await seas("export", "some-run", ...argv, "--out", out("red.gguf"));
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${out("red.gguf")}\n` });
    expect(stderr).toMatch(/^caution: this adapter writes attacks: .*docs\/responsible-use\.md\n$/);
    const file = await openGguf(out("red.gguf"));
    await file.close();
    expect(file.tensors.size).toBe(28);
  });

  it("merges T_0, which is the base as it is", async () => {
    const { code } = await seas("export", run, "--iteration", "0", "--format", "merged", "--out", out("t0"));
    expect(code).toBe(0);
    expect(await sha256(join(out("t0"), "model.safetensors"))).toBe(await sha256(join(model, "model.safetensors")));
  });

  it.each([
    [["--role", "judge"], 2, "--role: unknown value `judge`", "one of target, red-team"],
    [["--format", "onnx"], 2, "--format: unknown value `onnx`", "one of peft, gguf, merged"],
    [["--iteration", "-1"], 2, "--iteration needs a value", "shows how"],
    [["--iteration", "two"], 2, "--iteration: expected a whole number", undefined],
    [["--iteration", "2"], 2, "has targets of 0 to 1, not of 2", "the run is not through"],
    [["--iteration", "0"], 2, "the target of iteration 0 is the base as it is: it has no adapter", "--format merged"],
    [["--iteration", "0", "--format", "gguf"], 2, "it has no adapter", "--format merged"],
  ] as const)("refuses %j", async (argv, code, message, hint) => {
    const result = await seas("export", run, ...argv, "--out", out("refused"));
    expect([result.code, result.stdout]).toEqual([code, ""]);
    expect(result.stderr).toMatch(/^error: .*\n(hint: .*\n)?$/);
    expect(result.stderr).toContain(message);
    if (hint !== undefined) expect(result.stderr.split("hint: ")[1]).toContain(hint);
    expect(await readdir(tiny.folder)).not.toContain("refused");
  });

  it("overwrites nothing", async () => {
    await writeFile(out("there"), "mine");
    const { code, stderr } = await seas("export", run, "--out", out("there"));
    expect(code).toBe(2);
    expect(stderr).toContain(`${out("there")} is there already, and nothing is overwritten`);
    expect(await readFile(out("there"), "utf8")).toBe("mine");
  });

  it("refuses an adapter that has changed since, and a base that is not the run's", async () => {
    const file = join(run, "1", "adapters", "target", "adapter_model.safetensors");
    const bytes = await readFile(file);
    await writeFile(file, Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1)! ^ 1])]));
    const changed = await seas("export", run, "--out", out("changed"));
    expect(changed).toMatchObject({ code: 1, stderr: expect.stringContaining("adapter_model.safetensors") });
    await writeFile(file, bytes);
    await writeFile(join(model, "generation_config.json"), JSON.stringify({ eos_token_id: 1 }));
    const other = await seas("export", run, "--format", "merged", "--out", out("other"));
    expect(other).toMatchObject({ code: 1, stderr: expect.stringMatching(/is [0-9a-f]{12} here, the run had/) });
    expect((await readdir(tiny.folder)).filter((name) => /changed|other/.test(name))).toEqual([]);
  });
});
