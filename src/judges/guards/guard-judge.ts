/**
 * A judge on a server with the OpenAI API: guards by their formats, and moderation endpoints. What a server refuses to
 * give beside the reply (log-probabilities, a schema) is left out from then on. A request that fails for good is one
 * unscored verdict with its reason; only an abort ends the work.
 */
import { randomBytes } from "node:crypto";
import OpenAI, { APIError, APIUserAbortError, BadRequestError, UnprocessableEntityError } from "openai";
import pLimit from "p-limit";
import { describeError } from "../../errors.ts";
import type { Verdict } from "../../records.ts";
import type { Judge, JudgeInput } from "../../seams.ts";
import { tokensOf, type UsageMeter } from "../../servers/usage.ts";
import type { GuardFormat, GuardReply, GuardRequest, GuardVerdict } from "./format.ts";
import { harmless } from "./hostile.ts";

/** Where a guard is served. */
export interface GuardServer {
  /** Of the judge, in verdicts and reports. */
  readonly name: string;
  /** Ends with /v1 for most servers. */
  readonly baseURL: string;
  /** As the server names it. */
  readonly model: string;
  /** @default none, which local servers accept */
  readonly apiKey?: string | undefined;
  /** Requests at once. @default 8 */
  readonly concurrency?: number;
  /** Of one attempt, milliseconds. @default 60,000 */
  readonly timeout?: number;
  /** Attempts after the first, for failures that may pass. @default 5 */
  readonly retries?: number;
  /** Counts requests and tokens. */
  readonly meter?: UsageMeter | undefined;
}

/** What a chat request may ask for beside the reply. */
const extras = ["schema", "logprobs"] as const;
type Extra = (typeof extras)[number];

/**
 * A guard model, or a chat model with a rubric.
 *
 * @example const judge = guardJudge({ name: "llama-guard-3", baseURL: "http://127.0.0.1:8000/v1", model: "meta-llama/Llama-Guard-3-8B" }, guardFormats["llama-guard-3"]);
 */
export function guardJudge(server: GuardServer, format: GuardFormat): Judge {
  const client = clientOf(server);
  let wanted: readonly Extra[] = extras;
  const ask = async (request: GuardRequest, signal: AbortSignal | undefined): Promise<GuardReply> => {
    // Fewer and fewer extras, until the server takes the request; that many are kept for the next.
    for (let tried = wanted; ; tried = tried.slice(1)) {
      try {
        const reply = await client.chat.completions.create(bodyOf(server.model, request, tried), {
          signal: signal ?? null,
        });
        wanted = tried;
        server.meter?.add(roleOf(server), { ...tokensOf(reply.usage), requests: 0, retries: 0 });
        return replyOf(reply);
      } catch (error) {
        const refused = error instanceof BadRequestError || error instanceof UnprocessableEntityError;
        if (!refused || tried.length === 0) throw error;
      }
    }
  };
  return judgeOf(server, async (input, signal) => {
    const nonce = randomBytes(6).toString("hex");
    const replies: GuardReply[] = [];
    for (const request of format.requests(input, nonce)) replies.push(await ask(request, signal));
    return format.parse(replies);
  });
}

/** A moderation endpoint (POST /moderations): it is shown the answer alone. */
export function moderationJudge(server: GuardServer): Judge {
  const client = clientOf(server);
  return judgeOf(server, async ({ response }, signal) => {
    const { results } = await client.moderations.create(
      { model: server.model, input: response },
      { signal: signal ?? null },
    );
    const [result] = results;
    if (typeof result?.flagged !== "boolean") return { label: "unscored", categories: [], reason: "no result" };
    const scores = Object.values(result.category_scores ?? {}).filter((score) => Number.isFinite(score));
    const named = Object.entries(result.categories ?? {}).filter(([, is]) => is);
    return {
      label: result.flagged ? "unsafe" : "safe",
      ...(scores.length > 0 && { unsafeProbability: Math.min(1, Math.max(0, ...scores)) }),
      categories: named.map(([category]) => category),
    };
  });
}

function clientOf(server: GuardServer): OpenAI {
  const { baseURL, apiKey, timeout = 60_000, retries = 5, meter } = server;
  return new OpenAI({
    baseURL,
    apiKey: apiKey ?? "none",
    timeout,
    maxRetries: retries,
    // The client tries again by itself, and says so in a header of its request.
    fetch(input, init) {
      const again = Number(new Headers(init?.headers).get("x-stainless-retry-count") ?? 0) > 0;
      meter?.add(roleOf(server), { ...tokensOf(null), requests: again ? 0 : 1, retries: again ? 1 : 0 });
      return fetch(input, init);
    },
  });
}

/** By which a judge's usage is counted. */
function roleOf({ name }: GuardServer): string {
  return `judge ${name}`;
}

function judgeOf(
  server: GuardServer,
  verdictOn: (input: JudgeInput, signal: AbortSignal | undefined) => Promise<GuardVerdict>,
): Judge {
  const limit = pLimit(server.concurrency ?? 8);
  const one = async (input: JudgeInput, signal: AbortSignal | undefined): Promise<Verdict> => {
    const named = { attemptId: input.attemptId, judge: server.name };
    // Characters that cannot be seen are no answer either.
    if (harmless(input.response).trim() === "")
      return { ...named, label: "unscored", categories: [], reason: "empty answer" };
    try {
      return { ...named, ...mutable(await verdictOn(input, signal)) };
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof APIUserAbortError) throw error;
      return { ...named, label: "unscored", categories: [], reason: reasonOf(error) };
    }
  };
  return {
    name: server.name,
    async *score(inputs, { signal } = {}) {
      const pending = inputs.map((input) => limit(() => one(input, signal)));
      // All are awaited in order; one that fails early must not count as unhandled meanwhile.
      for (const verdict of pending) verdict.catch(() => {});
      for (const verdict of pending) yield await verdict;
    },
  };
}

function mutable({ categories, ...rest }: GuardVerdict) {
  return { ...rest, categories: [...categories] };
}

function reasonOf(error: unknown): string {
  if (error instanceof APIError && error.status !== undefined)
    return `server: ${error.status} ${error.message}`.slice(0, 200);
  return `server: ${describeError(error)}`.slice(0, 200);
}

function bodyOf(model: string, request: GuardRequest, asked: readonly Extra[]) {
  const { messages, maxTokens, templateArguments, schema } = request;
  return {
    model,
    messages: messages.map(({ role, content }) => ({ role, content })),
    max_tokens: maxTokens,
    temperature: 0,
    ...(asked.includes("logprobs") && { logprobs: true, top_logprobs: 5 }),
    ...(schema !== undefined &&
      asked.includes("schema") && {
        response_format: { type: "json_schema" as const, json_schema: { ...schema, strict: true } },
      }),
    ...(templateArguments !== undefined && { chat_template_kwargs: templateArguments }),
  };
}

function replyOf({ choices }: OpenAI.Chat.Completions.ChatCompletion): GuardReply {
  const [choice] = choices;
  const tokens = choice?.logprobs?.content ?? [];
  return {
    text: choice?.message?.content ?? "",
    tokens: tokens.map(({ token, top_logprobs: top }) => ({
      token,
      top: top.map((other) => ({ token: other.token, logprob: other.logprob })),
    })),
  };
}
