/**
 * The tokenizer on a vocabulary of single bytes and a few merges: what is data stays data, words split as in the original.
 * Parity with transformers on a real vocabulary: test/parity/tokenizer.test.ts.
 */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tokenizerFromFolder } from "./from-folder.ts";
import { tokenizerFromGguf } from "./from-gguf.ts";
import { createTokenizer, type TokenizerParts } from "./tokenizer.ts";

/** Byte-level letters by byte. */
const letters = (() => {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode((byte > 32 && byte < 127) || (byte > 160 && byte !== 173) ? byte : next++),
  );
})();
const specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
const merged = ["ĠĠ", "!!", "Ġ1", "12", "ab"];
const merges = ["Ġ Ġ", "! !", "Ġ 1", "1 2", "a b"];
const tokens = [...specials, ...letters, ...merged];
const id = (token: string) => tokens.indexOf(token);
const template =
  "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nBe kind<|im_end|>\n' }}{% endif %}" +
  "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

function metadata(over: Readonly<Record<string, unknown>> = {}): Map<string, unknown> {
  return new Map(
    Object.entries({
      "tokenizer.ggml.model": "gpt2",
      "tokenizer.ggml.pre": "smollm",
      "tokenizer.ggml.tokens": tokens,
      "tokenizer.ggml.merges": merges,
      "tokenizer.ggml.token_type": tokens.map((_, i) => (i < specials.length ? 3 : 1)),
      "tokenizer.ggml.eos_token_id": 2,
      "tokenizer.ggml.padding_token_id": 2,
      "tokenizer.chat_template": template,
      ...over,
    }),
  );
}

const tokenizer = tokenizerFromGguf(metadata(), "m.gguf");

describe("encode and decode", () => {
  it("know their ids", () => {
    expect([tokenizer.vocabSize, tokenizer.eosIds, tokenizer.padId]).toEqual([tokens.length, [2, 0], 2]);
  });

  it("round-trip any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
    );
  });

  it("read special tokens only when asked", () => {
    expect(tokenizer.encode("a<|im_end|>", { special: true })).toEqual([id("a"), 2]);
    expect(tokenizer.encode("a<|im_end|>")).toHaveLength(11);
    expect(tokenizer.decode([id("a"), 2, id("b")])).toBe("ab");
    expect(tokenizer.decode([id("a"), 2, id("b")], { skipSpecial: false })).toBe("a<|im_end|>b");
  });

  it("never make a special token of data", () => {
    const piece = fc.constantFrom(...specials, "<|", "im_end", "|>", "<", " ", "\n", "a", "\uFDD0", "\uFDD1", "0");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        expect(tokenizer.encode(pieces.join("")).filter((t) => t < specials.length)).toEqual([]);
      }),
    );
  });

  it("split at every number and at Unicode's white space", () => {
    expect(tokenizer.encode(" 12")).toEqual([id("Ġ"), id("1"), id("2")]);
    expect(tokenizer.encode("!!٣!!")).toHaveLength(4);
    expect(tokenizer.encode("  1")).toEqual([id("ĠĠ"), id("1")]);
    // U+0085 is white space, so the two spaces before it stay one word with it; U+FEFF is not.
    expect(tokenizer.encode("  \u0085")).toEqual([id("ĠĠ"), id(letters[0xc2]!), id(letters[0x85]!)]);
    expect(tokenizer.encode("  \uFEFF")[0]).toBe(id("Ġ"));
  });

  it("leaves out ids beyond the vocabulary and turns broken UTF-8 into U+FFFD", () => {
    expect(tokenizer.decode([id("a"), 100_000])).toBe("a");
    expect(tokenizer.decode([id(letters[0xe2]!), id("a")])).toBe("\uFFFDa");
    expect(tokenizer.decode([])).toBe("");
  });

  it("drop bytes that the vocabulary lacks before merging", () => {
    const lacking = tokens.map((token) => (token === letters[4] ? "unused" : token));
    const poor = tokenizerFromGguf(metadata({ "tokenizer.ggml.tokens": lacking }), "m.gguf");
    expect(poor.encode("!\x04!")).toEqual([id("!!")]);
  });
});

describe("chat", () => {
  const say = (content: string, role: "user" | "system" | "assistant" = "user") => ({ role, content });

  it("is the template's text, with the model's own system prompt kept", () => {
    const text = tokenizer.chatText([say("hi")], { addGenerationPrompt: true });
    expect(text).toBe("<|im_start|>system\nBe kind<|im_end|>\n<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n");
    expect(tokenizer.chat([say("hi")], { addGenerationPrompt: true })).toEqual(
      tokenizer.encode(text, { special: true }),
    );
    expect(tokenizer.chatText([say("x", "system")], { addGenerationPrompt: false })).toBe(
      "<|im_start|>system\nx<|im_end|>\n",
    );
  });

  it("joins contents to the text around them as one piece", () => {
    for (const content of ["  two", "\nx", "x  ", "   ", "", "1"]) {
      const text = tokenizer.chatText([say(content)], { addGenerationPrompt: true });
      expect(tokenizer.chat([say(content)], { addGenerationPrompt: true })).toEqual(
        tokenizer.encode(text, { special: true }),
      );
    }
  });

  it("has the template's special tokens and no others, whatever the contents are", () => {
    const piece = fc.constantFrom(
      ...specials,
      "<|im_",
      "end|>",
      "<|",
      "|>",
      "<",
      ">",
      "im_end",
      " ",
      "\n",
      "\uFDD00\uFDD1",
      "\uFDD0",
      "a",
    );
    const content = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(fc.array(content, { minLength: 1, maxLength: 3 }), (contents) => {
        const messages = contents.map((text, i) => say(text, i % 2 === 0 ? "user" : "assistant"));
        const ids = tokenizer.chat(messages, { addGenerationPrompt: true });
        expect(ids.filter((t) => t < specials.length)).toEqual([1, 2, ...contents.flatMap(() => [1, 2]), 1]);
        expect(tokenizer.decode(ids, { skipSpecial: false })).toBe(
          tokenizer.chatText(messages, { addGenerationPrompt: true }),
        );
      }),
    );
  });

  it("holds where a template puts contents next to each other, and lets it trim", () => {
    const bare = tokenizerFromGguf(
      metadata({ "tokenizer.chat_template": "{% for m in messages %}<{{ m.content | trim }}{% endfor %}" }),
      "m",
    );
    expect(bare.chat([say("|im_end|>")], { addGenerationPrompt: false }).filter((t) => t < 3)).toEqual([]);
    expect(bare.chat([say(" <|im_ "), say(" |end|> ")], { addGenerationPrompt: false }).filter((t) => t < 3)).toEqual(
      [],
    );
    expect(bare.decode(bare.chat([say(" a ")], { addGenerationPrompt: false }))).toBe("<a");
  });

  it("names a model without a template and a template that refuses", () => {
    const none = tokenizerFromGguf(metadata({ "tokenizer.chat_template": undefined }), "m");
    expect(() => none.chat([say("x")], { addGenerationPrompt: true })).toThrow("this model has no chat template");
    const refusing = tokenizerFromGguf(
      metadata({ "tokenizer.chat_template": "{{ raise_exception('no system') }}" }),
      "m",
    );
    expect(() => refusing.chatText([say("x")], { addGenerationPrompt: true })).toThrow(
      /refuses messages of the roles \[user\].*no system/,
    );
    expect(() => tokenizerFromGguf(metadata({ "tokenizer.chat_template": "{% for" }), "m")).toThrow(
      /template cannot be read/,
    );
  });
});

describe("where tokenizers come from", () => {
  it.each<[string, Record<string, unknown>]>([
    ['tokenizer.ggml.model is "bert"', { "tokenizer.ggml.model": "bert" }],
    ['tokenizer.ggml.pre is "other"', { "tokenizer.ggml.pre": "other" }],
    ["tokenizer.ggml.tokens is not a list of strings", { "tokenizer.ggml.tokens": undefined }],
    ['tokenizer.ggml.merges[1] is "x", not two words', { "tokenizer.ggml.merges": ["a b", "x"] }],
    ["tokenizer.ggml.token_type has 1 entries for 264 tokens", { "tokenizer.ggml.token_type": [1] }],
    ["tokenizer.ggml.eos_token_id is 999, there are 264 tokens", { "tokenizer.ggml.eos_token_id": 999 }],
  ])("GGUF: %s", (message, over) => {
    expect(() => tokenizerFromGguf(metadata(over), "m.gguf")).toThrow(`m.gguf: ${message}`);
  });

  it("a Hugging Face folder makes the same tokenizer as GGUF", async () => {
    const folder = await mkdtemp(join(tmpdir(), "seas-tokenizer-"));
    await expect(tokenizerFromFolder(folder)).rejects.toThrow(/tokenizer\.json is missing/);
    const json: TokenizerParts["json"] = {
      model: {
        type: "BPE",
        vocab: Object.fromEntries(tokens.map((token, i) => [token, i])),
        merges,
        unk_token: "<|endoftext|>",
      },
      added_tokens: specials.map((content, i) => ({ id: i, content, special: true })),
      pre_tokenizer: {
        type: "Sequence",
        pretokenizers: [
          { type: "Digits", individual_digits: true },
          { type: "ByteLevel", add_prefix_space: false, use_regex: true },
        ],
      },
      decoder: { type: "ByteLevel" },
    };
    await writeFile(join(folder, "tokenizer.json"), JSON.stringify(json));
    await writeFile(
      join(folder, "tokenizer_config.json"),
      JSON.stringify({ eos_token: { content: "<|im_end|>" }, chat_template: template }),
    );
    const other = await tokenizerFromFolder(folder);
    const messages = [{ role: "user" as const, content: "ab  12!! <|im_end|> é\u0085" }];
    expect(other.chat(messages, { addGenerationPrompt: true })).toEqual(
      tokenizer.chat(messages, { addGenerationPrompt: true }),
    );
    expect([other.eosIds, other.padId]).toEqual([tokenizer.eosIds, tokenizer.padId]);
    await writeFile(join(folder, "tokenizer.json"), '{"model": {"vocab": []}}');
    await expect(tokenizerFromFolder(folder)).rejects.toThrow(/tokenizer\.json: `model\.vocab`/);
  });

  it("reads added tokens that are not special as words, stripping where they say so", () => {
    const parts: TokenizerParts = {
      json: {
        model: { type: "BPE", vocab: Object.fromEntries(letters.map((letter, i) => [letter, i])), merges: [] },
        added_tokens: [
          { id: 300, content: "<think>", rstrip: true },
          { id: 301, content: "</s>", special: true, lstrip: true },
        ],
        decoder: { type: "ByteLevel" },
        pre_tokenizer: { type: "ByteLevel", add_prefix_space: false },
      },
      chatTemplate: undefined,
      tokens: {},
      eosIds: [],
    };
    const own = createTokenizer(parts);
    expect(own.encode("<think> a </s>", { special: true })).toEqual([300, 97, 301]);
    expect(own.encode("<think>a")).toEqual([300, 97]);
    expect(own.eosIds).toEqual([301]);
    expect(() => createTokenizer({ ...parts, json: { ...parts.json, added_tokens: [] } })).toThrow(
      /no token that ends an answer/,
    );
  });
});
