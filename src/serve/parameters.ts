/**
 * The parameters of OpenAI's API that both kinds of completions share. What would change an answer and is not there is
 * refused, unless it has the value that changes nothing; what changes no answer is passed over; a name that nobody knows is
 * refused, since it was meant to do something.
 */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { badParameter } from "./errors.ts";

/** Tokens of an answer where the client says nothing, or as many as there is room for. */
const defaultMaxTokens = 512;

const whole = z.number().int().max(Number.MAX_SAFE_INTEGER);
const stop = z.string().min(1).max(1000);

/** How to sample, as a client says it; null is the same as nothing. */
export const sampling = {
  model: z.string(),
  n: whole.min(1).max(128).nullish(),
  max_tokens: whole.min(1).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  seed: whole.min(Number.MIN_SAFE_INTEGER).nullish(),
  stop: z.union([stop, z.array(stop).max(16)]).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
};

/** OpenAI's word for a prompt that does not fit. */
const contextLength = "context_length_exceeded";

/** They change no answer. */
const harmless = new Set([
  "metadata",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  "safety_identifier",
  "service_tier",
  "store",
  "user",
]);

/** They would change an answer, and are not there: each with the values that change nothing, beside null. */
const unsupported: Readonly<Record<string, readonly unknown[]>> = {
  audio: [],
  best_of: [1],
  echo: [false],
  frequency_penalty: [0],
  function_call: ["none", "auto"],
  functions: [[]],
  logit_bias: [{}],
  logprobs: [false],
  modalities: [["text"]],
  parallel_tool_calls: [true, false],
  prediction: [],
  presence_penalty: [0],
  reasoning_effort: ["none"],
  response_format: [{ type: "text" }],
  suffix: [""],
  tool_choice: ["none", "auto"],
  tools: [[]],
  top_logprobs: [0],
  verbosity: ["medium"],
  web_search_options: [],
};

/** Sampling as the engine takes it. */
export interface Sampling {
  readonly n: number;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topP: number;
  /** undefined = another one each time. */
  readonly seed: number | undefined;
  readonly stops: readonly string[];
}

type Given = z.infer<z.ZodObject<typeof sampling>> & { readonly max_completion_tokens?: number | null | undefined };

/**
 * A body against a schema.
 *
 * @throws RequestError 400 naming the parameter that is wrong, not known or not supported
 */
export function parseBody<S extends z.ZodRawShape>(schema: z.ZodObject<S>, body: unknown): z.infer<z.ZodObject<S>> {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw badParameter("body", "the body must be a JSON object");
  }
  for (const [name, value] of Object.entries(body)) {
    if (Object.hasOwn(schema.shape, name) || harmless.has(name) || value === null) continue;
    if (!Object.hasOwn(unsupported, name)) {
      throw badParameter(name.slice(0, 100), `unrecognized request argument: ${JSON.stringify(name.slice(0, 100))}`);
    }
    if (unsupported[name]!.some((neutral) => isDeepStrictEqual(neutral, value))) continue;
    throw badParameter(name, `${name} is not supported by this server`, "unsupported_parameter");
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const param = path.reduce<string>(
    (text, key) => text + (typeof key === "number" ? `[${key}]` : `.${String(key)}`),
    "",
  );
  throw badParameter(param.slice(1), `${param.slice(1)}: ${message}`);
}

/**
 * How to sample, the defaults filled in.
 *
 * @param prompt the longest: its tokens, and the parameter that it came in
 * @param positions that the model has for prompt and answer
 * @throws RequestError 400 when both do not fit
 */
export function samplingOf(
  given: Given,
  prompt: { readonly tokens: number; readonly param: string },
  positions: number,
): Sampling {
  const param = given.max_completion_tokens == null ? "max_tokens" : "max_completion_tokens";
  const asked = given.max_completion_tokens ?? given.max_tokens;
  const room = positions - prompt.tokens;
  if (room < (asked ?? 1)) {
    const wanted = asked == null ? "" : ` and ${asked} of the answer (${param})`;
    throw badParameter(
      room < 1 ? prompt.param : param,
      `this model has room for ${positions} tokens; the prompt has ${prompt.tokens}${wanted}`,
      contextLength,
    );
  }
  return {
    n: given.n ?? 1,
    maxTokens: asked ?? Math.min(defaultMaxTokens, room),
    temperature: given.temperature ?? 1,
    topP: given.top_p ?? 1,
    seed: given.seed ?? undefined,
    stops: [given.stop ?? []].flat(),
  };
}

/** More characters of a prompt for each position of the model than any text of words has: not worth the time to count its tokens. */
const mostCharacters = 16;

/**
 * Refuses a text that cannot fit before its tokens are counted, which takes long for a long one.
 *
 * @param param that it came in
 * @throws RequestError 400
 */
export function checkLength(texts: readonly string[], positions: number, param: string): void {
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  if (characters <= mostCharacters * positions) return;
  throw badParameter(
    param,
    `this model has room for ${positions} tokens; the prompt has ${characters} characters`,
    contextLength,
  );
}
