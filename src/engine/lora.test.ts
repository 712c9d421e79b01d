/** Adapters: what a fresh one holds, and their files. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { tinyConfig, tinyLora } from "../../test/tiny-llama.ts";
import { SeasError } from "../errors.ts";
import { openSafetensors } from "../formats/safetensors.ts";
import { createRandom } from "../random.ts";
import { freshLora, loadLora, loraFeeds, saveLora } from "./lora.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-lora-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("freshLora", () => {
  it("changes nothing: B is zero, A within PEFT's bounds and spread over them", () => {
    const lora = freshLora(tinyConfig, 4, 8, createRandom(1).next);
    expect(lora.tensors.size).toBe(28);
    for (const [name, { data, dims }] of lora.tensors) {
      expect(data).toHaveLength(dims[0]! * dims[1]!);
      if (name.endsWith("lora_B")) expect(data.every((x) => x === 0)).toBe(true);
      else {
        const bound = 1 / Math.sqrt(dims[1]!);
        const sizes = data.map(Math.abs);
        expect(Math.max(...sizes)).toBeLessThanOrEqual(bound);
        expect(Math.max(...sizes)).toBeGreaterThan(0.8 * bound);
        expect(new Set(data).size).toBeGreaterThan(0.9 * data.length);
      }
    }
  });

  it("feeds alpha over rank as the scale", () => {
    expect(loraFeeds(freshLora(tinyConfig, 4, 8, Math.random)).lora_scale).toEqual({
      data: Float32Array.of(2),
      dims: [],
    });
  });
});

describe("saveLora and loadLora", () => {
  it("give back the same bits, under PEFT's names", async () => {
    const lora = tinyLora("saved");
    lora.tensors.get("layers.0.mlp.up_proj.lora_A")!.data.set([-0, 1e-40, 3.4e38]);
    const sha256 = await saveLora(lora, join(folder, "a", "b"), "tiny");
    const loaded = await loadLora(join(folder, "a", "b"), tinyConfig);
    expect([loaded.rank, loaded.alpha]).toEqual([2, 4]);
    expect([...loaded.tensors.keys()]).toEqual([...lora.tensors.keys()]);
    for (const [name, { data, dims }] of lora.tensors) {
      expect(loaded.tensors.get(name)!.dims).toEqual(dims);
      expect(loaded.tensors.get(name)!.data).toEqual(data);
    }
    expect(await saveLora(loaded, join(folder, "c"), "tiny")).toBe(sha256);
    const file = await openSafetensors(join(folder, "c", "adapter_model.safetensors"));
    await file.close();
    expect(file.tensors.get("base_model.model.model.layers.1.self_attn.k_proj.lora_B.weight")?.shape).toEqual([16, 2]);
    const config = JSON.parse(await readFile(join(folder, "c", "adapter_config.json"), "utf8"));
    expect(config).toMatchObject({
      peft_type: "LORA",
      r: 2,
      lora_alpha: 4,
      base_model_name_or_path: "tiny",
      bias: "none",
    });
    expect(config.target_modules).toHaveLength(7);
  });

  it("refuse an adapter of another base by the matrix and both shapes", async () => {
    await saveLora(tinyLora("saved"), folder, "tiny");
    const wider = { ...tinyConfig, intermediateSize: 40 };
    await expect(loadLora(folder, wider)).rejects.toThrow("layers.0.mlp.gate_proj.lora_B is [24,2], expected [40,2]");
    await expect(loadLora(folder, { ...tinyConfig, layers: 3 })).rejects.toThrow(
      "layers.2.self_attn.q_proj.lora_A is missing, expected [2,32]",
    );
  });

  it("refuse files that are missing or say nothing usable", async () => {
    await expect(loadLora(join(folder, "none"), tinyConfig)).rejects.toThrow(SeasError);
    await saveLora(tinyLora("saved"), folder, "tiny");
    for (const text of ['{"r":"2","lora_alpha":4}', '{"r":0,"lora_alpha":4}', "{}", "null", "{"]) {
      await writeFile(join(folder, "adapter_config.json"), text);
      await expect(loadLora(folder, tinyConfig), text).rejects.toThrow(SeasError);
      await expect(loadLora(folder, tinyConfig), text).rejects.toThrow("adapter_config.json");
    }
  });
});
