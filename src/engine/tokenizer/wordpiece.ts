/**
 * Text to word pieces, as BERT's tokenizer does it in transformers (test/parity/embedding.test.ts): text is cleaned, lower
 * case and without accents, cut at white space and signs, and each word into the longest pieces that the vocabulary has.
 * Words and pieces are those of @huggingface/tokenizers; the cleaning is written here, as the library's differs from the
 * original in what it lowers (a last sigma) and in Chinese beyond the first plane.
 *
 * Departs from transformers: `[SEP]` and its kind in a text are data, as everywhere in the engine.
 */
import { join } from "node:path";
import { Tokenizer as Library } from "@huggingface/tokenizers";
import { z } from "zod";
import { describeError, SeasError } from "../../errors.ts";
import { readJson } from "./from-folder.ts";

/** Text to ids of word pieces. */
export interface WordPieces {
  /** Ids are 0 … vocabSize − 1. */
  readonly vocabSize: number;
  /** Ids from [CLS] to [SEP], these two included; of a longer text the first `most`, the last of which is [SEP]. */
  encode(text: string, most: number): number[];
}

const WordPieceJson = z.looseObject({
  normalizer: z.looseObject({
    type: z.literal("BertNormalizer"),
    lowercase: z.literal(true),
    clean_text: z.literal(true),
    handle_chinese_chars: z.literal(true),
    strip_accents: z.literal(true).nullish(),
  }),
  pre_tokenizer: z.looseObject({ type: z.literal("BertPreTokenizer") }),
  model: z.looseObject({
    type: z.literal("WordPiece").default("WordPiece"),
    unk_token: z.string(),
    vocab: z.record(z.string(), z.number().int().nonnegative()),
  }),
});

/**
 * The tokenizer of a BERT folder.
 *
 * @param folder holds tokenizer.json
 * @throws SeasError E_MODEL when it is missing, or is none that lowers case and cuts word pieces
 */
export async function wordPiecesFromFolder(folder: string): Promise<WordPieces> {
  const path = join(folder, "tokenizer.json");
  const json = await readJson(path, WordPieceJson);
  if (json === undefined) throw new SeasError("E_MODEL", `${path} is missing`);
  const { vocab, unk_token: unknownToken } = json.model;
  const idOf = (token: string): number => {
    const id = Object.hasOwn(vocab, token) ? vocab[token] : undefined;
    if (id === undefined) throw new SeasError("E_MODEL", `${path}: the vocabulary has no ${token}`);
    return id;
  };
  const [first, last, unknown] = [idOf("[CLS]"), idOf("[SEP]"), idOf(unknownToken)];
  const { pre_tokenizer: words, model } = openLibrary(path, json);
  return {
    vocabSize: Object.values(vocab).reduce((most, id) => Math.max(most, id + 1), 0),
    encode(text, most) {
      const ids: number[] = [];
      for (const word of words!.pre_tokenize(cleaned(text))) {
        // Word by word: of a very long text only the beginning is cut into pieces.
        ids.push(...model!._call([word]).map((piece: string) => model!.tokens_to_ids.get(piece) ?? unknown));
        if (ids.length > most - 2) break;
      }
      return [first, ...ids.slice(0, most - 2), last];
    },
  };
}

function openLibrary(path: string, json: z.infer<typeof WordPieceJson>): Library {
  try {
    return new Library({ ...json, normalizer: null, post_processor: null, decoder: null, added_tokens: [] }, {});
  } catch (cause) {
    throw new SeasError("E_MODEL", `${path}: ${describeError(cause)}`, { cause });
  }
}

/** Without control characters, with blanks around Chinese, without accents, in lower case, as BertNormalizer of tokenizers. */
function cleaned(text: string): string {
  const plain = text
    .replace(/[\u{fffd}\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, (sign) => (/[\t\n\r]/.test(sign) ? " " : ""))
    .replace(/\s/g, " ")
    .replace(chinese, " $& ")
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "");
  // Sign by sign, so that a sigma at the end of a word is like any other.
  return plain.replace(/\p{Changes_When_Lowercased}/gu, (letter) => letter.toLowerCase());
}

const chinese =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;
