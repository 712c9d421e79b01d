/** One completion from its body to its reply: whole, or as a stream of server-sent events (WHATWG HTML, section 9.2). */
import { randomInt, randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import type { ServerResponse } from "node:http";
import type { Lora } from "../engine/lora.ts";
import { badParameter, RequestError } from "./errors.ts";
import type { Answer, Queue, Wanted } from "./queue.ts";
import { chunk, type Head, type TokenCounts, tokenCounts, usageChunk, wholeReply } from "./replies.ts";
import type { Request } from "./requests.ts";

/** Answers that may wait at once; more are told to come back. */
const mostWaiting = 4096;

/**
 * Answers a request.
 *
 * @param signal aborted when the client has gone away
 * @returns counts of what was done for it
 * @throws RequestError before anything of the reply is sent; and what the engine throws, likewise
 */
export async function complete(
  request: Request,
  lora: () => Promise<Lora>,
  queue: Queue,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<TokenCounts> {
  const { prompts, n } = request;
  if (prompts.length * n > mostWaiting) {
    throw badParameter("n", `${prompts.length} prompts with ${n} answers each: a request has at most ${mostWaiting}`);
  }
  if (queue.waiting() + prompts.length * n > mostWaiting) {
    response.setHeader("retry-after", "1");
    throw new RequestError(429, `${queue.waiting()} answers are waiting already, at most ${mostWaiting} may`);
  }
  const prefix = request.kind === "chat" ? "chatcmpl" : "cmpl";
  const head = {
    kind: request.kind,
    id: `${prefix}-${randomUUID()}`,
    created: Math.floor(Date.now() / 1000),
    model: request.model,
  };
  // One request's failure ends all of its answers.
  const failed = new AbortController();
  const ends = AbortSignal.any([signal, failed.signal]);
  // Every answer listens to it; Node would take more than ten for a leak.
  setMaxListeners(0, ends);
  const wanted = wantedAnswers(request, lora, ends);
  try {
    return request.stream
      ? await stream(head, request, wanted, queue, response)
      : await whole(head, request, wanted, queue, response);
  } finally {
    failed.abort();
  }
}

/** n of each prompt, side by side. */
function wantedAnswers(request: Request, lora: () => Promise<Lora>, signal: AbortSignal): Wanted[] {
  const { prompts, n, temperature, topP, maxTokens, stops, kind } = request;
  const seed = request.seed ?? randomInt(2 ** 47);
  return prompts.flatMap((prompt, p) =>
    Array.from({ length: n }, (_, sample) => ({
      ...{ lora, prompt, temperature, topP, maxTokens, stops, signal },
      goesOn: kind === "text",
      seed: `${seed}/${p}/${sample}`,
    })),
  );
}

async function whole(
  head: Head,
  { prompts }: Request,
  wanted: readonly Wanted[],
  queue: Queue,
  response: ServerResponse,
): Promise<TokenCounts> {
  const answers = await Promise.all(wanted.map((each) => queue.answer(each).then(finished)));
  const usage = tokenCounts(prompts, answers);
  sendJson(response, 200, wholeReply(head, answers, usage));
  return usage;
}

async function stream(
  head: Head,
  { prompts, kind, includeUsage }: Request,
  wanted: readonly Wanted[],
  queue: Queue,
  response: ServerResponse,
): Promise<TokenCounts> {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
  response.flushHeaders();
  const send = (value: unknown) => void response.write(`data: ${JSON.stringify(value)}\n\n`);
  const answer = async (each: Wanted, index: number): Promise<Answer> => {
    if (kind === "chat") send(chunk(head, index, {}));
    const given = finished(await queue.answer({ ...each, onText: (text) => send(chunk(head, index, { text })) }));
    send(chunk(head, index, { finishReason: given.finishReason }));
    return given;
  };
  const usage = tokenCounts(prompts, await Promise.all(wanted.map(answer)));
  if (includeUsage) send(usageChunk(head, usage));
  response.end("data: [DONE]\n\n");
  return usage;
}

/** An answer that is whole; a client that has gone away is not there to see the error. */
function finished(answer: Answer): Answer {
  if (answer.finishReason !== "cancelled") return answer;
  throw new RequestError(503, "the server is shutting down");
}

/** Sends a value as the whole reply. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}
