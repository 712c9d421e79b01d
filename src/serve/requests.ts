/** Bodies of the two kinds of completions, as prompts and how to sample; whatever is wrong with them is an OpenAI error. */
import { z } from "zod";
import type { Engine } from "../engine/engine.ts";
import { describeError, SeasError } from "../errors.ts";
import { promptTokens } from "../players/embedded.ts";
import type { Message } from "../records.ts";
import { badParameter } from "./errors.ts";
import { checkLength, parseBody, type Sampling, sampling, samplingOf } from "./parameters.ts";

/** The two kinds: a conversation that is answered, a text that is gone on with. */
export type Kind = "chat" | "text";

/** What a client asks for. */
export interface Request extends Sampling {
  readonly kind: Kind;
  readonly model: string;
  /** One, or several texts to go on with; each gets n answers. */
  readonly prompts: readonly (readonly number[])[];
  readonly stream: boolean;
  /** Ends a stream with the counts of tokens. */
  readonly includeUsage: boolean;
}

const part = z.looseObject({ type: z.string(), text: z.string().optional() });
const Chat = z.object({
  ...sampling,
  max_completion_tokens: sampling.max_tokens,
  messages: z
    .array(z.looseObject({ role: z.string(), content: z.union([z.string(), z.array(part)]) }))
    .min(1)
    .max(10_000),
});

const ids = z.array(z.number().int().nonnegative()).min(1);
const Text = z.object({
  ...sampling,
  prompt: z.union([z.string(), z.array(z.string()).min(1).max(128), ids, z.array(ids).min(1).max(128)]),
});

/**
 * A request from its body.
 *
 * @throws RequestError 400 naming the parameter that is wrong
 */
export function requestOf(kind: Kind, body: unknown, engine: Engine): Request {
  const given = kind === "chat" ? parseBody(Chat, body) : parseBody(Text, body);
  const prompts = "messages" in given ? [chatPrompt(given.messages, engine)] : textPrompts(given.prompt, engine);
  const tokens = Math.max(...prompts.map((prompt) => prompt.length));
  return {
    kind,
    model: given.model,
    prompts,
    stream: given.stream ?? false,
    includeUsage: given.stream_options?.include_usage ?? false,
    ...samplingOf(given, { tokens, param: kind === "chat" ? "messages" : "prompt" }, engine.base.config.maxPositions),
  };
}

function chatPrompt(messages: z.infer<typeof Chat>["messages"], engine: Engine): number[] {
  const turns = messages.map((message, i): Message => ({ role: roleOf(message, i), content: contentOf(message, i) }));
  const texts = turns.map(({ content }) => content);
  checkLength(texts, engine.base.config.maxPositions, "messages");
  try {
    return promptTokens(engine, turns);
  } catch (error) {
    // Templates refuse what they have no form for: two turns of one role, a system message.
    if (!(error instanceof SeasError)) throw error;
    throw badParameter("messages", `the model's chat template refuses these messages: ${describeError(error)}`);
  }
}

type ChatMessage = z.infer<typeof Chat>["messages"][number];

function roleOf({ role, ...more }: ChatMessage, i: number): Message["role"] {
  const calls = ["tool_calls", "function_call", "audio"].find((name) => more[name] != null);
  if (calls !== undefined) throw badParameter(`messages[${i}].${calls}`, `${calls} is not supported by this server`);
  if (role === "developer") return "system";
  if (role === "system" || role === "user" || role === "assistant") return role;
  throw badParameter(
    `messages[${i}].role`,
    `messages[${i}].role: expected system, developer, user or assistant, got ${JSON.stringify(role.slice(0, 40))}`,
  );
}

function contentOf({ content }: ChatMessage, i: number): string {
  if (typeof content === "string") return content;
  return content
    .map(({ type, text }, p) => {
      if (type === "text" && text !== undefined) return text;
      const at = `messages[${i}].content[${p}]`;
      throw badParameter(
        at,
        `${at}: only parts {type: "text", text} are supported, got ${JSON.stringify(type.slice(0, 40))}`,
      );
    })
    .join("");
}

/** Control tokens in a raw prompt are control tokens: whoever asks for raw text writes the template himself. */
function textPrompts(prompt: z.infer<typeof Text>["prompt"], { base }: Engine): number[][] {
  const { tokenizer, config } = base;
  const several = typeof prompt === "string" || typeof prompt[0] === "number" ? [prompt] : prompt;
  return several.map((one, i) => {
    const at = several === prompt ? `prompt[${i}]` : "prompt";
    if (typeof one === "string") checkLength([one], config.maxPositions, at);
    const tokens = typeof one === "string" ? tokenizer.encode(one, { special: true }) : (one as number[]);
    const unknown = tokens.find((id) => id >= tokenizer.vocabSize);
    if (unknown !== undefined) throw badParameter(at, `${at}: token ${unknown} is not below ${tokenizer.vocabSize}`);
    if (tokens.length === 0) throw badParameter(at, `${at}: an empty text is nothing to go on with`);
    return tokens;
  });
}
