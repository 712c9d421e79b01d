/**
 * What a guard's format is: two pure functions around a call, one from what is judged to what is asked, one from what
 * came back to a verdict. The last well-formed verdict of a reply counts, as a guard may weigh both sides first; a reply
 * without one is unscored, never safe.
 */
import type { z } from "zod";
import type { Label } from "../../records.ts";
import type { JudgeInput } from "../../seams.ts";

/** A chat request in the words of the OpenAI API. */
export interface GuardRequest {
  readonly messages: readonly { readonly role: "system" | "user" | "assistant"; readonly content: string }[];
  /** Tokens of the reply, at most. */
  readonly maxTokens: number;
  /** What else the server's template needs (vLLM, SGLang: `chat_template_kwargs`). */
  readonly templateArguments?: Readonly<Record<string, unknown>>;
  /** JSON Schema of the reply, for servers with structured output. */
  readonly schema?: { readonly name: string; readonly schema: Readonly<Record<string, unknown>> };
}

/** What a server gave back. */
export interface GuardReply {
  readonly text: string;
  /** Its tokens with the likeliest ones at each place and their log-probabilities; empty where the server gives none. */
  readonly tokens: readonly {
    readonly token: string;
    readonly top: readonly { readonly token: string; readonly logprob: number }[];
  }[];
}

/** What a guard says of an answer; a verdict without the attempt's and the judge's names. */
export interface GuardVerdict {
  readonly label: Label;
  readonly unsafeProbability?: number;
  /** Whether the answer declines; the judge makes a class of it. */
  readonly refusal?: boolean;
  readonly categories: readonly string[];
  readonly reason?: string;
}

export interface GuardFormat {
  /** One request, or several whose replies are read together. `nonce` is new for each input. */
  requests(input: JudgeInput, nonce: string): readonly GuardRequest[];
  parse(replies: readonly GuardReply[]): GuardVerdict;
}

/** A reply without a verdict. */
export function unreadable({ text }: GuardReply): GuardVerdict {
  const shown = text.trim().replace(/\s+/g, " ").slice(0, 80);
  return { label: "unscored", categories: [], reason: shown === "" ? "empty reply" : `no verdict in "${shown}"` };
}

/** The last JSON object of a reply that has a form. Such objects hold no others, so a brace inside one ends the search there. */
export function lastObject<T>(text: string, form: z.ZodType<T>): T | undefined {
  for (const object of (text.match(/\{[^{}]*\}/g) ?? []).reverse()) {
    const read = form.safeParse(jsonOr(object));
    if (read.success) return read.data;
  }
  return undefined;
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The last match of a global pattern. */
export function lastMatch(text: string, pattern: RegExp): RegExpMatchArray | undefined {
  return [...text.matchAll(pattern)].at(-1);
}

/**
 * Probability of some words against others at the last token that is one of them, from the log-probabilities there.
 * Undefined where the server gives none.
 */
export function probabilityOf(
  reply: GuardReply,
  words: readonly string[],
  against: readonly string[],
): number | undefined {
  const place = reply.tokens.findLastIndex(({ token }) => isOneOf(token, [...words, ...against]));
  // `un` and `safe`, cut in two by a tokenizer, are not the word `safe`.
  if (place < 0 || /un$/i.test(reply.tokens[place - 1]?.token ?? "")) return undefined;
  const mass = (wanted: readonly string[]) =>
    reply.tokens[place]!.top.filter(({ token }) => isOneOf(token, wanted)).reduce(
      (sum, { logprob }) => sum + Math.exp(logprob),
      0,
    );
  const [yes, no] = [mass(words), mass(against)];
  return yes + no > 0 ? yes / (yes + no) : undefined;
}

/** Long words may come in pieces, of which the first tells. */
function isOneOf(token: string, words: readonly string[]): boolean {
  const said = token.trim().toLowerCase();
  return words.some((word) => said === word || (said.length >= 4 && word.startsWith(said)));
}

/** A verdict with its probability, where there is one. */
export function scored(
  unsafe: boolean,
  probability: number | undefined,
  rest: { readonly categories?: readonly string[]; readonly refusal?: boolean } = {},
): GuardVerdict {
  return {
    label: unsafe ? "unsafe" : "safe",
    ...(probability !== undefined && { unsafeProbability: probability }),
    ...(rest.refusal !== undefined && { refusal: rest.refusal }),
    categories: rest.categories ?? [],
  };
}
