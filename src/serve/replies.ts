/** Answers in the shapes of OpenAI's API: whole, and as the chunks of a stream. */
import type { Answer } from "./queue.ts";
import type { Kind } from "./requests.ts";

/** What all replies to one request begin with. */
export interface Head {
  readonly kind: Kind;
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
}

/** Tokens as OpenAI counts them: a prompt once, however many answers it has. */
export interface TokenCounts {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** Counts of a request. */
export function tokenCounts(prompts: readonly (readonly number[])[], answers: readonly Answer[]): TokenCounts {
  const prompt = prompts.reduce((sum, { length }) => sum + length, 0);
  const completion = answers.reduce((sum, { tokens }) => sum + tokens, 0);
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

/** The reply to a request that is not streamed. */
export function wholeReply(head: Head, answers: readonly Answer[], usage: TokenCounts): unknown {
  const { kind, id, created, model } = head;
  const choices = answers.map(({ text, finishReason }, index) => ({
    index,
    ...(kind === "chat" ? { message: { role: "assistant", content: text, refusal: null } } : { text }),
    logprobs: null,
    finish_reason: finishReason,
  }));
  return { id, object: kind === "chat" ? "chat.completion" : "text_completion", created, model, choices, usage };
}

/** A chunk of a stream. `text` undefined begins a chat answer; `finishReason` ends one. */
export function chunk(
  head: Head,
  index: number,
  { text, finishReason = null }: { readonly text?: string; readonly finishReason?: string | null },
): unknown {
  const delta =
    finishReason !== null ? {} : text === undefined ? { role: "assistant", content: "" } : { content: text };
  const choice = {
    index,
    ...(head.kind === "chat" ? { delta } : { text: text ?? "" }),
    logprobs: null,
    finish_reason: finishReason,
  };
  return { ...chunkHead(head), choices: [choice] };
}

/** The last chunk of a stream whose client asked for the counts. */
export function usageChunk(head: Head, usage: TokenCounts): unknown {
  return { ...chunkHead(head), choices: [], usage };
}

function chunkHead({ kind, id, created, model }: Head) {
  return { id, object: kind === "chat" ? "chat.completion.chunk" : "text_completion", created, model };
}
