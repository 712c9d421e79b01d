/**
 * A player on a server with the OpenAI API: chat, or raw completions for a base model that was never taught to chat. Requests are
 * asked side by side, as many as the server can take, and answered in their order.
 */
import { createHash } from "node:crypto";
import type OpenAI from "openai";
import type { Adapter, Message, Role, Usage } from "../records.ts";
import type { Completion, GenerateOptions, GenerateRequest, Model } from "../seams.ts";
import type { Serve, Serving } from "../servers/adapters.ts";
import { inOrder } from "../servers/in-order.ts";
import { RequestFailed, type Server } from "../servers/server.ts";
import { askCounted, noUsage, tokensOf, type UsageMeter } from "../servers/usage.ts";

/** How a server's model is asked. */
export interface OpenaiPlayer {
  /** Of the model, in records and reports. */
  readonly name: string;
  /** `completions` sends the messages as plain text, one below the other. */
  readonly api: "chat" | "completions";
  /** Makes the server serve an adapter and says how requests ask for it. Absent where it cannot. */
  readonly serve?: Serve | undefined;
  /** Where requests and tokens are counted; without an adapter it is the Target. */
  readonly meter?: UsageMeter | undefined;
}

/** One sampled answer, before it is a record. */
interface Choice {
  readonly text: string;
  readonly reason: string | null;
}

interface Reply {
  readonly choices: readonly Choice[];
  readonly usage: Usage;
}

/**
 * A player.
 *
 * @example const model = openaiModel(createServer({ urls: ["http://127.0.0.1:8000/v1"], model: "llama" }), { name: "llama", api: "chat" });
 */
export function openaiModel(server: Server, player: OpenaiPlayer, adapter?: Adapter): Model {
  const serving = async (): Promise<Serving> => {
    // A provider's own model needs no serving.
    if (adapter?.model !== undefined) return { model: adapter.model };
    if (player.serve !== undefined) return player.serve(adapter);
    if (adapter !== undefined) throw new Error(`${player.name} cannot serve adapters`);
    return { model: server.model };
  };
  return {
    name: adapter === undefined ? player.name : `${player.name} + ${adapter.role} ${adapter.iteration}`,
    adapter,
    with: (next) => openaiModel(server, player, next),
    async *generate(requests, options) {
      const at = await serving();
      const role = adapter?.role ?? "target";
      const answers = inOrder(server, requests, options.signal, (request, signal) =>
        answersTo(server, player, role, at, request, options, signal),
      );
      for await (const completions of answers) yield* completions;
    },
  };
}

/** As many answers as are wanted; those that a server which knows no `n` leaves out are asked for one by one. */
async function answersTo(
  server: Server,
  player: OpenaiPlayer,
  role: Role,
  at: Serving,
  request: GenerateRequest,
  options: GenerateOptions,
  signal: AbortSignal,
): Promise<Completion[]> {
  const wanted = options.n ?? 1;
  const got: Completion[] = [];
  while (got.length < wanted) {
    const sample = got.length;
    const seed = seedOf(options.seed, request.id, sample);
    // After a reply that had fewer than were asked for, one at a time.
    const n = sample === 0 ? wanted : 1;
    const answers = await ask(server, player, role, at, request, { ...options, n, seed, signal });
    options.onTokens?.(answers.reduce((sum, { usage }) => sum + usage.completionTokens, 0));
    for (const answer of answers.slice(0, wanted - sample))
      got.push({ requestId: request.id, sample: got.length, ...answer });
  }
  return got;
}

type Answer = Omit<Completion, "requestId" | "sample">;

/** One request's answers, at least one; all of them are the error where it will never pass. */
async function ask(
  server: Server,
  { api, meter }: OpenaiPlayer,
  role: Role,
  at: Serving,
  { messages }: GenerateRequest,
  options: GenerateOptions & { readonly n: number; readonly signal: AbortSignal },
): Promise<Answer[]> {
  const call = api === "chat" ? chat : completions;
  try {
    const { choices, usage } = await askCounted(
      server,
      (client, signal) => call(client, at, messages, options, signal),
      { meter, role, signal: options.signal },
    );
    return choices.map((choice, i) => answerOf(choice, shareOf(usage, i, choices.length)));
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    const failed = { text: "", finishReason: "error", error: `server: ${error.message}`, usage: noUsage } as const;
    return Array.from({ length: options.n }, () => failed);
  }
}

function answerOf({ text, reason }: Choice, usage: Usage): Answer {
  if (reason === "content_filter")
    return { text: "", finishReason: "error", error: "server: its content filter kept the answer back", usage };
  return { text: text.trim(), finishReason: reason === "length" ? "length" : "stop", usage };
}

/** A reply counts the tokens of all its answers together; the prompt is read once for them. */
function shareOf({ promptTokens, completionTokens }: Usage, i: number, n: number): Usage {
  return {
    promptTokens: i === 0 ? promptTokens : 0,
    completionTokens: Math.floor((completionTokens * (i + 1)) / n) - Math.floor((completionTokens * i) / n),
  };
}

type Call = (
  client: OpenAI,
  at: Serving,
  messages: readonly Message[],
  options: GenerateOptions,
  signal: AbortSignal,
) => Promise<Reply>;

const chat: Call = async (client, at, messages, options, signal) => {
  const reply = await client.chat.completions.create(
    { ...bodyOf(at, options), messages: messages.map(({ role, content }) => ({ role, content })) },
    { signal },
  );
  const choices = choicesOf(reply).map(({ message, finish_reason: reason }) => ({
    text: textOf(message?.content ?? message?.refusal ?? ""),
    reason,
  }));
  return { choices, usage: tokensOf(reply.usage) };
};

const completions: Call = async (client, at, messages, options, signal) => {
  const prompt = messages.map(({ content }) => content).join("\n\n");
  const reply = await client.completions.create({ ...bodyOf(at, options), prompt }, { signal });
  const choices = choicesOf(reply).map(({ text, finish_reason: reason }) => ({ text: textOf(text), reason }));
  return { choices, usage: tokensOf(reply.usage) };
};

function bodyOf({ model, more }: Serving, { n = 1, temperature, topP, maxTokens, seed }: GenerateOptions) {
  return { ...more, model, n, temperature, top_p: topP, max_tokens: maxTokens, seed };
}

/** Throws for what is no reply, which is then asked for again. */
function choicesOf<T>(reply: { readonly choices: readonly T[] }): readonly T[] {
  const { choices } = reply ?? {};
  if (!Array.isArray(choices) || choices.length === 0) throw new Error("a reply without `choices`");
  return choices;
}

function textOf(text: unknown): string {
  if (typeof text !== "string") throw new Error("a reply whose text is none");
  return text;
}

/** A seed of its own for every answer, of 31 bits as servers want it. */
function seedOf(seed: number, requestId: string, sample: number): number {
  return createHash("sha256").update(`${seed}/${requestId}/${sample}`).digest().readUInt32BE() >>> 1;
}
