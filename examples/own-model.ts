/**
 * A player of your own: a model behind a chat API (vLLM, llama-server, Ollama, a hosted one), measured on the attacks
 * that a finished run's Red Team wrote. Evaluation only: it is asked, never trained.
 *
 *   npx tsx examples/own-model.ts runs/NAME 3 http://localhost:8000/v1 my-model
 *
 * The key, if one is needed, comes from OPENAI_API_KEY. Ask only models that you may test.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Completion,
  classifierJudge,
  createEngine,
  type GenerateOptions,
  type GenerateRequest,
  type JudgeInput,
  type Model,
  openBaseModel,
  Prompt,
  readJudge,
  SeasError,
  shippedJudge,
} from "seas";

/** A model behind a chat API. Its adapters, if any, are the server's business. */
function chatModel(url: string, name: string): Model {
  const model: Model = {
    name,
    with(adapter) {
      if (adapter !== undefined) throw new SeasError("E_MODEL", `${name} is asked over a network and takes no adapter`);
      return model;
    },
    async *generate(requests, options) {
      for (const request of requests)
        for (let sample = 0; sample < (options.n ?? 1); sample++) yield await ask(url, name, request, sample, options);
    },
  };
  return model;
}

/** One answer; what goes wrong becomes the answer's error, so that every request still gets its n. */
async function ask(
  url: string,
  model: string,
  { id, messages }: GenerateRequest,
  sample: number,
  options: GenerateOptions,
): Promise<Completion> {
  const { temperature, topP, maxTokens, seed, signal } = options;
  const body = { model, messages, temperature, top_p: topP, max_tokens: maxTokens, seed: seed + sample };
  const key = process.env.OPENAI_API_KEY;
  const headers = {
    "content-type": "application/json",
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  };
  try {
    const reply = await fetch(`${url}/chat/completions`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
      signal: signal ?? null,
    });
    if (!reply.ok) throw new Error(`HTTP ${reply.status}`);
    const { choices, usage } = (await reply.json()) as Reply;
    const choice = choices[0];
    return {
      requestId: id,
      sample,
      text: choice?.message.content ?? "",
      finishReason: choice?.finish_reason === "length" ? "length" : "stop",
      usage: { promptTokens: usage?.prompt_tokens ?? 0, completionTokens: usage?.completion_tokens ?? 0 },
    };
  } catch (error) {
    signal?.throwIfAborted();
    return {
      requestId: id,
      sample,
      text: "",
      finishReason: "error",
      usage: { promptTokens: 0, completionTokens: 0 },
      error: String(error),
    };
  }
}

interface Reply {
  readonly choices: readonly {
    readonly message: { readonly content: string | null };
    readonly finish_reason: string;
  }[];
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number };
}

const [run, iteration, url, name] = process.argv.slice(2);
if (run === undefined || iteration === undefined || url === undefined || name === undefined) {
  throw new SeasError("E_USAGE", "expected: RUN ITERATION URL MODEL");
}

const lines = (await readFile(join(run, iteration, "prompts.jsonl"), "utf8")).split("\n").filter((line) => line !== "");
const prompts = lines.map((line) => Prompt.parse(JSON.parse(line))).filter((prompt) => prompt.dropped === undefined);
const byId = new Map(prompts.map((prompt) => [prompt.id, prompt]));

const requests = prompts.map(({ id, text }): GenerateRequest => ({ id, messages: [{ role: "user", content: text }] }));
const inputs: JudgeInput[] = [];
for await (const { requestId, text } of chatModel(url, name).generate(requests, {
  temperature: 0.8,
  topP: 0.9,
  maxTokens: 256,
  seed: 1,
})) {
  const { text: prompt, category } = byId.get(requestId)!;
  inputs.push({ attemptId: requestId, prompt, response: text, category });
}

const { card, classifier } = await readJudge(await shippedJudge("scoring"));
const engine = createEngine(await openBaseModel(card.base.open), { threads: 0, precision: "int8" });
try {
  const judge = classifierJudge(engine, await classifier(engine.base.config), card, { name: "scoring", batchSize: 32 });
  const counts = { safe: 0, unsafe: 0, unscored: 0 };
  for await (const { label } of judge.score(inputs)) counts[label]++;
  console.log(
    `${name} on ${prompts.length} attacks of iteration ${iteration}: ${counts.unsafe} of ${counts.safe + counts.unsafe} answers unsafe, ${counts.unscored} unscored`,
  );
} finally {
  await engine.close();
}
