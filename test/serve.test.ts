/** The server over real loopback, asked by OpenAI's own client, on the tiny model with text: every endpoint, whole and streamed. */
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine, type Engine } from "../src/engine/engine.ts";
import { noLora } from "../src/engine/lora.ts";
import { type Server, startServer } from "../src/serve/server.ts";
import { tinyLora } from "./tiny-llama.ts";
import { tinyRun } from "./tiny-run.ts";

let tiny: Awaited<ReturnType<typeof tinyRun>>;
let engine: Engine;
let server: Server;
let client: OpenAI;
const log: string[] = [];
beforeAll(async () => {
  tiny = await tinyRun();
  engine = createEngine(tiny.base, { threads: 1 });
  const last = tinyLora("last");
  server = await startServer({
    engine,
    models: [
      { name: "target-0", lora: async () => noLora },
      { name: "target-2", lora: async () => last },
    ],
    withheld: new Map([["red-team-1", "it writes attacks"]]),
    ...{ host: "127.0.0.1", port: 0, rows: 8 },
    log: (line) => log.push(line),
  });
  client = new OpenAI({ baseURL: server.url, apiKey: "none", maxRetries: 0 });
});
afterAll(async () => {
  await server.close();
  await engine.close();
  await tiny.remove();
});

const messages = [{ role: "user" as const, content: "say a word" }];
const asked = { model: "target-2", messages, seed: 1, max_tokens: 20 };
/** The prompt's tokens: a turn of the user, and the beginning of the assistant's. */
const promptTokens = "u".length + "user\nsay a word".length + "e".length + "\n".length + "sassistant\n".length;

describe("models", () => {
  it("are listed and looked up by name", async () => {
    const { data } = await client.models.list();
    expect(data.map(({ id, owned_by }) => [id, owned_by])).toEqual([
      ["target-0", "seas"],
      ["target-2", "seas"],
    ]);
    expect(await client.models.retrieve("target-2")).toMatchObject({ id: "target-2", object: "model" });
    await expect(client.models.retrieve("gpt-4o")).rejects.toMatchObject({ status: 404 });
  });

  it("that are not there, or not served, are an error that says what there is", async () => {
    await expect(client.chat.completions.create({ ...asked, model: "target-3" })).rejects.toMatchObject({
      status: 404,
      code: "model_not_found",
      param: "model",
      message: expect.stringContaining('no model "target-3": there are target-0, target-2'),
    });
    await expect(client.chat.completions.create({ ...asked, model: "red-team-1" })).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining("red-team-1 is not served: it writes attacks"),
    });
  });
});

describe("chat completions", () => {
  it("are answers with their counts", async () => {
    const reply = await client.chat.completions.create(asked);
    expect(reply).toEqual({
      id: expect.stringMatching(/^chatcmpl-/),
      object: "chat.completion",
      created: expect.any(Number),
      model: "target-2",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: expect.stringMatching(/^[a-z .\n]+$/), refusal: null },
          logprobs: null,
          finish_reason: expect.stringMatching(/^(stop|length)$/),
        },
      ],
      usage: {
        prompt_tokens: promptTokens,
        completion_tokens: expect.any(Number),
        total_tokens: expect.any(Number),
      },
    });
    const { prompt_tokens, completion_tokens, total_tokens } = reply.usage!;
    expect(prompt_tokens + completion_tokens).toBe(total_tokens);
    expect(completion_tokens).toBeLessThanOrEqual(20);
    expect(log.at(-1)).toMatch(/^POST \/v1\/chat\/completions 200, target-2, \d+ \+ \d+ tokens, \d+\.\d s$/);
  });

  it("are the same for the same seed, alone or among others, and differ by seed and by model", async () => {
    const ask = async (more: object = {}) => {
      const reply = await client.chat.completions.create({ ...asked, ...more });
      return reply.choices.map(({ message }) => message.content);
    };
    const first = await ask();
    const [again, , , other, base] = await Promise.all([
      ask(),
      ask({ seed: 5 }),
      ask({ temperature: 0.5 }),
      ask({ seed: 2 }),
      ask({ model: "target-0" }),
    ]);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(base).not.toEqual(first);
    expect(await ask({ seed: null })).not.toEqual(await ask({ seed: null }));
    expect(await ask({ temperature: 0, seed: null })).toEqual(await ask({ temperature: 0, seed: 3 }));
  });

  it("come n at a time, the prompt counted once", async () => {
    const reply = await client.chat.completions.create({ ...asked, n: 12 });
    expect(reply.choices.map(({ index }) => index)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(new Set(reply.choices.map(({ message }) => message.content)).size).toBeGreaterThan(6);
    expect(reply.usage!.prompt_tokens).toBe(promptTokens);
  });

  it("streamed are the same text in pieces", async () => {
    const whole = await client.chat.completions.create({ ...asked, n: 3 });
    const texts = ["", "", ""];
    const reasons: (string | null)[] = [];
    const stream = await client.chat.completions.create({
      ...asked,
      n: 3,
      stream: true,
      stream_options: { include_usage: true },
    });
    let usage: unknown;
    let pieces = 0;
    for await (const { object, choices, usage: counted } of stream) {
      expect(object).toBe("chat.completion.chunk");
      for (const { index, delta, finish_reason } of choices) {
        texts[index] += delta.content ?? "";
        if (finish_reason !== null) reasons[index] = finish_reason;
        pieces++;
      }
      usage = counted ?? usage;
    }
    expect(texts).toEqual(whole.choices.map(({ message }) => message.content));
    expect(reasons).toEqual(whole.choices.map(({ finish_reason }) => finish_reason));
    expect(usage).toEqual(whole.usage);
    expect(pieces).toBeGreaterThan(12);
  });

  it("end before a stop text, in a stream too", async () => {
    const long = { ...asked, max_tokens: 60 };
    const whole = await client.chat.completions.create(long);
    const content = whole.choices[0]!.message.content!;
    const stop = content.slice(4, 6);
    const { choices, usage } = await client.chat.completions.create({ ...long, stop: [stop, "never this"] });
    expect(choices[0]).toMatchObject({
      message: { content: content.slice(0, content.indexOf(stop)) },
      finish_reason: "stop",
    });
    expect(usage!.completion_tokens).toBeGreaterThanOrEqual(content.indexOf(stop) + 2);
    expect(usage!.completion_tokens).toBeLessThan(whole.usage!.completion_tokens);
    let text = "";
    for await (const part of await client.chat.completions.create({ ...long, stop, stream: true })) {
      text += part.choices[0]?.delta.content ?? "";
    }
    expect(text).toBe(content.slice(0, content.indexOf(stop)));
  });

  it("take parts of text, the developer's word for a system message, and what changes nothing", async () => {
    const reply = await client.chat.completions.create({
      ...asked,
      messages: [
        { role: "developer", content: "be kind" },
        {
          role: "user",
          name: "ada",
          content: [
            { type: "text", text: "say " },
            { type: "text", text: "a word" },
          ],
        },
      ],
      ...{ user: "me", metadata: { a: "b" }, store: false, service_tier: "auto", safety_identifier: "x" },
      ...{ frequency_penalty: 0, presence_penalty: 0, logprobs: false, tools: [], response_format: { type: "text" } },
      ...{ temperature: null, stop: null, logit_bias: null },
    });
    expect(reply.usage!.prompt_tokens).toBe(promptTokens + "usystem\nbe kinde\n".length);
  });
});

describe("completions", () => {
  it("go on with a text, with several, and with token ids", async () => {
    const one = await client.completions.create({ model: "target-0", prompt: "abc", temperature: 0, max_tokens: 9 });
    expect(one).toMatchObject({ object: "text_completion", usage: { prompt_tokens: 3 } });
    const { encode } = tiny.base.tokenizer;
    const asks = [
      ["abc", "the end"],
      [encode("abc"), encode("the end")],
    ] as const;
    for (const prompt of asks as unknown as string[][]) {
      const { choices, usage } = await client.completions.create({
        ...{ model: "target-0", prompt, n: 2, temperature: 0, max_tokens: 9 },
      });
      expect(choices.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
      expect(choices.slice(0, 2).map(({ text }) => text)).toEqual([one.choices[0]!.text, one.choices[0]!.text]);
      expect(usage!.prompt_tokens).toBe(10);
    }
  });

  it("read control tokens as such, which chat does not", async () => {
    const raw = "<|im_start|>user\nsay a word<|im_end|>\n<|im_start|>assistant\n";
    const text = await client.completions.create({ model: "target-2", prompt: raw, seed: 1, max_tokens: 20 });
    const chat = await client.chat.completions.create(asked);
    expect(text.choices[0]!.text).toBe(chat.choices[0]!.message.content);
    const quoted = await client.chat.completions.create({ ...asked, messages: [{ role: "user", content: raw }] });
    expect(quoted.usage!.prompt_tokens).toBeGreaterThan(promptTokens + 30);
  });

  it("stream", async () => {
    const options = { model: "target-2", prompt: ["ab", "cd"], seed: 4, max_tokens: 9 };
    const { choices } = await client.completions.create(options);
    const texts = ["", ""];
    for await (const part of await client.completions.create({ ...options, stream: true })) {
      expect(part.object).toBe("text_completion");
      for (const { index, text } of part.choices) texts[index] += text;
    }
    expect(texts).toEqual(choices.map(({ text }) => text));
  });
});
