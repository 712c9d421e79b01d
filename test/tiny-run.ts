/**
 * A run folder written by hand over the tiny model, which has text here: a vocabulary of single letters and a chat template.
 * T_0 is the base, T_1 and T_2 have adapters, R_0 and R_1 too. What they write means nothing.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { presets } from "../src/config.ts";
import { openBaseModel } from "../src/engine/base-model.ts";
import { exportAdapter } from "../src/engine/export/export-adapter.ts";
import { saveLora } from "../src/engine/lora.ts";
import { tinyLlama, tinyLora } from "./tiny-llama.ts";

/** Positions of the model: enough for a short conversation. */
export const tinyPositions = 256;

const specials = ["<|pad|>", "<|im_end|>", "<|im_start|>"];
const letters = ["Ġ", "Ċ", ".", ..."abcdefghijklmnopqrstuvwxyz"];

const tokenizer = {
  model: {
    type: "BPE",
    vocab: Object.fromEntries(letters.map((letter, i) => [letter, specials.length + i])),
    merges: [],
  },
  added_tokens: specials.map((content, id) => ({ id, content, special: true })),
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: true },
  decoder: { type: "ByteLevel" },
};

const chatTemplate =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

/** The run, its base, and the way to delete both. */
export async function tinyRun() {
  const tiny = await tinyLlama();
  const model = join(tiny.folder, "model");
  const run = join(tiny.folder, "runs", "some-run");
  const write = (path: string, value: unknown) => writeFile(path, JSON.stringify(value));
  await write(join(tiny.folder, "tokenizer.json"), tokenizer);
  await write(join(tiny.folder, "tokenizer_config.json"), {
    eos_token: "<|im_end|>",
    pad_token: "<|pad|>",
    chat_template: chatTemplate,
  });
  await exportAdapter({ format: "merged", adapter: undefined, base: tiny.base, out: model });
  const config = JSON.parse(await readFile(join(model, "config.json"), "utf8"));
  await write(join(model, "config.json"), { ...config, max_position_embeddings: tinyPositions });
  const base = await openBaseModel(model, { cacheDir: join(tiny.folder, "cache") });

  await mkdir(run, { recursive: true });
  await write(join(run, "run.json"), {
    format: 1,
    createdAt: "2026-11-26T10:00:00.000Z",
    config: {
      ...presets.tiny,
      iterations: 2,
      model: { ...presets.tiny.model, base: model, precision: "float32", threads: 1 },
    },
    git: null,
    versions: { seas: "0.1.0", node: "v20.20.2" },
    facts: { model: { name: "model", sha256: base.sha256 }, origin: "local folder" },
  });
  for (const [iteration, role] of [
    [0, "red-team"],
    [1, "red-team"],
    [1, "target"],
    [2, "target"],
  ] as const) {
    const folder = `${iteration}/adapters/${role}`;
    const hash = await saveLora(tinyLora(folder), join(run, folder), "tiny");
    const files = { [`${folder}/adapter_model.safetensors`]: hash };
    await write(join(run, `${iteration}/train.${role}.done`), {
      count: 1,
      sha256: files,
      seconds: 1,
      usage: { tokens: 1 },
    });
  }
  return { run, base, folder: tiny.folder, remove: tiny.remove };
}
