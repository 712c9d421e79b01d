/**
 * Text to token ids and back, as transformers does it (test/parity/tokenizer.test.ts). Normalizer, words, merges and
 * decoder are those of @huggingface/tokenizers; added tokens are cut out here, because the library knows no text that is
 * only data: here nothing a user or model wrote becomes a control token unless the caller asks for it.
 */
import { Tokenizer as Library } from "@huggingface/tokenizers";
import { describeError, SeasError } from "../../errors.ts";
import type { Message } from "../../records.ts";
import { type AddedToken, addedTokenPattern, addedTokenSplitter, type Piece } from "./added-tokens.ts";
import { chatRenderer, markContent, unusedMark } from "./chat-template.ts";
import { exactPreTokenizer } from "./pre-tokenizer.ts";

/** Text to ids and back. */
export interface Tokenizer {
  /** Ids are 0 … vocabSize − 1. */
  readonly vocabSize: number;
  /** Ids that end an answer, the chat turn's own first; never empty. */
  readonly eosIds: readonly number[];
  /** Fills a batch. */
  readonly padId: number;
  /** Ids of a text without a start token; with `special`, the text's special tokens are read as such, else it is data. */
  encode(text: string, options?: { readonly special?: boolean }): number[];
  /** Text of ids; broken UTF-8 becomes U+FFFD; ids outside the vocabulary are left out. `skipSpecial` is true unless said. */
  decode(ids: readonly number[], options?: { readonly skipSpecial?: boolean }): string;
  /** Ids of a conversation under the model's chat template; contents are data. Throws SeasError E_MODEL as chatText does. */
  chat(messages: readonly Message[], options: { readonly addGenerationPrompt: boolean }): number[];
  /** The template's text as transformers renders it. Throws SeasError E_MODEL when there is no template, or it refuses. */
  chatText(messages: readonly Message[], options: { readonly addGenerationPrompt: boolean }): string;
}

/** What a tokenizer is made of, wherever it came from. */
export interface TokenizerParts {
  /** The object in tokenizer.json. */
  readonly json: {
    readonly model: Readonly<Record<string, unknown>>;
    readonly added_tokens?: readonly (Partial<AddedToken> & Pick<AddedToken, "id" | "content">)[];
    readonly [key: string]: unknown;
  };
  readonly chatTemplate: string | undefined;
  /** bos_token, eos_token, pad_token, unk_token. */
  readonly tokens: Readonly<Record<string, string | undefined>>;
  /** Ids that end an answer by the model's own word, besides eos_token. */
  readonly eosIds: readonly number[];
}

/** Tokens that end a turn or a text in the families we know, beside what the model's files say. */
const endings = ["<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end_of_text|>", "<end_of_turn>", "</s>"];

/**
 * A tokenizer from its parts.
 *
 * @throws SeasError E_MODEL when the parts do not make one: unknown types, no end token
 */
export function createTokenizer(parts: TokenizerParts): Tokenizer {
  const vocab = parts.json.model.vocab;
  if (typeof vocab !== "object" || vocab === null || Array.isArray(vocab)) {
    throw new SeasError(
      "E_MODEL",
      `tokenizer: model.vocab must map tokens to ids (BPE); model.type is ${JSON.stringify(parts.json.model.type)}`,
    );
  }
  const words = new Map(Object.entries(vocab as Record<string, number>));
  const added = (parts.json.added_tokens ?? []).map((token) => ({
    special: false,
    lstrip: false,
    rstrip: false,
    ...token,
  }));
  const idOf = (token: string | undefined) =>
    token === undefined ? undefined : (added.find((a) => a.content === token)?.id ?? words.get(token));

  const specials = added.filter((token) => token.special);
  const ended = endings.filter((token) => specials.some((s) => s.content === token)).map(idOf);
  const eosIds = [...new Set([idOf(parts.tokens.eos_token), ...parts.eosIds, ...ended])].filter(
    (id) => id !== undefined,
  );
  const firstEos = eosIds[0];
  if (firstEos === undefined) throw new SeasError("E_MODEL", "tokenizer: no token that ends an answer is named");

  const unknown = parts.json.model.unk_token;
  const library = openLibrary(parts, words, added, (token) => token !== unknown || eosIds.includes(idOf(token)!));
  const encodeWords = dataEncoder(library, parts.json.decoder);
  const splitOrdinary = addedTokenSplitter(added.filter((token) => !token.special));
  const splitAll = addedTokenSplitter(added);
  const splitSpecial = addedTokenSplitter(specials);
  const specialPattern = specials.length > 0 ? addedTokenPattern(specials) : undefined;
  const render = chatRenderer(parts.chatTemplate, parts.tokens);
  const contents = new Map(added.map((token) => [token.id, token.content]));
  const specialIds = new Set(specials.map((token) => token.id));

  const encodePieces = (pieces: readonly Piece[], data: (text: string) => number[]) =>
    pieces.flatMap((piece) => (typeof piece === "number" ? [piece] : data(piece)));
  const encodeData = (text: string) => encodePieces(splitOrdinary(text), encodeWords);

  return {
    vocabSize: [...words.values(), ...contents.keys()].reduce((most, id) => Math.max(most, id + 1), 0),
    eosIds,
    padId: idOf(parts.tokens.pad_token) ?? firstEos,
    encode: (text, options) =>
      options?.special === true ? encodePieces(splitAll(text), encodeWords) : encodeData(text),
    decode(ids, options) {
      const skipSpecial = options?.skipSpecial ?? true;
      let text = "";
      let run: number[] = [];
      const flush = () => {
        if (run.length > 0) text += library.decode(run, { clean_up_tokenization_spaces: false });
        run = [];
      };
      for (const id of ids) {
        const content = contents.get(id);
        if (content === undefined) {
          if (library.id_to_token(id) !== undefined) run.push(id);
        } else if (!(skipSpecial && specialIds.has(id))) {
          flush();
          text += content;
        }
      }
      flush();
      return text;
    },
    chat(messages, { addGenerationPrompt }) {
      const mark = unusedMark([parts.chatTemplate ?? "", ...messages.map((message) => message.content)]);
      const marked = messages.map((m) => ({ role: m.role, content: markContent(m.content, mark, specialPattern) }));
      return encodePieces(splitSpecial(render(marked, addGenerationPrompt)), (text) =>
        encodeData(text.replaceAll(mark, "")),
      );
    },
    chatText: (messages, { addGenerationPrompt }) => render(messages, addGenerationPrompt),
  };
}

/** The library's tokenizer without added tokens: what `hidden` names is not even in its vocabulary, so data cannot reach it. */
function openLibrary(
  parts: TokenizerParts,
  words: ReadonlyMap<string, number>,
  added: readonly AddedToken[],
  hidden: (token: string) => boolean,
): Library {
  const kept = new Map(words);
  for (const token of added) if (token.special && hidden(token.content)) kept.delete(token.content);
  const { unk_token: unknown, ...model } = parts.json.model;
  const json = {
    normalizer: null,
    post_processor: null,
    decoder: null,
    ...parts.json,
    pre_tokenizer: exactPreTokenizer(parts.json.pre_tokenizer),
    added_tokens: [],
    model: { ...model, ...(kept.has(String(unknown)) && { unk_token: unknown }), vocab: Object.fromEntries(kept) },
  };
  try {
    return new Library(json, {});
  } catch (cause) {
    throw new SeasError("E_MODEL", `tokenizer: ${describeError(cause)}`, { cause });
  }
}

/** Ids of text that is all data. Bytes that the vocabulary lacks vanish before merging, as in the original. */
function dataEncoder(library: Library, decoder: unknown): (text: string) => number[] {
  const { normalizer, pre_tokenizer: preTokenizer } = library;
  const model = library.model!;
  const missing = JSON.stringify(decoder ?? null).includes('"ByteLevel"')
    ? missingBytes(model.tokens_to_ids)
    : undefined;
  return (text) => {
    if (text === "") return [];
    const normal = normalizer === null ? text : normalizer(text);
    let pieces: string[] = preTokenizer === null ? [normal] : preTokenizer.pre_tokenize(normal);
    if (missing !== undefined) pieces = pieces.map((piece) => piece.replace(missing, ""));
    return model._call(pieces).flatMap((token: string) => model.tokens_to_ids.get(token) ?? []);
  };
}

/** A pattern of the byte-level letters (printable Latin-1 as it is, the others from U+0100 on) that are in no vocabulary entry of one letter. */
function missingBytes(vocab: ReadonlyMap<string, number>): RegExp | undefined {
  const letters: string[] = [];
  for (let byte = 0, next = 256; byte < 256; byte++) {
    const printable = (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
    const letter = String.fromCharCode(printable ? byte : next++);
    if (!vocab.has(letter)) letters.push(letter.replace(/[\\\]^-]/, "\\$&"));
  }
  return letters.length === 0 ? undefined : new RegExp(`[${letters.join("")}]`, "g");
}
