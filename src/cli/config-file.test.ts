/** Configuration from YAML and flags: what wins, and where an error is said to be. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { presets } from "../config.ts";
import { loadConfig, parseYaml } from "./config-file.ts";

const error = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (e) => ({ code: e.code, message: e.message, hint: e.hint }),
  );

async function fileOf(text: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), "seas-config-")), "seas.yaml");
  await writeFile(file, text);
  return file;
}

describe("loadConfig", () => {
  it("is the quick preset without a file and flags", async () => {
    expect(await loadConfig(undefined, {})).toEqual(presets.quick);
  });

  it("lays flags over the file and the file over the preset", async () => {
    const file = await fileOf("preset: standard\nseed: 5\nmodel:\n  threads: 3\nattack:\n  seeds: 9\n");
    const config = await loadConfig(file, { preset: "tiny", seed: 7, model: "base.gguf", dataset: "rows.jsonl" });
    expect(config).toEqual({
      ...presets.tiny,
      seed: 7,
      model: { ...presets.tiny.model, threads: 3, base: "base.gguf" },
      data: { ...presets.tiny.data, dataset: "rows.jsonl" },
      attack: { ...presets.tiny.attack, seeds: 9 },
    });
  });

  it("takes an empty file", async () => {
    expect(await loadConfig(await fileOf("# nothing\n"), { seed: 2 })).toEqual({ ...presets.quick, seed: 2 });
  });

  it("names file, line and nearest key of an unknown one", async () => {
    const file = await fileOf("seed: 1\n\nattack:\n  seeds: 4\n  temprature: 1\n");
    expect(await error(loadConfig(file, {}))).toEqual({
      code: "E_CONFIG",
      message: `${file}:5: unknown key \`attack.temprature\``,
      hint: "did you mean `attack.temperature`?",
    });
  });

  it("names the line of a value of the wrong kind, of broken YAML, and of a key given twice", async () => {
    const wrong = await fileOf("iterations: many\n");
    expect((await error(loadConfig(wrong, {})))?.message).toContain(`${wrong}:1: \`iterations\``);
    const broken = await fileOf("attack:\n  seeds: [1\nseed: 3\n");
    expect((await error(loadConfig(broken, {})))?.message).toMatch(/seas\.yaml:\d+:\d+: /);
    const twice = await fileOf("seed: 1\nseed: 2\n");
    expect((await error(loadConfig(twice, {})))?.message).toContain(`${twice}:2:1: `);
  });

  it("does not name the file for what a flag says", async () => {
    const file = await fileOf("seed: 1\n");
    expect((await error(loadConfig(file, { preset: "tini" })))?.message).toBe("command line: unknown preset `tini`");
  });

  it("says that a file is not there", async () => {
    expect(await error(loadConfig("nowhere.yaml", {}))).toMatchObject({
      code: "E_CONFIG",
      message: "nowhere.yaml: there is no such file",
    });
  });

  it("refuses aliases that unfold without end", () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [${"*a,".repeat(9)}]\nc: &c [${"*b,".repeat(9)}]\nd: [${"*c,".repeat(9)}]\n`;
    expect(() => parseYaml(bomb, "bomb.yaml")).toThrow(/alias/i);
  });
});
