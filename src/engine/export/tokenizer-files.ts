/**
 * The tokenizer of a base as the files that transformers reads: copies of a Hugging Face folder's own, or for a GGUF
 * file tokenizer.json and its companions made from the metadata. A text gets no start token but from the template.
 */
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { openGguf } from "../../formats/gguf.ts";
import type { BaseModel } from "../base-model.ts";
import { partsFromGguf } from "../tokenizer/from-gguf.ts";
import type { TokenizerParts } from "../tokenizer/tokenizer.ts";

/** What a folder may hold beside tokenizer.json; what it does not hold is not needed. */
const companions = ["tokenizer_config.json", "chat_template.jinja"];

/**
 * Writes the files into `folder`, which exists.
 *
 * @throws SeasError E_MODEL or E_FORMAT when the base's files are not what they were; an error of the file system
 */
export async function writeTokenizerFiles(base: BaseModel, folder: string): Promise<void> {
  if (!base.path.endsWith(".gguf")) {
    const from = base.path.endsWith(".safetensors") ? dirname(base.path) : base.path;
    await writeJson(join(folder, "generation_config.json"), await generationConfig(base, from));
    await copyFile(join(from, "tokenizer.json"), join(folder, "tokenizer.json"));
    for (const name of companions) await copyIfThere(join(from, name), join(folder, name));
    return;
  }
  await writeJson(join(folder, "generation_config.json"), await generationConfig(base));
  const file = await openGguf(base.path);
  await file.close();
  const parts = partsFromGguf(file.metadata, basename(base.path));
  await writeJson(join(folder, "tokenizer.json"), tokenizerJson(parts));
  await writeJson(join(folder, "tokenizer_config.json"), {
    tokenizer_class: "PreTrainedTokenizerFast",
    ...parts.tokens,
    clean_up_tokenization_spaces: false,
    model_max_length: base.config.maxPositions,
  });
  if (parts.chatTemplate !== undefined) await writeFile(join(folder, "chat_template.jinja"), parts.chatTemplate);
}

/**
 * The folder's own over ours. transformers, and so `transformers serve`, samples only where do_sample says so, whatever temperature a
 * request asks for, and from the 50 likeliest tokens unless told otherwise.
 */
async function generationConfig({ tokenizer }: BaseModel, from?: string): Promise<Readonly<Record<string, unknown>>> {
  const ours = { eos_token_id: tokenizer.eosIds, pad_token_id: tokenizer.padId, do_sample: true, top_k: 0 };
  if (from === undefined) return ours;
  try {
    const own = JSON.parse(await readFile(join(from, "generation_config.json"), "utf8"));
    return { do_sample: ours.do_sample, top_k: ours.top_k, ...own };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    return ours;
  }
}

/** tokenizer.json with every key that the tokenizers library asks for. */
function tokenizerJson({ json }: TokenizerParts): unknown {
  const addedToken = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  const byteLevel = { add_prefix_space: false, trim_offsets: true, use_regex: true };
  const decoder = json.decoder as { readonly type: string };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: (json.added_tokens ?? []).map(({ id, content, special }) => ({
      id,
      content,
      ...addedToken,
      special,
    })),
    normalizer: json.normalizer ?? null,
    pre_tokenizer: json.pre_tokenizer,
    post_processor: null,
    decoder: decoder.type === "ByteLevel" ? { ...decoder, ...byteLevel } : decoder,
    model: {
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ...json.model,
    },
  };
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, null, 1)}\n`);
}

async function copyIfThere(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
  }
}
