/**
 * A judge on a server with the OpenAI API: guards by their formats, and moderation endpoints. They are asked as players are
 * (servers/): tried again, waited for, as many at once as help. What a server refuses to give beside the reply (log-probabilities, a
 * schema) is left out from then on. A request that fails for good is one unscored verdict with its reason; a set-up with which
 * none can pass ends the work, and so does an abort.
 */
import { randomBytes } from "node:crypto";
import type OpenAI from "openai";
import { BadRequestError, UnprocessableEntityError } from "openai";
import { classByWords } from "../../metrics/answer-class.ts";
import type { Verdict } from "../../records.ts";
import type { Judge, JudgeInput } from "../../seams.ts";
import { inOrder } from "../../servers/in-order.ts";
import { RequestFailed, type Server } from "../../servers/server.ts";
import { askCounted, noUsage, tokensOf, type UsageMeter } from "../../servers/usage.ts";
import type { GuardFormat, GuardReply, GuardRequest, GuardVerdict } from "./format.ts";
import { harmless } from "./hostile.ts";

/** What a chat request may ask for beside the reply. */
const extras = ["schema", "logprobs"] as const;
type Extra = (typeof extras)[number];

/**
 * A guard model, or a chat model with a rubric.
 *
 * @param name of the judge, in verdicts and reports
 * @param meter counts requests and tokens, as `judge NAME`
 * @example const judge = guardJudge("llama-guard-3", createServer({ urls: ["http://127.0.0.1:8000/v1"], model: "meta-llama/Llama-Guard-3-8B" }), guardFormats["llama-guard-3"]);
 */
export function guardJudge(name: string, server: Server, format: GuardFormat, meter?: UsageMeter): Judge {
  /** What the server takes, and whether it has taken it: then what it refuses is the request itself. */
  let [wanted, known]: [readonly Extra[], boolean] = [extras, false];
  const attempt = async (client: OpenAI, request: GuardRequest, signal: AbortSignal) => {
    // Fewer and fewer extras, until the server takes the request; that many are kept for the next.
    const useful = wanted.filter((extra) => extra !== "schema" || request.schema !== undefined);
    for (let tried = useful; ; tried = tried.slice(1)) {
      try {
        const reply = await client.chat.completions.create(bodyOf(server.model, request, tried), { signal });
        const read = { ...replyOf(reply), usage: tokensOf(reply.usage) };
        [wanted, known] = [wanted.filter((extra) => !useful.includes(extra) || tried.includes(extra)), true];
        return read;
      } catch (error) {
        const refused = error instanceof BadRequestError || error instanceof UnprocessableEntityError;
        if (!refused || known || tried.length === 0) throw error;
      }
    }
  };
  return judgeOf(name, server, async (input, signal) => {
    const nonce = randomBytes(6).toString("hex");
    const replies: GuardReply[] = [];
    for (const request of format.requests(input, nonce)) {
      const ask = (client: OpenAI, until: AbortSignal) => attempt(client, request, until);
      replies.push(await askCounted(server, ask, { meter, role: roleOf(name), signal }));
    }
    return format.parse(replies);
  });
}

/** A moderation endpoint (POST /moderations): it is shown the answer alone. */
export function moderationJudge(name: string, server: Server, meter?: UsageMeter): Judge {
  return judgeOf(name, server, async ({ response }, signal) => {
    const ask = async (client: OpenAI, until: AbortSignal) => {
      const { results } = await client.moderations.create({ model: server.model, input: response }, { signal: until });
      return { results, usage: noUsage };
    };
    const { results } = await askCounted(server, ask, { meter, role: roleOf(name), signal });
    const [result] = results ?? [];
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

/** By which its usage is counted. */
function roleOf(judge: string): string {
  return `judge ${judge}`;
}

function judgeOf(
  judge: string,
  server: Server,
  verdictOn: (input: JudgeInput, signal: AbortSignal) => Promise<GuardVerdict>,
): Judge {
  const one = async (input: JudgeInput, signal: AbortSignal): Promise<Verdict> => {
    const named = { attemptId: input.attemptId, judge };
    // Characters that cannot be seen are no answer either.
    if (harmless(input.response).trim() === "")
      return { ...named, label: "unscored", categories: [], reason: "empty answer" };
    try {
      const { refusal, categories, ...verdict } = await verdictOn(input, signal);
      const answerClass = refusal === undefined ? undefined : classByWords(input.response, refusal);
      return { ...named, ...verdict, ...(answerClass !== undefined && { answerClass }), categories: [...categories] };
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      return { ...named, label: "unscored", categories: [], reason: `server: ${error.message}`.slice(0, 200) };
    }
  };
  return { name: judge, score: (inputs, { signal } = {}) => inOrder(server, inputs, signal, one) };
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

/** What a server says is read with care: a guard's format takes texts for texts, and finite numbers. */
function replyOf({ choices }: OpenAI.Chat.Completions.ChatCompletion): GuardReply {
  const [choice] = choices;
  const text = choice?.message?.content;
  return {
    text: typeof text === "string" ? text : "",
    tokens: listOf(choice?.logprobs?.content).map(({ token, top_logprobs: top }) => ({
      token: `${token}`,
      top: listOf(top)
        .filter(({ logprob }) => Number.isFinite(logprob))
        .map((other) => ({ token: `${other.token}`, logprob: other.logprob })),
    })),
  };
}

function listOf<T>(value: readonly T[] | null | undefined): readonly T[] {
  return Array.isArray(value) ? value : [];
}
