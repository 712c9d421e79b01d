/**
 * A proxy before a real server that does what networks and busy servers do: 500s, 429 with Retry-After, resets, bodies that are cut or
 * that stop in the middle, silence, and replies that are no JSON. What happens to a request's n-th attempt is drawn from the seed, the
 * request and n, so it is the same in whatever order requests come.
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What may happen to an attempt instead of an answer. `refused` is a 400, which happens to all attempts of its request. */
export const faults = ["error", "busy", "reset", "cut", "silent", "stuck", "wrong", "refused"] as const;
export type Fault = (typeof faults)[number];

/** One attempt, and what became of it. */
export interface Attempt {
  /** The text that was asked. */
  readonly request: string;
  /** `answered`: the server's whole reply went out. `broken`: the client left, or the server behind failed. */
  result: Fault | "answered" | "broken";
  /** Milliseconds of `performance.now()`. */
  readonly begun: number;
}

export interface FaultyProxy {
  /** Ends with /v1. */
  readonly url: string;
  readonly attempts: readonly Attempt[];
  close(): Promise<void>;
}

/** How it behaves. */
export interface Behaviour {
  readonly seed: string;
  /** Of attempts, by what happens to them; `refused` of requests. */
  readonly shares: Readonly<Record<Fault, number>>;
  /** How long `silent` and `stuck` last, milliseconds. */
  readonly stall: number;
  /** What `busy` asks for, seconds. */
  readonly retryAfter: number;
}

/** @param target where the real server is, without a path */
export async function startFaultyProxy(target: string, behaviour: Behaviour): Promise<FaultyProxy> {
  const attempts: Attempt[] = [];
  const asked = new Map<string, number>();
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    const text = JSON.parse(body).messages.at(-1).content as string;
    const nth = (asked.get(text) ?? 0) + 1;
    asked.set(text, nth);
    const attempt: Attempt = { request: text, result: "broken", begun: performance.now() };
    attempts.push(attempt);
    const fault = faultOf(text, nth, behaviour);
    const forward = () =>
      fetch(`${target}${request.url}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
    if (fault === undefined || fault === "cut" || fault === "stuck") {
      const reply = Buffer.from(await (await forward()).arrayBuffer());
      // A connection for each, so that its end tells whether the client stayed until the reply was out.
      const headers = { "content-type": "application/json", "content-length": reply.length, connection: "close" };
      response.writeHead(200, headers);
      if (fault === undefined) {
        response.once("close", () => {
          if (response.writableFinished) attempt.result = "answered";
        });
        return void response.end(reply);
      }
      attempt.result = fault;
      response.write(reply.subarray(0, reply.length / 2));
      if (fault === "stuck") await stalled(response, behaviour.stall);
      else await sleep(5);
      response.destroy();
      return;
    }
    attempt.result = fault;
    await misbehave(fault, response, behaviour);
  };
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    attempts,
    close: () => closed(server),
  };
}

/** Faults that need no real reply. */
async function misbehave(
  fault: Exclude<Fault, "cut" | "stuck">,
  response: ServerResponse,
  { stall, retryAfter }: Behaviour,
): Promise<void> {
  const json = { "content-type": "application/json" };
  const say = (status: number, message: string, headers = {}) =>
    response.writeHead(status, { ...json, ...headers }).end(JSON.stringify({ error: { message } }));
  switch (fault) {
    case "error":
      return void say(500, "out of luck");
    case "busy":
      return void say(429, "slow down", { "retry-after": `${retryAfter}` });
    case "refused":
      return void say(400, "longer than the context");
    case "wrong":
      return void response.writeHead(200, json).end('{"choices": [{"message": {"content": "half an ans');
    case "reset":
      return void response.socket?.resetAndDestroy();
    case "silent":
      await stalled(response, stall);
      return void response.destroy();
  }
}

/** Until the client has had enough, or the time is over. */
async function stalled(response: ServerResponse, milliseconds: number): Promise<void> {
  const left = new Promise((done) => response.once("close", done));
  await Promise.race([left, sleep(milliseconds, undefined, { ref: false })]);
}

/** What happens to a request's n-th attempt; undefined = it is answered. */
function faultOf(text: string, nth: number, { seed, shares }: Behaviour): Fault | undefined {
  if (chance(`${seed}/${text}`) < shares.refused) return "refused";
  let at = chance(`${seed}/${text}/${nth}`);
  return faults.find((fault) => {
    if (fault === "refused") return false;
    at -= shares[fault];
    return at < 0;
  });
}

/** [0, 1) from a text. */
function chance(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE() / 2 ** 32;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => server.close(() => done()));
}
