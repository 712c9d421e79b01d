/**
 * The tokenizer that a GGUF file carries in its metadata: byte-level BPE (`tokenizer.ggml.model` = "gpt2") or a
 * SentencePiece vocabulary ("llama").
 */
import { SeasError } from "../../errors.ts";
import { namedPreTokenizer } from "./pre-tokenizer.ts";
import { aroundPieces, asText, mergesOf } from "./sentencepiece.ts";
import { createTokenizer, type Tokenizer, type TokenizerParts } from "./tokenizer.ts";

/** llama.cpp's token types. */
const normal = 1;
const control = 3;
const userDefined = 4;

/**
 * @param metadata the key-value pairs of the file
 * @param source named in errors
 * @throws SeasError E_MODEL for an unknown tokenizer, a key that is missing or of the wrong type, ids out of range
 */
export function tokenizerFromGguf(metadata: ReadonlyMap<string, unknown>, source: string): Tokenizer {
  return createTokenizer(partsFromGguf(metadata, source));
}

/** What {@link tokenizerFromGguf} makes a tokenizer of; parameters and errors are the same. */
export function partsFromGguf(metadata: ReadonlyMap<string, unknown>, source: string): TokenizerParts {
  const fail = (what: string): never => {
    throw new SeasError("E_MODEL", `${source}: ${what}`, {
      hint: "a Hugging Face folder with tokenizer.json works too",
    });
  };
  const strings = (key: string): readonly string[] => {
    const value = metadata.get(key);
    if (!Array.isArray(value) || value.some((entry) => typeof entry !== "string"))
      return fail(`${key} is not a list of strings`);
    return value as string[];
  };
  const tokens = strings("tokenizer.ggml.tokens");
  const types = Array.from((metadata.get("tokenizer.ggml.token_type") ?? []) as ArrayLike<number>, Number);
  if (types.length !== 0 && types.length !== tokens.length) {
    fail(`tokenizer.ggml.token_type has ${types.length} entries for ${tokens.length} tokens`);
  }
  const named = (key: string): string | undefined => {
    const id = metadata.get(`tokenizer.ggml.${key}_token_id`);
    if (id === undefined) return undefined;
    return (
      tokens[Number(id)] ?? fail(`tokenizer.ggml.${key}_token_id is ${String(id)}, there are ${tokens.length} tokens`)
    );
  };
  const template = metadata.get("tokenizer.chat_template");
  const isAdded = (id: number) => types[id] === control || types[id] === userDefined;
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));

  const byteLevelParts = () => {
    const pre = metadata.get("tokenizer.ggml.pre") ?? "gpt-2";
    const preTokenizer =
      namedPreTokenizer(String(pre)) ?? fail(`tokenizer.ggml.pre is ${JSON.stringify(pre)}, which is not known`);
    const merges = strings("tokenizer.ggml.merges").map((merge, i) => {
      const at = merge.indexOf(" ", 1);
      return at < 0
        ? fail(`tokenizer.ggml.merges[${i}] is ${JSON.stringify(merge)}, not two words`)
        : [merge.slice(0, at), merge.slice(at + 1)];
    });
    return {
      model: { type: "BPE", vocab, merges, ignore_merges: preTokenizer.ignoreMerges },
      normalizer: preTokenizer.normalizer,
      pre_tokenizer: preTokenizer.json,
      decoder: { type: "ByteLevel" },
      textOf: (token: string) => token,
    };
  };
  const piecesParts = () => {
    const scores = metadata.get("tokenizer.ggml.scores") as ArrayLike<number> | undefined;
    if (scores?.length !== tokens.length || types.length === 0)
      return fail("tokenizer.ggml.scores and token_type must have an entry for each token");
    const merges = mergesOf({ tokens, scores, ordinary: (id) => types[id] === normal });
    return {
      model: { type: "BPE", vocab, merges, byte_fallback: true, unk_token: named("unknown") },
      ...aroundPieces(metadata.get("tokenizer.ggml.add_space_prefix") !== false),
      textOf: asText,
    };
  };
  const model = metadata.get("tokenizer.ggml.model");
  if (model !== "gpt2" && model !== "llama")
    fail(
      `tokenizer.ggml.model is ${JSON.stringify(model)}, only "gpt2" (byte-level BPE) and "llama" (SentencePiece) are supported`,
    );
  const { textOf, ...json } = model === "gpt2" ? byteLevelParts() : piecesParts();

  return {
    json: {
      ...json,
      added_tokens: tokens.flatMap((token, id) =>
        isAdded(id) ? [{ id, content: textOf(token), special: types[id] === control }] : [],
      ),
    },
    chatTemplate: typeof template === "string" ? template : undefined,
    tokens: {
      bos_token: named("bos"),
      eos_token: named("eos"),
      pad_token: named("padding"),
      unk_token: named("unknown"),
    },
    eosIds: [],
  };
}
