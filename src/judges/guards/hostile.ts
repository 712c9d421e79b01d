/**
 * Text that is judged is written by models that are trained to deceive. In a guard's chat template it would stand beside
 * control tokens, which a server reads wherever they stand: an answer that holds them could end its own turn and write
 * the verdict. Here they lose their brackets. Lines that look like a turn, a section or a verdict of a guard's own prompt
 * become quotations, so that an answer cannot go on with the conversation in which it is judged, and a guard that repeats it
 * repeats no verdict. Invisible characters, which hide words from a reader, are removed.
 */

/** Brackets of control tokens, also the wide ones, which some tokenizers take for the others. */
const open = String.raw`[<\uFF1C]`;
const close = String.raw`[>\uFF1E]`;
const bar = String.raw`[|\uFF5C]`;

/** Control tokens of the chat templates in use, and of the guards' own prompts; whatever has `<|` or `|>` is taken for one. */
const tokens = new RegExp(
  [
    `${open}${bar}[^<>\\n]{0,64}${bar}${close}`, // <|eot_id|>, <｜User｜>
    `${open}${bar}|${bar}${close}`, // <|turn>, <turn|>
    `${open}/?(?:s|bos|eos|pad|unk|start_of_turn|end_of_turn|think|score|confidence|judge|assistant|user|system)${close}`,
    `${open}(?:BEGIN|END) [A-Z ]{1,40}${close}`, // sections of Llama Guard and Qwen3Guard
    String.raw`[\[\uFF3B]/?(?:INST|SYS|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS|TOOL_CALLS)[\]\uFF3D]`,
    `${open}${open}/?SYS${close}${close}`,
  ].join("|"),
  "giu",
);

/** What a token's characters become. */
const blunt: Readonly<Record<string, string>> = {
  "<": "‹",
  "\uFF1C": "‹",
  ">": "›",
  "\uFF1E": "›",
  "[": "⟦",
  "\uFF3B": "⟦",
  "]": "⟧",
  "\uFF3D": "⟧",
  "|": "¦",
  "\uFF5C": "¦",
};

/** Who speaks in the templates of Llama Guard, Qwen3Guard, ShieldGemma, Granite Guardian and in WildGuard's prompt. */
const speakers =
  "user|agent|assistant|human|human user|ai assistant|system|model|human question|chatbot response|user message|assistant message";

/** Lines by which guards tell their prompts' parts apart, and lines that are their verdicts. */
const lines = new RegExp(
  [
    `(?:${speakers})[ \\t]*:`,
    "(?:safety|categories|refusal|harmful request|response refusal|harmful response)[ \\t]*:",
    "answers:[ \\t]*$|-{3,}[ \\t]*$",
    "(?:un)?safe[ \\t]*$",
  ]
    .map((line) => `^[ \\t]*(?:${line})`)
    .join("|"),
  "gimu",
);

/** Characters that take no place: zero width, direction marks, tags, fillers, controls other than tab and line break. */
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cc}\uFFF9-\uFFFB]/gu;

/** The text made harmless, still readable: `<|eot_id|>` becomes `‹¦eot_id¦›`, a line `User: …` becomes `> User: …`. */
export function harmless(text: string): string {
  return text
    .replace(invisible, (c) => (c === "\n" || c === "\t" ? c : ""))
    .replace(tokens, (token) => [...token].map((c) => blunt[c] ?? c).join(""))
    .replace(lines, (line) => `> ${line}`);
}

/**
 * The text between two lines that it cannot contain, for prompts of ours. Their verdicts are JSON objects, so an object in
 * the text gets another brace: repeated in a reply, it is none.
 */
export function fence(text: string, nonce: string): string {
  const inside = harmless(text)
    .replaceAll(nonce, "·")
    .replace(/\{(?=\s*")/g, "⦃");
  return `[${nonce}]\n${inside}\n[/${nonce}]`;
}
