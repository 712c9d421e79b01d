/** A player over HTTP: a real server on loopback, scripted, since what matters here is what it answers, refuses and breaks. */
import { createServer as createHttpServer, type Server as HttpServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Completion, GenerateOptions } from "../seams.ts";
import { createServer, type ServerOptions } from "../servers/server.ts";
import { usageMeter } from "../servers/usage.ts";
import { openaiModel } from "./openai.ts";

interface Body {
  readonly model: string;
  readonly n: number;
  readonly seed: number;
  readonly messages?: readonly { readonly role: string; readonly content: string }[];
  readonly prompt?: string;
}
let server: HttpServer;
let asked: Body[];
let paths: string[];
let times: number;
let port: number;
/** What the server does with a request, which is its `time`-th; set by each test. */
let answer: (body: Body, response: ServerResponse, time: number) => void;

beforeEach(async () => {
  [asked, paths, times] = [[], [], 0];
  meter = usageMeter();
  server = listening();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  port = (server.address() as AddressInfo).port;
});
afterEach(() => new Promise((done) => server.close(done)));

function listening(): HttpServer {
  return createHttpServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => {
      text += chunk;
    });
    request.on("end", () => {
      paths.push(request.url!);
      const body = JSON.parse(text) as Body;
      asked.push(body);
      answer(body, response, ++times);
    });
  });
}

function json(response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", connection: "close", ...headers });
  response.end(JSON.stringify(value));
}
/** As many answers as were asked for: the request's number, and which answer. */
function say(response: ServerResponse, { messages, prompt, n }: Body, more: { reason?: string; n?: number } = {}) {
  const text = messages?.at(-1)?.content ?? prompt;
  const { reason = "stop", n: count = n } = more;
  const choices = Array.from({ length: count }, (_, index) => ({
    index,
    message: { role: "assistant", content: `${text}.${index}` },
    text: `${text}.${index}`,
    finish_reason: reason,
  }));
  json(response, 200, { choices, usage: { prompt_tokens: 5, completion_tokens: 7 * count } });
}

const requests = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `r${i}`, messages: [{ role: "user" as const, content: `${i}` }] }));
/** What was asked in the test. */
let meter = usageMeter();
const options: GenerateOptions = { n: 2, temperature: 0.8, topP: 0.9, maxTokens: 16, seed: 7 };

async function answersOf(
  count: number,
  more: Partial<GenerateOptions> = {},
  at: Partial<ServerOptions> = {},
  api: "chat" | "completions" = "chat",
): Promise<Completion[]> {
  const asks = createServer({ urls: [`http://127.0.0.1:${port}/v1`], model: "m", retries: 2, ...at });
  const all: Completion[] = [];
  for await (const one of openaiModel(asks, { name: "m", api, meter }).generate(requests(count), {
    ...options,
    ...more,
  }))
    all.push(one);
  return all;
}

const every = (count: number, n = 2) =>
  Array.from({ length: count * n }, (_, i) => `r${Math.floor(i / n)} ${i % n} ${Math.floor(i / n)}.${i % n}`);
const lines = (completions: readonly Completion[]) =>
  completions.map(({ requestId, sample, text }) => `${requestId} ${sample} ${text}`);

describe("openaiModel", () => {
  it("answers in order, however the answers come, and counts their tokens once", async () => {
    answer = (body, response, time) => setTimeout(() => say(response, body), time % 3 === 0 ? 20 : 1);
    let tokens = 0;
    const all = await answersOf(20, {
      onTokens: (count) => {
        tokens += count;
      },
    });
    expect(lines(all)).toEqual(every(20));
    expect(tokens).toBe(20 * 14);
    expect(all.reduce((sum, { usage }) => sum + usage.completionTokens, 0)).toBe(20 * 14);
    expect(all.reduce((sum, { usage }) => sum + usage.promptTokens, 0)).toBe(20 * 5);
    expect(asked[0]).toMatchObject({ model: "m", n: 2, temperature: 0.8, top_p: 0.9, max_tokens: 16 });
    expect(new Set(asked.map(({ seed }) => seed)).size).toBe(20);
  });

  it("asks for the same with the same seed, and for other answers with another", async () => {
    answer = (body, response) => say(response, body);
    await answersOf(3);
    await answersOf(3);
    await answersOf(3, { seed: 8 });
    const seeds = asked.map(({ seed }) => seed);
    expect([...seeds.slice(0, 3)].sort()).toEqual([...seeds.slice(3, 6)].sort());
    expect(seeds.slice(6).filter((seed) => seeds.slice(0, 3).includes(seed))).toEqual([]);
    expect(Math.max(...seeds)).toBeLessThan(2 ** 31);
  });

  it("asks one by one for what a server without `n` leaves out", async () => {
    answer = (body, response) => say(response, body, { n: 1 });
    const all = await answersOf(4, { n: 3 });
    expect(all.map(({ requestId, sample }) => `${requestId} ${sample}`)).toEqual(
      every(4, 3).map((line) => line.split(" ").slice(0, 2).join(" ")),
    );
    expect(asked).toHaveLength(12);
    expect(new Set(asked.map(({ seed }) => seed)).size).toBe(12);
  });

  it("sends a base model plain text", async () => {
    answer = (body, response) => say(response, body);
    expect(lines(await answersOf(2, {}, {}, "completions"))).toEqual(every(2));
    expect(paths).toEqual(["/v1/completions", "/v1/completions"]);
    expect(asked[0]!.prompt).toBe("0");
  });

  it("says with each request what the server wants for an adapter, asked anew for each batch", async () => {
    answer = (body, response) => say(response, body);
    let times = 0;
    const serve = async () => ({ model: "other", more: { lora: [{ id: times++, scale: 1 }] } });
    const asks = createServer({ urls: [`http://127.0.0.1:${port}/v1`], model: "m" });
    const model = openaiModel(asks, { name: "m", api: "chat", serve });
    for (let batch = 0; batch < 2; batch++) for await (const _ of model.generate(requests(1), options));
    expect(asked).toMatchObject([
      { model: "other", lora: [{ id: 0 }] },
      { model: "other", lora: [{ id: 1 }] },
    ]);
  });

  it("tries again what may pass: 500, 429, wrong JSON, no choices, a body that is cut, no answer in time or half of one", async () => {
    const faults: ((response: ServerResponse) => void)[] = [
      (response) => json(response, 500, { error: { message: "oops" } }),
      (response) => json(response, 429, { error: { message: "slow down" } }, { "retry-after-ms": "30" }),
      (response) => response.writeHead(200, { "content-type": "application/json" }).end('{"choices": [{'),
      (response) => json(response, 200, { choices: [] }),
      (response) => {
        response.writeHead(200, { "content-type": "application/json", "content-length": "5000" });
        response.write('{"choices":');
        setTimeout(() => response.destroy(), 5);
      },
      (response) => void response.socket!.destroy(),
      () => {},
      (response) => {
        response.writeHead(200, { "content-type": "application/json", "content-length": "5000" });
        response.write('{"choices":');
      },
    ];
    answer = (body, response, time) =>
      time % 3 === 1 ? faults[((time - 1) / 3) % faults.length]!(response) : say(response, body);
    const all = await answersOf(28, {}, { retries: 8, timeout: 1000, concurrency: 4 });
    expect(lines(all)).toEqual(every(28));
    expect(all.every(({ error }) => error === undefined)).toBe(true);
    expect(times).toBeGreaterThan(28 + faults.length);
    // Every attempt is counted, tokens once.
    expect(meter.take()).toEqual({
      target: { requests: 28, retries: times - 28, promptTokens: 28 * 5, completionTokens: 28 * 14 },
    });
    expect(meter.take()).toEqual({});
  });

  it("records what never passes as an answer with its error, at once", async () => {
    answer = (body, response) => {
      if (body.messages![0]!.content === "1") json(response, 400, { error: { message: "context too long" } });
      else if (body.messages![0]!.content === "2") say(response, body, { reason: "content_filter" });
      else say(response, body);
    };
    const all = await answersOf(4);
    expect(all.map(({ finishReason }) => finishReason)).toEqual(
      ["stop", "error", "error", "stop"].flatMap((reason) => [reason, reason]),
    );
    expect(all[2]).toMatchObject({ text: "", error: "server: 400 context too long" });
    expect(all[4]!.error).toBe("server: its content filter kept the answer back");
    expect(times).toBe(4);
  });

  it("gives a request up after its attempts, and the work when all fail", async () => {
    answer = (body, response) =>
      body.messages![0]!.content === "1" ? json(response, 500, { error: { message: "oops" } }) : say(response, body);
    const all = await answersOf(3, {}, { retries: 1 });
    expect(all[2]!.error).toBe("server: 500 oops");
    expect(meter.take().target).toMatchObject({ requests: 3, retries: 1, promptTokens: 2 * 5 });
    answer = (_, response) => json(response, 500, { error: { message: "oops" } });
    await expect(answersOf(60, {}, { retries: 0, concurrency: 8 })).rejects.toThrow(/20 requests in a row failed/);
  });

  it.each([
    [401, "refuses the key"],
    [404, "knows no m"],
    [403, "forbids it"],
  ])("stops at once for %i: %s", async (status, message) => {
    answer = (_, response) => json(response, status, { error: { message: "no" } });
    await expect(answersOf(200)).rejects.toThrow(message);
    expect(times).toBeLessThanOrEqual(16);
  });

  it("waits for a server that dies and comes back, and loses nothing", async () => {
    const notes: string[] = [];
    answer = (body, response, time) => {
      if (time !== 30) return say(response, body);
      server.closeAllConnections();
      server.close(() => {
        setTimeout(() => {
          server = listening();
          server.listen(port, "127.0.0.1");
        }, 1500);
      });
    };
    const all = await answersOf(100, {}, { retries: 2, note: (text) => notes.push(text) });
    expect(lines(all)).toEqual(every(100));
    expect(notes[0]).toMatch(/does not answer \(.*\); waiting for it$/);
    expect(notes.at(-1)).toMatch(/is back$/);
  });

  it("gives up a server that stays away, with what to do", async () => {
    await new Promise((done) => server.close(done));
    await expect(answersOf(3, {}, { patience: 700 })).rejects.toMatchObject({
      code: "E_NETWORK",
      retryable: true,
      hint: expect.stringContaining("start the server"),
    });
    server = listening().listen(port, "127.0.0.1");
  });

  it("uses copies that work while another is away", async () => {
    answer = (body, response) => say(response, body);
    const other = listening();
    await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
    const away = (other.address() as AddressInfo).port;
    await new Promise((done) => other.close(done));
    const all = await answersOf(40, {}, { urls: [away, port].map((each) => `http://127.0.0.1:${each}/v1`) });
    expect(lines(all)).toEqual(every(40));
  });

  it("ends with the signal's reason, and asks for no more", async () => {
    const stop = new AbortController();
    answer = (body, response, time) => {
      if (time === 5) stop.abort(new Error("enough"));
      else say(response, body);
    };
    await expect(answersOf(500, { signal: stop.signal })).rejects.toThrow("enough");
    // What had left before is still on its way.
    await new Promise((done) => setTimeout(done, 200));
    expect(times).toBeLessThanOrEqual(16);
  });

  it("asks for no more than is read", async () => {
    answer = (body, response) => say(response, body);
    const asks = createServer({ urls: [`http://127.0.0.1:${port}/v1`], model: "m", concurrency: 4 });
    for await (const _ of openaiModel(asks, { name: "m", api: "chat" }).generate(requests(1000), options)) break;
    await new Promise((done) => setTimeout(done, 50));
    expect(times).toBeLessThanOrEqual(16);
  });
});
