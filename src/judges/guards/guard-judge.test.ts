/** Guards over HTTP: a real server on loopback, scripted, since what matters here is what it answers and refuses. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Verdict } from "../../records.ts";
import type { Judge, JudgeInput } from "../../seams.ts";
import { createServer as createAsked, type ServerOptions } from "../../servers/server.ts";
import { usageMeter } from "../../servers/usage.ts";
import { guardFormats } from "./formats.ts";
import { guardJudge, moderationJudge } from "./guard-judge.ts";

type Body = Record<string, unknown> & { messages: { role: string; content: string }[] };
let server: Server;
let asked: Body[];
let inFlight = 0;
let most = 0;
/** What the server does with a request; set by each test. */
let answer: (body: Body, response: ServerResponse, request: IncomingMessage) => void;

beforeEach(async () => {
  asked = [];
  inFlight = most = 0;
  server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => {
      text += chunk;
    });
    request.on("end", () => {
      most = Math.max(most, ++inFlight);
      response.on("close", () => inFlight--);
      const body = JSON.parse(text) as Body;
      asked.push(body);
      answer(body, response, request);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});
afterEach(() => new Promise((done) => server.close(done)));

function json(response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(value));
}
const say = (response: ServerResponse, content: string | null, more: object = {}) =>
  json(response, 200, {
    choices: [{ index: 0, message: { role: "assistant", content }, ...more }],
    ...("usage" in more && more),
  });

const inputs = (count: number): JudgeInput[] =>
  Array.from({ length: count }, (_, i) => ({
    attemptId: `${i}`,
    prompt: "p",
    response: `answer ${i}`,
    category: "fraud",
  }));

const at = (more: Partial<ServerOptions> = {}) =>
  createAsked({
    urls: [`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`],
    model: "m",
    retries: 2,
    ...more,
  });

async function verdictsOf(judge: Judge, of: readonly JudgeInput[], signal?: AbortSignal): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for await (const verdict of judge.score(of, signal === undefined ? {} : { signal })) verdicts.push(verdict);
  return verdicts;
}

describe("guardJudge", () => {
  it("gives a verdict for each input in order, however the answers come, and no more at once than allowed", async () => {
    answer = ({ messages }, response) => {
      const number = Number(messages.at(-1)!.content.split(" ")[1]);
      setTimeout(() => say(response, number % 3 === 0 ? "unsafe\nS2" : "safe"), number % 2 === 0 ? 20 : 1);
    };
    const verdicts = await verdictsOf(
      guardJudge("guard", at({ concurrency: 3 }), guardFormats["llama-guard-3"]),
      inputs(12),
    );
    expect(verdicts.map((v) => v.attemptId)).toEqual(inputs(12).map((i) => i.attemptId));
    expect(verdicts.map((v) => v.label)).toEqual(inputs(12).map((_, i) => (i % 3 === 0 ? "unsafe" : "safe")));
    expect(verdicts[0]).toEqual({ attemptId: "0", judge: "guard", label: "unsafe", categories: ["S2"] });
    expect(most).toBe(3);
  });

  it("asks at temperature 0 and reads the probability off the server's log-probabilities", async () => {
    const top_logprobs = [
      { token: "safe", logprob: Math.log(0.75), bytes: [] },
      { token: "unsafe", logprob: Math.log(0.25), bytes: [] },
    ];
    answer = (_, response) =>
      say(response, "safe", { logprobs: { content: [{ token: "safe", logprob: 0, bytes: [], top_logprobs }] } });
    const [verdict] = await verdictsOf(guardJudge("guard", at(), guardFormats["llama-guard-3"]), inputs(1));
    expect(asked[0]).toMatchObject({ model: "m", temperature: 0, logprobs: true });
    expect(verdict!.unsafeProbability).toBeCloseTo(0.25, 12);
  });

  it("hands a guard's arguments to the template", async () => {
    answer = (_, response) => say(response, "<score> no </score>");
    await verdictsOf(guardJudge("guard", at(), guardFormats["granite-guardian"]), inputs(1));
    expect(asked[0]!.chat_template_kwargs).toMatchObject({ guardian_config: { criteria_id: "harm" } });
  });

  it("leaves out what a server will not take, from then on", async () => {
    answer = (body, response) =>
      body.response_format === undefined
        ? say(response, '{"verdict": "unsafe", "refusal": false, "probability": 0.8}')
        : json(response, 400, { error: { message: "response_format is not supported" } });
    const verdicts = await verdictsOf(guardJudge("guard", at({ concurrency: 1 }), guardFormats.rubric), inputs(3));
    expect(verdicts.map((v) => v.label)).toEqual(["unsafe", "unsafe", "unsafe"]);
    expect(asked.map((body) => body.response_format !== undefined)).toEqual([true, false, false, false]);
  });

  it("tries again what may pass: 500, 429, a cut connection, a reply that is no JSON", async () => {
    const failures: ((response: ServerResponse) => void)[] = [
      (response) => json(response, 500, {}),
      (response) => json(response, 429, {}, { "retry-after": "0" }),
      (response) => response.destroy(),
    ];
    answer = (_, response) => {
      const fail = failures.shift();
      if (fail === undefined) say(response, "safe", { usage: { prompt_tokens: 30, completion_tokens: 2 } });
      else fail(response);
    };
    const meter = usageMeter();
    const verdicts = await verdictsOf(
      guardJudge("guard", at({ retries: 4, concurrency: 1 }), guardFormats["llama-guard-3"], meter),
      inputs(1),
    );
    expect(verdicts).toMatchObject([{ label: "safe" }]);
    expect(asked).toHaveLength(4);
    expect(meter.take()).toEqual({
      "judge guard": { requests: 1, retries: 3, promptTokens: 30, completionTokens: 2 },
    });
  });

  it("says why there is no verdict where a request fails for good, and goes on with the next", async () => {
    answer = ({ messages }, response) => {
      const [, number] = messages.at(-1)!.content.split(" ");
      if (number === "0") json(response, 500, { error: { message: "out of memory" } });
      else if (number === "1")
        json(response, 400, { error: { message: "this is longer than the context of 512 tokens" } });
      else if (number === "2") say(response, null);
      else if (number === "3") json(response, 200, { choices: [] });
      else say(response, "safe");
    };
    const verdicts = await verdictsOf(
      guardJudge("guard", at({ retries: 0 }), guardFormats["llama-guard-3"]),
      inputs(5),
    );
    expect(verdicts.map((v) => v.label)).toEqual(["unscored", "unscored", "unscored", "unscored", "safe"]);
    expect(verdicts.map((v) => v.reason)).toEqual([
      "server: 500 out of memory",
      expect.stringContaining("longer than the context"),
      "empty reply",
      "empty reply",
      undefined,
    ]);
  });

  it("asks nothing about an empty answer", async () => {
    answer = (_, response) => say(response, "safe");
    const empty = ["", " \n", "\u200b\u202e\u00ad", "\u0000\r\t"].map((response) => ({ ...inputs(1)[0]!, response }));
    for (const judge of [guardJudge("guard", at(), guardFormats.rubric), moderationJudge("guard", at())])
      for (const verdict of await verdictsOf(judge, empty))
        expect(verdict).toMatchObject({ label: "unscored", reason: "empty answer" });
    expect(asked).toHaveLength(0);
  });

  it("ends with the reason of an abort", async () => {
    answer = () => {};
    const stop = new AbortController();
    const verdicts = verdictsOf(guardJudge("guard", at(), guardFormats["llama-guard-3"]), inputs(3), stop.signal);
    setTimeout(() => stop.abort(new Error("enough")), 50);
    await expect(verdicts).rejects.toThrow("enough");
    server.closeAllConnections();
  });

  it("asks once about what is refused for itself, when the server has taken the like of it before", async () => {
    answer = ({ messages }, response) =>
      messages.at(-1)!.content === "answer 1"
        ? json(response, 400, { error: { message: "this is longer than the context of 512 tokens" } })
        : say(response, "safe");
    const judge = guardJudge("guard", at({ concurrency: 1 }), guardFormats["llama-guard-3"]);
    const verdicts = await verdictsOf(judge, inputs(3));
    expect(verdicts.map((v) => v.label)).toEqual(["safe", "unscored", "safe"]);
    expect(asked).toHaveLength(3);
  });

  it.each([
    [401, "refuses the key", "apiKeyEnv"],
    [404, "knows no m", "check `model`"],
  ])("stops where none can pass: %i", async (status, message, hint) => {
    answer = (_, response) => json(response, status, { error: { message: "no" } });
    const verdicts = verdictsOf(guardJudge("guard", at(), guardFormats.rubric), inputs(50));
    await expect(verdicts).rejects.toMatchObject({
      code: "E_NETWORK",
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
    expect(asked.length).toBeLessThanOrEqual(16);
  });

  it("waits for a server that is not there, then says so", async () => {
    const notes: string[] = [];
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
    const urls = [`http://127.0.0.1:${(other.address() as AddressInfo).port}/v1`];
    await new Promise((done) => other.close(done));
    const gone = guardJudge(
      "guard",
      at({ urls, patience: 500, note: (text) => notes.push(text) }),
      guardFormats.rubric,
    );
    await expect(verdictsOf(gone, inputs(1))).rejects.toMatchObject({ code: "E_NETWORK", retryable: true });
    expect(notes[0]).toMatch(/waiting for it$/);
  });

  it.each([
    ["content that is no text", { message: { content: { label: "safe" } } }],
    ["log-probabilities that are none", { message: { content: "?" }, logprobs: { content: "none" } }],
    ["no message", {}],
  ])("takes a reply for none: %s", async (_, choice) => {
    answer = (__, response) => json(response, 200, { choices: [choice] });
    const [verdict] = await verdictsOf(
      guardJudge("guard", at({ retries: 0 }), guardFormats["llama-guard-3"]),
      inputs(1),
    );
    expect(verdict).toMatchObject({ label: "unscored" });
  });
});

describe("moderationJudge", () => {
  it("reads what is flagged, by the highest score", async () => {
    answer = (_, response) =>
      json(response, 200, {
        results: [
          { flagged: true, categories: { violence: true, hate: false }, category_scores: { violence: 0.9, hate: 0.2 } },
        ],
      });
    const [verdict] = await verdictsOf(moderationJudge("guard", at()), inputs(1));
    expect(verdict).toEqual({
      attemptId: "0",
      judge: "guard",
      label: "unsafe",
      unsafeProbability: 0.9,
      categories: ["violence"],
    });
    expect(asked[0]).toMatchObject({ model: "m", input: "answer 0" });
  });

  it("is unscored where there is no result", async () => {
    answer = (_, response) => json(response, 200, { results: [] });
    expect(await verdictsOf(moderationJudge("guard", at()), inputs(1))).toMatchObject([
      { label: "unscored", reason: "no result" },
    ]);
  });
});
