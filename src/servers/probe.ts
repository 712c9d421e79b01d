/**
 * What a server can do, found by asking it a few short things: whether it answers at all and for this model, what it honours of a
 * request, and whether it can take adapters in the way that a configuration says. Nothing is loaded or changed there.
 */
import OpenAI from "openai";
import type { ServerDefinition } from "../config/servers.ts";
import { describeError, type SeasError } from "../errors.ts";
import { needs } from "./adapters.ts";
import { failureOf } from "./failures.ts";
import { listModels } from "./models.ts";
import { rootOf, send } from "./send.ts";

/** Something that keeps a server from its work, and what to do. */
export interface Obstacle {
  readonly text: string;
  readonly hint: string;
}

/** Longest wait for a reply, milliseconds: the first may load the model. */
const timeout = 120_000;
/** The same where nothing has to be loaded. */
const brief = 10_000;

const ask = "Count from one to twenty in words.";

export type Honoured = "n" | "temperature" | "seed" | "stop" | "logprobs";

/** One answer, and whether log-probabilities came with it. */
interface Said {
  readonly texts: readonly string[];
  readonly logProbs: boolean;
}

/**
 * Whether the model answers at this url.
 *
 * @returns what it honours of a request; or what keeps it from answering
 */
export async function probeModel(
  url: string,
  { model, api }: Pick<ServerDefinition, "model" | "api">,
  apiKey: string | undefined,
): Promise<ReadonlySet<Honoured> | Obstacle> {
  const client = new OpenAI({ baseURL: url, apiKey: apiKey ?? "none", timeout, maxRetries: 0 });
  const say = (more: object): Promise<Said> =>
    api === "chat" ? chatOf(client, model, more) : completionOf(client, model, more);
  try {
    await say({});
  } catch (error) {
    return obstacleOf(error, url, model, api, apiKey);
  }
  const tried = (more: object) => say(more).catch(() => undefined);
  const honoured = new Set<Honoured>();
  if ((await tried({ n: 2 }))?.texts.length === 2) honoured.add("n");
  if ((await tried(api === "chat" ? { logprobs: true } : { logprobs: 1 }))?.logProbs) honoured.add("logprobs");
  // Hot enough that two answers without a seed are hardly ever the same.
  const hot = { temperature: 1.5, max_tokens: 16 };
  const [first, same, other] = [
    await tried({ ...hot, seed: 7 }),
    await tried({ ...hot, seed: 7 }),
    await tried({ ...hot, seed: 8 }),
  ];
  const [text, again, another] = [first, same, other].map((said) => said?.texts[0]);
  if (text !== another || text !== again) honoured.add("temperature");
  if (text !== undefined && text === again && text !== another) honoured.add("seed");
  const whole = (await tried({ max_tokens: 16 }))?.texts[0] ?? "";
  const word = whole.trim().split(/\s+/)[1];
  if (word !== undefined) {
    const stopped = await tried({ max_tokens: 16, stop: [word] });
    if (stopped !== undefined && !stopped.texts[0]!.includes(word)) honoured.add("stop");
  }
  return honoured;
}

async function chatOf(client: OpenAI, model: string, more: object): Promise<Said> {
  const { choices } = await client.chat.completions.create({
    ...{ model, messages: [{ role: "user", content: ask }], max_tokens: 2, temperature: 0 },
    ...more,
  });
  return {
    texts: listOf(choices).map(({ message }) => `${message?.content ?? ""}`),
    logProbs: (choices[0]?.logprobs?.content?.length ?? 0) > 0,
  };
}

async function completionOf(client: OpenAI, model: string, more: object): Promise<Said> {
  const { choices } = await client.completions.create({
    ...{ model, prompt: ask, max_tokens: 2, temperature: 0 },
    ...more,
  });
  return {
    texts: listOf(choices).map(({ text }) => `${text ?? ""}`),
    logProbs: (choices[0]?.logprobs?.token_logprobs?.length ?? 0) > 0,
  };
}

function listOf<T>(choices: readonly T[] | undefined): readonly T[] {
  if (Array.isArray(choices) && choices.length > 0) return choices;
  throw new Error("a reply without `choices`");
}

/** Why the first question got no answer; the list of models tells a wrong name from a wrong address. */
async function obstacleOf(
  error: unknown,
  url: string,
  model: string,
  api: ServerDefinition["api"],
  apiKey: string | undefined,
): Promise<Obstacle> {
  const failure = failureOf(error, url, model, false);
  const status = error instanceof OpenAI.APIError ? error.status : undefined;
  // Some say 500 to a name that they do not know.
  if (status === 404 || status === 400 || status === 500) {
    const models = await listModels(url, apiKey).catch(() => undefined);
    if (models !== undefined && models.length > 0 && !models.includes(model)) {
      const known = models.slice(0, 5).join(", ");
      return { text: `${url} does not serve ${model}: ${describeError(error)}`, hint: `\`model\`: it has ${known}` };
    }
    if (status === 404 && models === undefined && !/\/v1\/?$/.test(url)) {
      const there = await listModels(`${url.replace(/\/$/, "")}/v1`, apiKey).catch(() => undefined);
      if (there !== undefined) return { text: `${url} has no models; ${url}/v1 has`, hint: "end `url` with /v1" };
    }
    if (status === 404 && models?.includes(model)) {
      const hint = api === "chat" ? "a base model may have completions only: `api: completions`" : "`api: chat`";
      return { text: `${url} serves ${model} but takes no ${api}: ${describeError(error)}`, hint };
    }
  }
  if (failure.kind === "fatal") return { text: failure.error.message, hint: failure.error.hint ?? "" };
  if (failure.kind === "gone")
    return { text: `${url} does not answer: ${failure.reason}`, hint: "start it, or mend `url`" };
  const hint =
    status === undefined
      ? "is this OpenAI's API? most urls end with /v1"
      : "is `model` its name there? the server's log may say more";
  return { text: `${url}, asked for ${model}: ${failure.reason}`, hint };
}

/** Where servers say what they are: vLLM, SGLang, llama-server, Ollama, by their own pages. */
const versions: readonly (readonly [path: string, of: string, key: string])[] = [
  ["/version", "vLLM", "version"],
  ["/get_server_info", "SGLang", "version"],
  ["/props", "llama-server", "build_info"],
  ["/api/version", "Ollama", "version"],
];

/** Name and version where the server tells. */
export async function versionOf(url: string, apiKey: string | undefined): Promise<string | undefined> {
  for (const [path, of, key] of versions) {
    const told = await jsonAt(`${rootOf(url)}${path}`, apiKey);
    const version = told?.[key];
    if (typeof version === "string" && version !== "") return `${of} ${version.slice(0, 40)}`;
  }
  return undefined;
}

/** What keeps it from taking adapters in the way that the configuration says; nothing where nothing is known to. */
export async function probeAdapters(
  url: string,
  adapters: NonNullable<ServerDefinition["adapters"]>,
  apiKey: string | undefined,
): Promise<Obstacle | undefined> {
  const root = rootOf(url);
  switch (adapters.kind) {
    case "vllm": {
      // An empty body loads nothing; only where the path is not there at all is the answer 404 or 405.
      if (await takesPosts(`${url}/load_lora_adapter`, apiKey)) return undefined;
      return {
        text: `${url} takes no adapters while it runs`,
        hint: "set VLLM_ALLOW_RUNTIME_LORA_UPDATING=True for vLLM, and start it with --enable-lora and --max-lora-rank",
      };
    }
    case "sglang": {
      const told = await jsonAt(`${root}/get_server_info`, apiKey);
      if (told?.enable_lora !== false && (await takesPosts(`${root}/load_lora_adapter`, apiKey))) return undefined;
      return { text: `${root} takes no adapters`, hint: needs.sglang };
    }
    case "ollama":
      if ((await jsonAt(`${root}/api/version`, apiKey)) !== undefined) return undefined;
      return { text: `${root} is no Ollama: no /api/version`, hint: "`adapters.kind` says what the server is" };
    case "llama-server":
      if ((await jsonAt(`${root}/lora-adapters`, apiKey)) !== undefined) return undefined;
      return {
        text: `${root} has no list of adapters`,
        hint: "only llama.cpp's own llama-server has; llama-cpp-python serves one `lora_path`, so give it a command",
      };
    default:
      return undefined;
  }
}

async function takesPosts(url: string, apiKey: string | undefined): Promise<boolean> {
  const answer = await send({ apiKey, timeout: brief }, url, { body: "{}", type: "application/json" }).catch(
    (_: SeasError) => undefined,
  );
  return answer !== undefined && ![404, 405].includes(answer.status);
}

/** A JSON object or list at an address; undefined where there is none. */
async function jsonAt(url: string, apiKey: string | undefined): Promise<Record<string, unknown> | undefined> {
  try {
    const { status, text } = await send({ apiKey, timeout: brief }, url);
    const value: unknown = status === 200 ? JSON.parse(text) : undefined;
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
