/** Exports of a tiny model, read back by our own readers; what other programs make of them is test/services'. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { tinyConfig, tinyLlama, tinyLora } from "../../../test/tiny-llama.ts";
import { openGguf } from "../../formats/gguf.ts";
import { writeGguf } from "../../formats/gguf-write.ts";
import { decoderTensors, interleaveRopeHalves } from "../base/decoder-tensors.ts";
import { readWeights } from "../base/weights-file.ts";
import { type BaseModel, openBaseModel } from "../base-model.ts";
import { createEngine } from "../engine.ts";
import { saveLora } from "../lora.ts";
import { saveTrained, untrained } from "../trained.ts";
import { exportAdapter } from "./export-adapter.ts";

const lora = tinyLora("exported");
const words = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", ..."abcdefgh0123", "Ġ", "Ċ", "ab", "Ġab"];
const merges = [
  ["a", "b"],
  ["Ġ", "ab"],
];
const template = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}";

let tiny: Awaited<ReturnType<typeof tinyLlama>>;
let adapter: string;
let out: string;
beforeEach(async () => {
  tiny = await tinyLlama();
  adapter = join(tiny.folder, "adapter");
  out = join(tiny.folder, "out", "it");
  await saveLora(lora, adapter, "tiny");
  const tokenizer = {
    model: { type: "BPE", vocab: Object.fromEntries(words.map((word, id) => [word, id])), merges },
    added_tokens: [0, 1, 2].map((id) => ({ id, content: words[id], special: true })),
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: true },
    decoder: { type: "ByteLevel" },
  };
  await writeFile(join(tiny.folder, "tokenizer.json"), JSON.stringify(tokenizer));
  await writeFile(join(tiny.folder, "tokenizer_config.json"), JSON.stringify({ eos_token: "<|im_end|>" }));
});
afterEach(() => tiny.remove());

const open = (path: string) => openBaseModel(path, { cacheDir: join(tiny.folder, "cache") });

/** The tiny model as llama.cpp's converter would write it. */
async function tinyGguf(): Promise<BaseModel> {
  const path = join(tiny.folder, "tiny.gguf");
  const rows = decoderTensors(tinyConfig).map(async ({ name, ggufName, shape, ropeHeads }) => {
    const values = await readWeights(tiny.base.weights, name);
    const data = ropeHeads === 0 ? values : interleaveRopeHalves(values, ropeHeads, shape[1]!);
    return [ggufName, { shape, data }] as const;
  });
  const metadata = {
    "general.architecture": { string: "llama" },
    "llama.block_count": { uint32: tinyConfig.layers },
    "llama.context_length": { uint32: tinyConfig.maxPositions },
    "llama.embedding_length": { uint32: tinyConfig.hiddenSize },
    "llama.feed_forward_length": { uint32: tinyConfig.intermediateSize },
    "llama.attention.head_count": { uint32: tinyConfig.heads },
    "llama.attention.head_count_kv": { uint32: tinyConfig.kvHeads },
    "llama.attention.layer_norm_rms_epsilon": { float32: tinyConfig.rmsNormEps },
    "tokenizer.ggml.model": { string: "gpt2" },
    "tokenizer.ggml.pre": { string: "smollm" },
    "tokenizer.ggml.tokens": { strings: words },
    "tokenizer.ggml.token_type": { int32s: words.map((_, id) => (id < 3 ? 3 : 1)) },
    "tokenizer.ggml.merges": { strings: merges.map((pair) => pair.join(" ")) },
    "tokenizer.ggml.eos_token_id": { uint32: 2 },
    "tokenizer.ggml.padding_token_id": { uint32: 0 },
    "tokenizer.chat_template": { string: template },
  };
  await writeGguf(path, metadata, new Map(await Promise.all(rows)));
  return open(path);
}

describe("merged", () => {
  it("is the base plus alpha / rank · B·A, and opens as a model with the base's tokenizer", async () => {
    const path = await exportAdapter({ format: "merged", adapter, base: tiny.base, out });
    expect(path).toBe(out);
    const merged = await open(out);
    expect(merged.config).toEqual(tinyConfig);
    expect(merged.tokenizer.encode("ab ab")).toEqual([words.indexOf("ab"), words.indexOf("Ġab")]);
    // Without it transformers takes the likeliest token, whatever temperature is asked for.
    expect(JSON.parse(await readFile(join(out, "generation_config.json"), "utf8"))).toMatchObject({
      do_sample: true,
      top_k: 0,
    });
    // The end token of tokenizer_config.json, those of the base, which the tiny one made up, and those of every family.
    expect(merged.tokenizer.eosIds).toEqual([2, 1, 3, 4, 0]);
    let changed = 0;
    for (const { name, shape } of decoderTensors(tinyConfig)) {
      const expected = await readWeights(tiny.base.weights, name);
      const module = name.replace(/^model\.|\.weight$/g, "");
      const a = lora.tensors.get(`${module}.lora_A`)?.data;
      const b = lora.tensors.get(`${module}.lora_B`)?.data;
      if (a !== undefined && b !== undefined) {
        changed++;
        const inputs = shape[1]!;
        expected.forEach((value, at) => {
          const [o, i] = [Math.floor(at / inputs), at % inputs];
          expected[at] = value + 2 * (b[2 * o]! * a[i]! + b[2 * o + 1]! * a[inputs + i]!); // rank 2, alpha 4
        });
      }
      const got = await readWeights(merged.weights, name);
      expect(Math.max(...got.map((x, i) => Math.abs(x - expected[i]!)))).toBeLessThan(1e-6);
    }
    expect(changed).toBe(14);
  });

  it("is the weights themselves where all were trained, and nothing else can be made of them", async () => {
    const engine = createEngine(tiny.base, { threads: 1, trainable: "all" });
    const weights = await untrained(engine);
    const name = "model.layers.0.mlp.up_proj.weight";
    weights.tensors.get(name)!.data[3] = 0.75;
    const folder = join(tiny.folder, "all");
    await saveTrained(engine, weights, folder);
    await exportAdapter({ format: "merged", adapter: folder, base: tiny.base, out });
    expect((await readWeights((await open(out)).weights, name))[3]).toBe(0.75);
    await expect(exportAdapter({ format: "peft", adapter: folder, out: `${out}-peft` })).rejects.toThrow(
      "holds all weights of a model",
    );
  });

  it("of no adapter is the base, bit for bit", async () => {
    await exportAdapter({ format: "merged", adapter: undefined, base: tiny.base, out });
    const merged = await open(out);
    expect((await readFile(merged.weights.path)).equals(await readFile(tiny.base.weights.path))).toBe(true);
  });

  it("of a GGUF base has a tokenizer made from its metadata", async () => {
    const base = await tinyGguf();
    await exportAdapter({ format: "merged", adapter: undefined, base, out });
    const merged = await open(out);
    expect((await readFile(merged.weights.path)).equals(await readFile(base.weights.path))).toBe(true);
    const { tokenizer } = merged;
    const text = "ab 12 abc<|im_end|>h\n";
    const messages = [{ role: "user" as const, content: text }];
    for (const special of [true, false])
      expect(tokenizer.encode(text, { special })).toEqual(base.tokenizer.encode(text, { special }));
    for (const addGenerationPrompt of [true, false])
      expect(tokenizer.chat(messages, { addGenerationPrompt })).toEqual(
        base.tokenizer.chat(messages, { addGenerationPrompt }),
      );
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(base.tokenizer.decode(base.tokenizer.encode(text)));
    expect([tokenizer.eosIds, tokenizer.padId, tokenizer.vocabSize]).toEqual([[2, 0], 0, words.length]);
  });
});

describe("gguf", () => {
  it("is an adapter of the architecture, the rows of q and k in GGUF's order", async () => {
    await exportAdapter({ format: "gguf", adapter, base: tiny.base, out });
    const file = await openGguf(out);
    try {
      expect(Object.fromEntries(file.metadata)).toEqual({
        "general.type": "adapter",
        "general.architecture": "llama",
        "general.name": "it",
        "adapter.type": "lora",
        "adapter.lora.alpha": 4,
      });
      expect(file.tensors.size).toBe(28);
      const read = async (name: string) => [await file.readTensor(name), file.tensors.get(name)!.shape] as const;
      const given = (name: string) => lora.tensors.get(name)!;
      const q = given("layers.1.self_attn.q_proj.lora_B");
      const rows = Array.from({ length: 32 }, (_, row) => [...q.data.subarray(2 * row, 2 * row + 2)]);
      // Four heads of eight: row 0 and what rope turns against it, row 1 and so on.
      const order = [0, 8, 16, 24].flatMap((head) => [0, 4, 1, 5, 2, 6, 3, 7].map((row) => head + row));
      expect(await read("blk.1.attn_q.weight.lora_b")).toEqual([
        Float32Array.from(order.flatMap((row) => rows[row]!)),
        [32, 2],
      ]);
      for (const [ggufName, name] of [
        ["blk.1.attn_q.weight.lora_a", "layers.1.self_attn.q_proj.lora_A"],
        ["blk.0.attn_v.weight.lora_b", "layers.0.self_attn.v_proj.lora_B"],
        ["blk.0.ffn_down.weight.lora_a", "layers.0.mlp.down_proj.lora_A"],
      ] as const)
        expect(await read(ggufName)).toEqual([given(name).data, given(name).dims]);
    } finally {
      await file.close();
    }
  });
});

describe("peft", () => {
  it("is the adapter's two files as they are", async () => {
    await writeFile(join(adapter, "train.jsonl"), "");
    await exportAdapter({ format: "peft", adapter, out });
    expect((await readdir(out)).sort()).toEqual(["adapter_config.json", "adapter_model.safetensors"]);
    for (const name of await readdir(out))
      expect((await readFile(join(out, name))).equals(await readFile(join(adapter, name)))).toBe(true);
  });
});

describe("what cannot be", () => {
  it("overwrites nothing", async () => {
    await mkdir(out, { recursive: true });
    for (const format of ["peft", "gguf", "merged"] as const)
      await expect(exportAdapter({ format, adapter, base: tiny.base, out })).rejects.toMatchObject({
        code: "E_USAGE",
        message: `${out} is there already, and nothing is overwritten`,
      });
    expect(await readdir(out)).toEqual([]);
  });

  it("names what is missing or wrong, and leaves nothing half-written", async () => {
    const none = join(tiny.folder, "none");
    const { base } = tiny;
    const larger = { ...base, config: { ...tinyConfig, intermediateSize: 25 } };
    await expect(exportAdapter({ format: "peft", adapter: none, out })).rejects.toThrow(
      /adapter_config.json is missing/,
    );
    await expect(exportAdapter({ format: "gguf", adapter: none, base, out })).rejects.toMatchObject({
      code: "E_MODEL",
    });
    await expect(exportAdapter({ format: "gguf", adapter, base: larger, out })).rejects.toMatchObject({
      hint: "the adapter belongs to another base model, or leaves out layers",
    });
    const control = new AbortController();
    const stopped = exportAdapter({ format: "merged", adapter, base, out, signal: control.signal });
    control.abort(new Error("enough"));
    await expect(stopped).rejects.toThrow("enough");
    const gone = { ...base, path: none };
    await expect(exportAdapter({ format: "merged", adapter, base: gone, out })).rejects.toMatchObject({
      code: "E_DISK",
    });
    expect(await readdir(join(tiny.folder, "out"))).toEqual([]);
  });
});
