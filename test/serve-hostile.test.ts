/** The server against clients that are wrong, rude, slow, gone, many, or pages of other sites: each is told what is wrong, and the next is served. */
import { once } from "node:events";
import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createEngine, type Engine } from "../src/engine/engine.ts";
import { noLora } from "../src/engine/lora.ts";
import { type Server, type ServerOptions, startServer } from "../src/serve/server.ts";
import { tinyPositions, tinyRun } from "./tiny-run.ts";

let tiny: Awaited<ReturnType<typeof tinyRun>>;
let engine: Engine;
let server: Server;
const log: string[] = [];
const start = (more: Partial<ServerOptions> = {}) =>
  startServer({
    engine,
    models: [{ name: "target-0", lora: async () => noLora }],
    ...{ host: "127.0.0.1", port: 0, rows: 32 },
    ...{ log: (line: string) => log.push(line), maxBody: 20_000 },
    ...more,
  });
beforeAll(async () => {
  tiny = await tinyRun();
  engine = createEngine(tiny.base, { threads: 1 });
  server = await start();
});
afterAll(async () => {
  await server.close();
  await engine.close();
  await tiny.remove();
});

const messages = [{ role: "user", content: "hello" }];
const chat = { model: "target-0", messages, max_tokens: 3 };

/** A request with headers that fetch would not send. */
async function send(
  path: string,
  body: string | Buffer | undefined,
  headers: Record<string, string> = {},
  to = server,
  agent?: Agent,
) {
  const url = new URL(to.url);
  const asked = httpRequest({
    ...{ host: "127.0.0.1", port: url.port, path, method: body === undefined ? "GET" : "POST" },
    headers: { "content-type": "application/json", ...headers },
    ...(agent && { agent }),
  });
  asked.end(body);
  const [response] = await once(asked, "response");
  let text = "";
  for await (const part of response) text += part;
  return {
    status: response.statusCode as number,
    body: text,
    error: JSON.parse(text).error,
    headers: response.headers,
  };
}
const post = (body: unknown, path = "/v1/chat/completions") => send(path, JSON.stringify(body));
const works = async (to = server) =>
  expect((await send("/v1/chat/completions", JSON.stringify(chat), {}, to)).status).toBe(200);

describe("what is wrong in a body", () => {
  it.each([
    ["not JSON", "{", null, "the body is not JSON"],
    ["no object", "[]", "body", "must be a JSON object"],
    ["no UTF-8", Buffer.from([0x22, 0xff, 0x22]), null, "the body is not JSON"],
  ])("%s", async (_, body, param, message) => {
    const { status, error } = await send("/v1/chat/completions", body);
    expect(status).toBe(400);
    expect(error).toMatchObject({ type: "invalid_request_error", param, message: expect.stringContaining(message) });
  });

  it.each([
    [{ model: 3 }, "model"],
    [{ messages: "hello" }, "messages"],
    [{ messages: [] }, "messages"],
    [{ messages: [{ role: "user" }] }, "messages[0].content"],
    [{ messages: [...messages, { role: "tool", content: "x" }] }, "messages[1].role"],
    [{ messages: [{ role: "user", content: [{ type: "image_url", image_url: {} }] }] }, "messages[0].content[0]"],
    [{ messages: [{ role: "assistant", content: "", tool_calls: [{}] }] }, "messages[0].tool_calls"],
    [{ n: 0 }, "n"],
    [{ n: 1e9 }, "n"],
    [{ max_tokens: -1 }, "max_tokens"],
    [{ max_tokens: "3" }, "max_tokens"],
    [{ max_completion_tokens: 1.5 }, "max_completion_tokens"],
    [{ temperature: 2.1 }, "temperature"],
    [{ top_p: -0.1 }, "top_p"],
    [{ seed: 1e300 }, "seed"],
    [{ stop: [""] }, "stop[0]"],
    [{ stop: Array(17).fill("a") }, "stop"],
    [{ stream: "yes" }, "stream"],
    [{ tools: [{ type: "function" }] }, "tools"],
    [{ response_format: { type: "json_schema" } }, "response_format"],
    [{ logprobs: true }, "logprobs"],
    [{ frequency_penalty: 0.5 }, "frequency_penalty"],
    [{ reasoning_effort: "high" }, "reasoning_effort"],
    [{ top_k: 40 }, "top_k"],
  ])("is named: %o", async (more, param) => {
    const { status, error } = await post({ ...chat, ...more });
    expect([status, error.param]).toEqual([400, param]);
    expect(error.message.length).toBeGreaterThan(param.length);
  });

  it.each([
    [{ prompt: "" }, "prompt"],
    [{ prompt: [] }, "prompt"],
    [{ prompt: ["a", ""] }, "prompt[1]"],
    [{ prompt: [1, -1] }, "prompt[1]"],
    [{ prompt: [[1], [32]] }, "prompt[1]"],
    [{ prompt: Array(128).fill("a"), n: 128 }, "n"],
    [{ prompt: "a", echo: true }, "echo"],
    [{ prompt: "a", logprobs: 0 }, "logprobs"],
  ])("is named: %o", async (more, param) => {
    const { status, error } = await post({ model: "target-0", ...more }, "/v1/completions");
    expect([status, error.param]).toEqual([400, param]);
  });

  it("is named, however deep or odd it is", async () => {
    const text = JSON.stringify(chat).slice(0, -1);
    const deep = `${text},"tools":${"[".repeat(9000)}${"]".repeat(9000)}}`;
    expect((await send("/v1/chat/completions", deep)).error).toMatchObject({ param: "tools" });
    const odd = `${text},"__proto__":{"n":2}}`;
    expect((await send("/v1/chat/completions", odd)).error).toMatchObject({ param: "__proto__" });
  });

  it("is named where prompt and answer do not fit", async () => {
    const long = [{ role: "user", content: "a".repeat(tinyPositions) }];
    const code = "context_length_exceeded";
    expect((await post({ ...chat, messages: long })).error).toMatchObject({ code, param: "messages" });
    const many = await post({ ...chat, max_tokens: tinyPositions });
    expect(many).toMatchObject({ status: 400, error: { code, param: "max_tokens" } });
    expect(many.error.message).toMatch(/^this model has room for 256 tokens; the prompt has \d+ and 256 of the answer/);
    const huge = await post({ model: "target-0", prompt: "a".repeat(10_000) }, "/v1/completions");
    expect(huge.error).toMatchObject({ code, param: "prompt" });
  });
});

describe("paths and methods", () => {
  it("that are not there say what is", async () => {
    expect(await send("/v1/embeddings", "{}")).toMatchObject({
      status: 404,
      error: { message: "no such path: there are /v1/models, /v1/chat/completions, /v1/completions" },
    });
    expect((await send("/v1/__proto__", "{}")).status).toBe(404);
    const get = await send("/v1/completions", undefined);
    expect([get.status, get.headers.allow]).toEqual([405, "POST"]);
  });
});

describe("who may ask", () => {
  const { url } = { url: "/v1/models" };
  it.each([
    ["a name that was made to point here", { host: "evil.example:8000" }, 403],
    ["a name that only looks like ours", { host: "localhost.evil.example" }, 403],
    ["a name with more before it", { host: "evil.example@localhost" }, 403],
    ["a page of another site", { origin: "https://evil.example" }, 403],
    ["a page without a site", { origin: "null" }, 403],
    ["another site's image", { "sec-fetch-site": "cross-site" }, 403],
    ["localhost", { host: "localhost:1" }, 200],
    ["an address of this machine", { host: "[::1]:8000" }, 200],
  ] as const)("%s", async (_, headers, status) => {
    const reply = await send(url, undefined, { ...headers });
    expect(reply.status).toBe(status);
    expect(Object.keys(reply.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  it("a form of another site cannot: what it sends is no JSON", async () => {
    const form = await send("/v1/chat/completions", JSON.stringify(chat), { "content-type": "text/plain" });
    expect(form.status).toBe(415);
  });

  it("whoever has the key, where there is one", async () => {
    const locked = await start({ apiKey: "s3cret" });
    try {
      const status = async (authorization: string) =>
        (await send("/v1/models", undefined, { authorization }, locked)).status;
      expect((await send("/v1/models", undefined, {}, locked)).error).toMatchObject({
        type: "authentication_error",
        code: "invalid_api_key",
      });
      expect(await Promise.all(["Bearer s3cret", "bearer s3cret", "Bearer s3cre", "Basic s3cret"].map(status))).toEqual(
        [200, 200, 401, 401],
      );
    } finally {
      await locked.close();
    }
  });

  it("nobody from other machines without a key", async () => {
    await expect(start({ host: "0.0.0.0" })).rejects.toMatchObject({ code: "E_USAGE" });
    const open = await start({ host: "0.0.0.0", apiKey: "k" });
    const headers = { host: "gpu-box.lan:8000", authorization: "Bearer k" };
    expect((await send("/v1/models", undefined, headers, open)).status).toBe(200);
    await open.close();
  });

  it("and a port is not shared", async () => {
    const port = Number(new URL(server.url).port);
    await expect(start({ port })).rejects.toMatchObject({
      code: "E_USAGE",
      message: expect.stringContaining("EADDRINUSE"),
    });
  });
});

describe("bodies", () => {
  it("over the limit are refused, said beforehand or not", async () => {
    const text = JSON.stringify({ ...chat, messages: [{ role: "user", content: "a".repeat(5_000_000) }] });
    const told = await send("/v1/chat/completions", text, { "content-length": `${text.length}` });
    expect(told).toMatchObject({ status: 413, error: { message: "the body is over the limit of 20000 bytes" } });
    expect((await send("/v1/chat/completions", text, { "transfer-encoding": "chunked" })).status).toBe(413);
    await works();
  });

  /** Bytes on a socket, and what comes back until it is closed. */
  async function raw(to: Server, ...parts: string[]) {
    const socket = connect(Number(new URL(to.url).port), "127.0.0.1");
    let said = "";
    socket.on("data", (data) => {
      said += data;
    });
    socket.on("error", () => {});
    for (const part of parts) socket.write(part);
    await once(socket, "close");
    return said;
  }

  it("that never end, and heads that never end, are given up", async () => {
    const impatient = await start({ requestTimeout: 200 });
    const head = "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
    const [body, half] = await Promise.all([
      raw(impatient, `${head}content-length: 100\r\n\r\n`, "{"),
      raw(impatient, head),
    ]);
    expect(body).toMatch(/^HTTP\/1.1 408 /);
    expect(half).toMatch(/^HTTP\/1.1 408 /);
    expect(await raw(impatient, "hello\r\n\r\n")).toMatch(/^HTTP\/1.1 400 /);
    await works(impatient);
    await impatient.close();
  });
});

describe("clients", () => {
  it("that go away have their work cancelled, streamed or not", async () => {
    for (const stream of [true, false]) {
      const gone = new AbortController();
      // Answers end early by chance; of so many at least one does not.
      const body = JSON.stringify({ ...chat, max_tokens: 200, n: 30, stream });
      const asked = fetch(`${server.url}/chat/completions`, {
        ...{ method: "POST", body, headers: { "content-type": "application/json" }, signal: gone.signal },
      });
      if (stream) await (await asked).body!.getReader().read();
      else await sleep(50);
      gone.abort();
      await asked.catch(() => {});
      await vi.waitFor(() => expect(log.at(-1)).toMatch(/, the client went away, /));
      await works();
    }
  });

  it("in crowds are all answered", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 100 });
    const ask = (seed: number) =>
      send(
        "/v1/completions",
        JSON.stringify({ model: "target-0", prompt: "ab", max_tokens: 1, seed }),
        {},
        server,
        agent,
      );
    const replies = await Promise.all(Array.from({ length: 1000 }, (_, seed) => ask(seed)));
    expect(replies.filter(({ status }) => status !== 200)).toEqual([]);
    agent.destroy();
  });

  it("beyond the limit are told to come back", async () => {
    const many = { ...chat, n: 128, max_tokens: 1 };
    const replies = await Promise.all(Array.from({ length: 40 }, () => post(many)));
    const statuses = new Set(replies.map(({ status }) => status));
    expect([...statuses].sort()).toEqual([200, 429]);
    expect(replies.find(({ status }) => status === 429)).toMatchObject({
      error: { type: "rate_limit_error" },
      headers: { "retry-after": "1" },
    });
    await works();
  });
});

describe("a server that closes", () => {
  it("ends what is at work with an error, and gives its port back", async () => {
    const closing = await start();
    const headers = { "content-type": "application/json" };
    const body = (stream: boolean) => JSON.stringify({ ...chat, max_tokens: 200, n: 30, stream });
    const ask = (stream: boolean) =>
      fetch(`${closing.url}/chat/completions`, { method: "POST", body: body(stream), headers });
    const whole = ask(false);
    const streamed = await ask(true);
    await closing.close();
    expect(await streamed.text()).toMatch(/data: \{"error":\{"message":"the server is shutting down".*\}\}\n\n$/);
    expect((await whole).status).toBe(503);
    const again = await start({ port: Number(new URL(closing.url).port) });
    await works(again);
    await again.close();
  });
});

describe("what goes wrong inside", () => {
  it("is told to the log and not to the client", async () => {
    const broken = await start({
      models: [{ name: "target-0", lora: () => Promise.reject(new Error("/secret/path is missing")) }],
    });
    const reply = await send("/v1/chat/completions", JSON.stringify(chat), {}, broken);
    expect([reply.status, reply.error.code, reply.body]).toEqual([
      500,
      "internal_error",
      expect.not.stringContaining("secret"),
    ]);
    expect(log.at(-1)).toContain("/secret/path is missing");
    await broken.close();
  });
});
