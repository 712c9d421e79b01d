/**
 * The `pre_tokenizer` of tokenizer.json, said again in patterns whose classes are Unicode's.
 * The JavaScript library splits `Digits` at ASCII digits only and `ByteLevel` at JavaScript's white space (which has
 * U+FEFF and lacks U+0085); the original splits at every number and at Unicode's white space. Its `Split` is exact, so
 * both are written as `Split`.
 */

type Json = { readonly [key: string]: unknown };

/** Words of GPT-2's byte-level pre-tokenizer: contractions, letters, numbers, the rest, white space. */
const byteLevelWords = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

const isolate = (pattern: string) => ({
  type: "Split",
  pattern: { Regex: pattern },
  behavior: "Isolated",
  invert: false,
});

/** The same pre-tokenizer in terms that the library gets right; types it has no trouble with pass unchanged. */
export function exactPreTokenizer(node: unknown): unknown {
  if (typeof node !== "object" || node === null) return null;
  const given = node as Json;
  switch (given.type) {
    case "Sequence":
      return { type: "Sequence", pretokenizers: ((given.pretokenizers ?? []) as unknown[]).map(exactPreTokenizer) };
    case "Digits":
      return isolate(given.individual_digits === true ? "\\p{N}" : "\\p{N}+");
    case "ByteLevel": {
      if (given.use_regex === false || given.add_prefix_space === true) return given;
      return { type: "Sequence", pretokenizers: [isolate(byteLevelWords), { ...given, use_regex: false }] };
    }
    default:
      return given;
  }
}

/**
 * The pre-tokenizer that a GGUF file names in `tokenizer.ggml.pre`, as tokenizer.json would say it.
 *
 * @returns undefined for a name that is not known here
 */
export function namedPreTokenizer(
  name: string,
): { readonly json: unknown; readonly normalizer: unknown; readonly ignoreMerges: boolean } | undefined {
  const byteLevel = (useRegex: boolean) => ({
    type: "ByteLevel",
    add_prefix_space: false,
    trim_offsets: true,
    use_regex: useRegex,
  });
  switch (name) {
    case "gpt-2":
      return { json: byteLevel(true), normalizer: null, ignoreMerges: false };
    case "smollm":
      return {
        json: { type: "Sequence", pretokenizers: [{ type: "Digits", individual_digits: true }, byteLevel(true)] },
        normalizer: null,
        ignoreMerges: false,
      };
    case "llama-bpe":
    case "llama3":
    case "llama-v3": {
      const words =
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
      return {
        json: { type: "Sequence", pretokenizers: [isolate(words), byteLevel(false)] },
        normalizer: null,
        ignoreMerges: true,
      };
    }
    case "qwen2": {
      const words =
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
      const json = { type: "Sequence", pretokenizers: [isolate(words), byteLevel(false)] };
      return { json, normalizer: { type: "NFC" }, ignoreMerges: false };
    }
    default:
      return undefined;
  }
}
