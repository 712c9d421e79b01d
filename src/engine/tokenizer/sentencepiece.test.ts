/** A SentencePiece vocabulary from GGUF: joined by score, spaces as boundaries, unknown text in bytes. */
import { describe, expect, it } from "vitest";
import { tokenizerFromGguf } from "./from-gguf.ts";
import { mergesOf } from "./sentencepiece.ts";

const bytes = Array.from({ length: 256 }, (_, b) => `<0x${b.toString(16).toUpperCase().padStart(2, "0")}>`);
const pieces = ["▁", "a", "b", "c", "ab", "bc", "▁a", "▁▁a"];
const scores = [-20, -21, -22, -23, -2, -1, -3, -4];
const tokens = ["<unk>", "<eos>", "▁▁", ...bytes, ...pieces];
const types = [3, 3, 4, ...bytes.map(() => 6), ...pieces.map(() => 1)];
const open = (over: Readonly<Record<string, unknown>> = {}) =>
  tokenizerFromGguf(
    new Map(
      Object.entries({
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.scores": [0, 0, 0, ...bytes.map(() => 0), ...scores],
        "tokenizer.ggml.token_type": types,
        "tokenizer.ggml.eos_token_id": 1,
        "tokenizer.ggml.unknown_token_id": 0,
        "tokenizer.ggml.add_space_prefix": false,
        ...over,
      }),
    ),
    "m.gguf",
  );
const words = (ids: readonly number[]) => ids.map((id) => tokens[id]);

describe("a SentencePiece vocabulary", () => {
  it("joins by score, not from the left", () => {
    expect(words(open().encode("abc"))).toEqual(["a", "bc"]);
    expect(words(open().encode("ab a"))).toEqual(["ab", "▁a"]);
  });

  it("cuts out user-defined tokens first, though text would join otherwise", () => {
    expect(words(open().encode("b  a"))).toEqual(["b", "▁▁", "a"]);
  });

  it("spells what is in no piece in bytes, and gives the text back", () => {
    expect(words(open().encode("é"))).toEqual(["<0xC3>", "<0xA9>"]);
    for (const text of ["é a", "  a\n", "<eos>", "🙂"]) expect(open().decode(open().encode(text))).toBe(text);
  });

  it("puts a space before the text where the file says so", () => {
    const prefixed = open({ "tokenizer.ggml.add_space_prefix": true });
    expect(words(prefixed.encode("ab a"))).toEqual(["▁", "ab", "▁a"]);
    expect(prefixed.decode(prefixed.encode("ab a"))).toBe("ab a");
  });

  it("wants a score for each token", () => {
    expect(() => open({ "tokenizer.ggml.scores": [1] })).toThrow("m.gguf: tokenizer.ggml.scores");
  });
});

it("mergesOf ranks every way to cut a piece by the piece's score", () => {
  const list = ["a", "b", "aa", "aab", "ab"];
  expect(mergesOf({ tokens: list, scores: [0, 0, -2, -1, -3], ordinary: () => true })).toEqual([
    ["a", "ab"],
    ["aa", "b"],
    ["a", "a"],
    ["a", "b"],
  ]);
});
