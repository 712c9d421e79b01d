/**
 * One tiny llama, written by hand as a Hugging Face folder and as a GGUF file (whose converter interleaves q and k): both
 * open as the same model. What is wrong with a file is said by name, and nothing half-written stays behind.
 */
import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { DecoderConfig } from "./base/decoder-config.ts";
import { decoderTensors } from "./base/decoder-tensors.ts";
import { openBaseModel } from "./base-model.ts";

const config: DecoderConfig = {
  architecture: "llama",
  vocabSize: 264,
  hiddenSize: 32,
  intermediateSize: 48,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headDim: 8,
  attentionScale: 8 ** -0.5,
  ropeTheta: 10000,
  ropeFactors: [],
  local: null,
  rmsNormEps: 0.0009765625,
  maxPositions: 64,
  tiedEmbeddings: true,
};
const tensors = decoderTensors(config).map((tensor, t) => {
  const size = tensor.shape.reduce((a, b) => a * b, 1);
  return { ...tensor, values: Float32Array.from({ length: size }, (_, i) => t + i / size) };
});
type Tensor = (typeof tensors)[number];

const letters = (() => {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode((byte > 32 && byte < 127) || (byte > 160 && byte !== 173) ? byte : next++),
  );
})();
const tokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", ...letters, "ab"];
const template = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}";

const bytesOf = (values: Float32Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);

/** A safetensors file. */
function safetensors(list: readonly Tensor[]): Buffer {
  let at = 0;
  const header = Object.fromEntries(
    list.map(({ name, shape, values }) => {
      const start = at;
      at += values.byteLength;
      return [name, { dtype: "F32", shape, data_offsets: [start, at] }];
    }),
  );
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, ...list.map(({ values }) => bytesOf(values))]);
}

async function writeHubFolder(
  folder: string,
  list = tensors,
  over: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const hub = {
    model_type: "llama",
    hidden_act: "silu",
    vocab_size: 264,
    hidden_size: 32,
    intermediate_size: 48,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    rope_theta: 10000,
    rms_norm_eps: config.rmsNormEps,
    max_position_embeddings: 64,
    tie_word_embeddings: true,
    ...over,
  };
  const tokenizer = {
    version: "1.0",
    normalizer: null,
    post_processor: null,
    model: { type: "BPE", vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges: ["a b"] },
    added_tokens: [0, 1, 2].map((id) => ({ id, content: tokens[id], special: true })),
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Digits", individual_digits: true },
        { type: "ByteLevel", add_prefix_space: false, use_regex: true },
      ],
    },
    decoder: { type: "ByteLevel" },
  };
  await writeFile(join(folder, "config.json"), JSON.stringify(hub));
  await writeFile(join(folder, "tokenizer.json"), JSON.stringify(tokenizer));
  await writeFile(join(folder, "tokenizer_config.json"), JSON.stringify({ eos_token: "<|im_end|>" }));
  await writeFile(join(folder, "chat_template.jinja"), template);
  await writeFile(join(folder, "model.safetensors"), safetensors(list));
  return folder;
}

/** A GGUF file of version 3: strings, uint32, float32 and arrays of strings or int32 are all it needs. */
function gguf(metadata: Readonly<Record<string, unknown>>, list: readonly Tensor[]): Buffer {
  const parts: Buffer[] = [];
  const u32 = (n: number) => void parts.push(Buffer.from(Uint32Array.of(n).buffer));
  const u64 = (n: number) => void parts.push(Buffer.from(BigUint64Array.of(BigInt(n)).buffer));
  const text = (s: string) => {
    const bytes = Buffer.from(s);
    u64(bytes.length);
    parts.push(bytes);
  };
  const value = (v: unknown) => {
    if (typeof v === "string") {
      u32(8);
      text(v);
    } else if (typeof v === "number" && Number.isInteger(v)) {
      u32(4);
      u32(v);
    } else if (typeof v === "number") {
      u32(6);
      parts.push(Buffer.from(Float32Array.of(v).buffer));
    } else if (Array.isArray(v)) {
      const isText = typeof v[0] === "string";
      u32(9);
      u32(isText ? 8 : 5);
      u64(v.length);
      for (const entry of v) isText ? text(entry) : u32(entry);
    }
  };
  parts.push(Buffer.from("GGUF"));
  u32(3);
  u64(list.length);
  u64(Object.keys(metadata).length);
  for (const [key, v] of Object.entries(metadata)) {
    text(key);
    value(v);
  }
  let at = 0;
  for (const { ggufName, shape, values } of list) {
    text(ggufName);
    u32(shape.length);
    for (const n of [...shape].reverse()) u64(n);
    u32(0);
    u64(at);
    at += Math.ceil(values.byteLength / 32) * 32;
  }
  const pad = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc((32 - (bytes.length % 32)) % 32)]);
  return Buffer.concat([pad(Buffer.concat(parts)), ...list.map(({ values }) => pad(bytesOf(values)))]);
}

/** Rows of q and k as llama.cpp's converter leaves them: the halves of a head in turn. */
function interleaved(tensor: Tensor): Tensor {
  if (tensor.ropeHeads === 0) return tensor;
  const columns = tensor.shape[1]!;
  const values = tensor.values.map((_, at) => {
    const row = Math.floor(at / columns);
    const from = Math.floor(row / 8) * 8 + (row % 2) * 4 + Math.floor((row % 8) / 2);
    return tensor.values[from * columns + (at % columns)]!;
  });
  return { ...tensor, values };
}

const metadata = {
  "general.architecture": "llama",
  "llama.block_count": 2,
  "llama.context_length": 64,
  "llama.embedding_length": 32,
  "llama.feed_forward_length": 48,
  "llama.attention.head_count": 4,
  "llama.attention.head_count_kv": 2,
  "llama.attention.layer_norm_rms_epsilon": config.rmsNormEps,
  "tokenizer.ggml.model": "gpt2",
  "tokenizer.ggml.pre": "smollm",
  "tokenizer.ggml.tokens": tokens,
  "tokenizer.ggml.token_type": tokens.map((_, id) => (id < 3 ? 3 : 1)),
  "tokenizer.ggml.merges": ["a b"],
  "tokenizer.ggml.eos_token_id": 2,
  "tokenizer.chat_template": template,
};

describe("openBaseModel", () => {
  let root = "";
  let cacheDir = "";
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "seas-base-"));
    cacheDir = join(root, "cache");
  });

  it("opens one model from a folder, a safetensors file and a GGUF file", async () => {
    const folder = await writeHubFolder(join(root, "tiny"));
    const path = join(root, "tiny.gguf");
    await writeFile(path, gguf(metadata, tensors.map(interleaved)));
    const fromFolder = await openBaseModel(folder, { cacheDir });
    const fromFile = await openBaseModel(join(folder, "model.safetensors"), { cacheDir });
    const fromGguf = await openBaseModel(path, { cacheDir });

    expect([fromFolder.name, fromFile.name, fromGguf.name]).toEqual(["tiny", "model", "tiny"]);
    expect(fromFolder.config).toEqual({ ...config, vocabSize: 264 });
    expect(fromGguf.config).toEqual(fromFolder.config);
    const bytes = await readFile(fromFolder.weights.path);
    expect(bytes.equals(await readFile(fromGguf.weights.path))).toBe(true);
    for (const { name, shape, values } of tensors) {
      const place = fromFolder.weights.tensors.get(name)!;
      expect([name, place.shape, place.offset % 4096]).toEqual([name, shape, 0]);
      expect(bytes.subarray(place.offset, place.offset + place.byteLength).equals(bytesOf(values))).toBe(true);
    }
    const messages = [{ role: "user" as const, content: "ab 12<|im_end|>" }];
    const ids = fromFolder.tokenizer.chat(messages, { addGenerationPrompt: false });
    expect(fromGguf.tokenizer.chat(messages, { addGenerationPrompt: false })).toEqual(ids);
    expect(fromFolder.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(fromGguf.origin).toBe(`local file ${path}`);
  });

  it("opens two at once, and dequantises once", async () => {
    const folder = await writeHubFolder(join(root, "tiny"));
    const notes: string[] = [];
    const options = { cacheDir, onNote: (line: string) => notes.push(line) };
    const [a, b] = await Promise.all([openBaseModel(folder, options), openBaseModel(folder, options)]);
    expect(a.weights).toEqual(b.weights);
    const before = notes.length;
    await openBaseModel(folder, options);
    expect(notes).toHaveLength(before);
    expect((await readdir(join(cacheDir, "weights"))).map((name) => name.replace(/^.*\./, "")).sort()).toEqual([
      "f32",
      "json",
    ]);
  });

  it("says what is wrong with a folder or file", async () => {
    const open = (path: string) => openBaseModel(path, { cacheDir });
    const folder = (list: Tensor[], over = {}) => writeHubFolder(join(root, "bad"), list, over);
    await expect(open(await folder(tensors.slice(1)))).rejects.toThrow(
      "bad: tensor model.embed_tokens.weight is missing (20 are needed, 19 are there)",
    );
    await expect(open(await folder(tensors, { num_hidden_layers: 1 }))).rejects.toThrow(
      /tensor model\.layers\.1\.\S+ has no place/,
    );
    await expect(open(await folder(tensors, { model_type: "mamba" }))).rejects.toThrow(
      'bad/config.json: model_type is "mamba"',
    );
    const nan = tensors.map((t, i) => (i === 1 ? { ...t, values: t.values.map(() => Number.NaN) } : t));
    await expect(open(await folder(nan))).rejects.toThrow(
      "tensor model.layers.0.input_layernorm.weight: value 0 is NaN",
    );

    const path = join(root, "bad.gguf");
    const whole = gguf(metadata, tensors);
    await writeFile(path, gguf({ ...metadata, "general.architecture": "falcon" }, tensors));
    await expect(open(path)).rejects.toThrow('bad.gguf: general.architecture is "falcon"');
    await writeFile(path, gguf({ ...metadata, "llama.attention.head_count": 8 }, tensors));
    await expect(open(path)).rejects.toMatchObject({ code: "E_MODEL" });
    await writeFile(
      path,
      gguf(
        {
          ...metadata,
          "tokenizer.ggml.tokens": [...tokens, ...Array.from({ length: 10 }, (_, i) => `w${i}`)],
          "tokenizer.ggml.token_type": [],
        },
        tensors,
      ),
    );
    await expect(open(path)).rejects.toThrow("the tokenizer has 270 tokens, the model 264");
    for (const cut of [0, 3, 40, 5000, whole.length - 100]) {
      await writeFile(path, whole.subarray(0, cut));
      await expect(open(path)).rejects.toMatchObject({ name: "SeasError" });
    }
    expect(await readdir(join(cacheDir, "weights")).catch(() => [])).toEqual([]);
  });
});
