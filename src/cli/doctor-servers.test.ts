/** What the doctor says of servers: a server on loopback that lacks one thing after another. A real one is asked in test/services. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { resolveConfig } from "../config.ts";
import { checkServers } from "./doctor-servers.ts";

interface Body {
  readonly model: string;
  readonly n?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
  readonly logprobs?: boolean;
}

let server: Server;
/** Replies by path, in JSON; what is not here is a 404. A number is a status. */
let replies: Record<string, (body: Body) => unknown>;
let key: string | undefined;

beforeEach(async () => {
  key = undefined;
  replies = {
    "/v1/models": () => ({ data: [{ id: "m" }, { id: "other" }] }),
    "/v1/chat/completions": ({ model, n = 1, seed, stop, logprobs }) => {
      if (model !== "m") return 404;
      const text = `one two ${seed === undefined ? "three" : seed}`;
      const content = stop === undefined ? text : text.split(stop[0]!)[0];
      const choice = { message: { content }, ...(logprobs && { logprobs: { content: [{ token: "one" }] } }) };
      return { choices: Array.from({ length: n }, () => choice) };
    },
  };
  server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => {
      text += chunk;
    });
    request.on("end", () => {
      const known = replies[request.url!];
      const refused = key !== undefined && request.headers.authorization !== `Bearer ${key}`;
      const value = refused ? 401 : known === undefined ? 404 : known(JSON.parse(text || "{}"));
      const status = typeof value === "number" ? value : 200;
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(status === 200 ? value : { error: { message: `no (${status})` } }));
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const root = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** Each finding as `state: text`. */
async function said(more: object = {}, env: Record<string, string> = {}, rest: object = {}): Promise<string[]> {
  const servers = { big: { url: `${root()}/v1`, model: "m", ...more } };
  const lines: string[] = [];
  for await (const { state, about, text } of checkServers(resolveConfig({ preset: "tiny", servers, ...rest }), env))
    lines.push(`${state} ${about}: ${text}`);
  return lines;
}

describe("a server that answers", () => {
  it("is told with its version and with what it honours", async () => {
    replies["/version"] = () => ({ version: "0.11.0" });
    expect(await said()).toEqual([
      `ok big: ${root()}/v1 (vLLM 0.11.0) serves m; takes chat, honours n, temperature, seed, stop, logprobs`,
    ]);
  });

  it("is told what it leaves out", async () => {
    replies["/v1/chat/completions"] = () => ({ choices: [{ message: { content: `one two ${Math.random()}` } }] });
    expect(await said()).toEqual([
      `ok big: ${root()}/v1 serves m; takes chat, honours temperature`,
      expect.stringMatching(/^warn big: does not honour n: /),
      expect.stringMatching(/^warn big: does not honour seed: .*not repeated$/),
      expect.stringMatching(/^warn big: does not honour logprobs: /),
    ]);
  });

  it("is told when it never samples", async () => {
    replies["/v1/chat/completions"] = ({ n = 1 }) => ({
      choices: Array.from({ length: n }, () => ({ message: { content: "one two" } })),
    });
    const lines = await said();
    expect(lines[1]).toMatch(/^warn big: does not honour temperature: all answers to a prompt are the same/);
    expect(lines.filter((line) => line.includes("honour seed"))).toEqual([]);
  });

  it("is asked as completions where the configuration says so", async () => {
    replies["/v1/completions"] = ({ n = 1 }) => ({ choices: Array.from({ length: n }, () => ({ text: "one two" })) });
    expect((await said({ api: "completions" }))[0]).toBe(`ok big: ${root()}/v1 serves m; takes completions, honours n`);
  });

  it("is asked for judges too", async () => {
    const define = { guard: { guard: "rubric", url: `${root()}/v1`, model: "none" } };
    expect((await said({}, {}, { judge: { define } }))[1]).toMatch(
      /^missing guard: .* does not serve none: .*; `model`: it has m, other$/,
    );
  });
});

describe("one line and the next step for", () => {
  it.each([
    ["another model", { model: "mm" }, /does not serve mm: .*; `model`: it has m, other$/],
    ["a key that is not set", { apiKeyEnv: "NO_SUCH_KEY" }, /NO_SUCH_KEY is not set; export NO_SUCH_KEY=…$/],
    ["no completions", { api: "completions" }, /serves m but takes no completions: .*; `api: chat`$/],
  ])("%s", async (_, more, line) => {
    const [only, ...rest] = await said(more);
    expect(only).toMatch(/^missing big: /);
    expect(only).toMatch(line);
    expect(rest).toEqual([]);
  });

  it("nobody there", async () => {
    const gone = createServer();
    await new Promise<void>((done) => gone.listen(0, "127.0.0.1", done));
    const url = `http://127.0.0.1:${(gone.address() as AddressInfo).port}/v1`;
    await new Promise((done) => gone.close(done));
    expect(await said({ url, adapters: { kind: "vllm" } })).toEqual([
      expect.stringMatching(/^missing big: .* does not answer: .*; start it, or mend `url`$/),
    ]);
  });

  it("a wrong key", async () => {
    key = "right";
    expect(await said({ apiKeyEnv: "K" }, { K: "wrong" })).toEqual([
      expect.stringMatching(/^missing big: .* refuses the key: .*; set the variable that `apiKeyEnv` names$/),
    ]);
    expect((await said({ apiKeyEnv: "K" }, { K: "right" }))[0]).toMatch(/^ok big: /);
  });

  it("an address that lacks /v1, and one that is no such API", async () => {
    expect((await said({ url: root() }))[0]).toMatch(/has no models; .*\/v1 has; end `url` with \/v1$/);
    replies["/v1/chat/completions"] = () => ({ hello: "world" });
    expect((await said())[0]).toMatch(/a reply without `choices`; is this OpenAI's API\?/);
  });

  it.each([
    ["vllm", /takes no adapters while it runs; set VLLM_ALLOW_RUNTIME_LORA_UPDATING=True/],
    ["sglang", /takes no adapters; start SGLang with --enable-lora/],
    ["ollama", /is no Ollama/],
    ["llama-server", /has no list of adapters; only llama\.cpp's own/],
  ])("no adapters: %s", async (kind, line) => {
    expect((await said({ adapters: { kind } })).at(-1)).toMatch(line);
  });

  it("a run's server that is said to take none", async () => {
    expect((await said({}, {}, { model: { server: "big" } })).at(-1)).toMatch(/^missing big: `model.server` names it/);
  });

  it("not of one whose provider trains, which serves that already", async () => {
    const lines = await said({}, {}, { model: { server: "big" }, trainer: { kind: "openai" } });
    expect(lines.filter((line) => line.startsWith("missing"))).toEqual([]);
  });
});

it.each([
  ["vllm", "/v1/load_lora_adapter", () => 400],
  ["sglang", "/load_lora_adapter", () => 422],
  ["ollama", "/api/version", () => ({ version: "0.12" })],
  ["llama-server", "/lora-adapters", () => []],
])("finds that %s takes adapters", async (kind, path, reply) => {
  replies[path] = reply;
  expect((await said({ adapters: { kind } })).filter((line) => !line.startsWith("ok"))).toEqual([]);
});
