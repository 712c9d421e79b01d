/**
 * Text that is judged is written by models that are trained to deceive. In a guard's chat template it would stand beside
 * control tokens, which a server reads wherever they stand: an answer that holds them could end its own turn and write
 * the verdict. Here they lose their brackets, and invisible characters, which hide words from a reader, are removed.
 */

/** Control tokens of the chat templates in use, and of the guards' own prompts; any other `<|…|>` is taken for one too. */
const tokens = new RegExp(
  [
    String.raw`<[|\uFF5C][^<>\n]{0,64}[|\uFF5C]>`, // <|eot_id|>, <｜User｜>
    `</?(?:s|bos|eos|pad|unk|start_of_turn|end_of_turn|think|score|confidence|judge|assistant|user|system)>`,
    `<(?:BEGIN|END) [A-Z ]{1,40}>`, // Llama Guard's sections
    String.raw`\[/?(?:INST|SYS|AVAILABLE_TOOLS|TOOL_RESULTS|TOOL_CALLS)\]`,
    `<</?SYS>>`,
  ].join("|"),
  "giu",
);

/** Characters that take no place: zero width, direction marks, tags, controls other than tab and line break. */
const invisible = /[\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF\u{E0000}-\u{E007F}\p{Cc}]/gu;

/** The text with control tokens made harmless, still readable: `<|eot_id|>` becomes `‹|eot_id|›`. */
export function harmless(text: string): string {
  const seen = text.replace(invisible, (c) => (c === "\n" || c === "\t" ? c : ""));
  return seen.replace(tokens, (token) =>
    token.replace(/[<>[\]\uFF5C|]/gu, (c) => ({ "<": "‹", ">": "›", "[": "⟦", "]": "⟧" })[c] ?? "¦"),
  );
}

/** The text between two lines that it cannot contain. */
export function fence(text: string, nonce: string): string {
  return `[${nonce}]\n${harmless(text).replaceAll(nonce, "")}\n[/${nonce}]`;
}
