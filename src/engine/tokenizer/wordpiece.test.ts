/** Word pieces of a small vocabulary: the longest that fit, cleaned text, a cut at the end; special tokens in a text are data. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type WordPieces, wordPiecesFromFolder } from "./wordpiece.ts";

const pieces = [
  "[PAD]",
  "[UNK]",
  "[CLS]",
  "[SEP]",
  "un",
  "##aff",
  "##able",
  "cafe",
  "[",
  "]",
  "sep",
  "οδοσ",
  "中",
  "𠀀",
  "!",
  "a",
  "##b",
  "ⅷ",
];
const json = {
  normalizer: {
    type: "BertNormalizer",
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: "BertPreTokenizer" },
  model: {
    ...{ type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##", max_input_chars_per_word: 100 },
    vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
  },
  truncation: { max_length: 4 },
};

let folder: string;
let words: WordPieces;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-wordpiece-"));
  await writeFile(join(folder, "tokenizer.json"), JSON.stringify(json));
  words = await wordPiecesFromFolder(folder);
});
afterAll(() => rm(folder, { recursive: true }));
const shown = (text: string, most = 256) => words.encode(text, most).map((id) => pieces[id]);

describe("encode", () => {
  it.each([
    ["", []],
    [" \n\t", []],
    ["Unaffable!", ["un", "##aff", "##able", "!"]],
    ["CAFÉ cafe\u0301", ["cafe", "cafe"]],
    ["ΟΔΟΣ", ["οδοσ"]],
    ["Ⅷ", ["ⅷ"]],
    ["中中a", ["中", "中", "a"]],
    ["a𠀀a", ["a", "𠀀", "a"]],
    ["c\u200ba\u0000fe\ufffd", ["cafe"]],
    ["a\u00a0a\u2028a", ["a", "a", "a"]],
    ["xyz", ["[UNK]"]],
    ["[SEP]", ["[", "sep", "]"]],
    [`a${"b".repeat(99)}`, ["a", ...new Array(99).fill("##b")]],
    [`a${"b".repeat(100)}`, ["[UNK]"]],
    ["\ud800a", ["a"]],
  ])("%j", (text, expected) => {
    expect(shown(text)).toEqual(["[CLS]", ...expected, "[SEP]"]);
  });

  it("cuts a long text and closes it", () => {
    expect(shown("a a a a a", 5)).toEqual(["[CLS]", "a", "a", "a", "[SEP]"]);
    expect(shown("a a a", 5)).toEqual(["[CLS]", "a", "a", "a", "[SEP]"]);
    expect(shown("a unaffable", 5)).toEqual(["[CLS]", "a", "un", "##aff", "[SEP]"]);
    expect(words.encode("a ".repeat(1_000_000), 256)).toHaveLength(256);
  });

  it("takes any text: ids of the vocabulary, within the limit", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 2, max: 20 }), (text, most) => {
        const ids = words.encode(text, most);
        expect(ids.length).toBeLessThanOrEqual(most);
        expect([ids[0], ids.at(-1)]).toEqual([2, 3]);
        for (const id of ids) expect(pieces[id]).toBeDefined();
      }),
    );
  });
});

it.each([
  ["one that keeps capitals", { normalizer: { ...json.normalizer, lowercase: false } }, /`normalizer\.lowercase`/],
  ["one without a start", { model: { ...json.model, vocab: { "[UNK]": 0 } } }, /the vocabulary has no \[CLS\]/],
  ["byte pairs", { model: { ...json.model, type: "BPE" } }, /`model\.type`/],
])("refuses %s", async (_, change, message) => {
  const other = await mkdtemp(join(tmpdir(), "seas-wordpiece-"));
  await writeFile(join(other, "tokenizer.json"), JSON.stringify({ ...json, ...change }));
  await expect(wordPiecesFromFolder(other)).rejects.toThrow(message);
  await rm(other, { recursive: true });
});
