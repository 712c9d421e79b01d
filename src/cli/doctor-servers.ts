/** The checks of `seas doctor CONFIG`: each server and each judge on a server, asked what it can do. */
import type { JudgeDefinition } from "../config/judges.ts";
import { adapterKinds, takesTrained } from "../config/servers.ts";
import type { Config } from "../config.ts";
import type { Env } from "../engine/base/cache.ts";
import { SeasError } from "../errors.ts";
import { keyOf } from "../servers/key.ts";
import { type Honoured, type Obstacle, probeAdapters, probeModel, versionOf } from "../servers/probe.ts";
import type { Finding } from "./doctor-checks.ts";

/** What a run makes of it where a server does not honour it. */
const without: Readonly<Record<Honoured, string>> = {
  n: "answers are asked for one by one",
  temperature:
    "all answers to a prompt are the same, and a run needs several (transformers serve: `do_sample` in the model's generation_config.json)",
  seed: "the same seed gives other answers: a run can be gone on with, but not repeated",
  stop: "nothing here uses it",
  logprobs: "a guard on it gives no probabilities",
};

/** A line or more for each server of the configuration. */
export async function* checkServers(config: Config, env: Env): AsyncGenerator<Finding> {
  const { servers, judge, model, trainer } = config;
  for (const [name, server] of Object.entries(servers)) {
    const key = keyFor(`server \`${name}\``, server.apiKeyEnv, env);
    if ("text" in key) yield missing(name, key);
    else
      for (const url of [server.url].flat()) {
        // Of a server that does not answer nothing more can be said.
        if (!(yield* checkModel(name, url, server, key.apiKey))) continue;
        const obstacle = server.adapters && (await probeAdapters(url, server.adapters, key.apiKey));
        if (obstacle !== undefined) yield missing(name, obstacle);
      }
    if (model.server === name && !takesTrained(server, trainer))
      yield missing(name, {
        text: "`model.server` names it, but it has no `adapters`",
        hint: `say how it takes them: ${adapterKinds}`,
      });
  }
  for (const [name, defined] of Object.entries(judge.define))
    if ("guard" in defined) yield* checkJudge(name, defined, env);
}

async function* checkJudge(
  name: string,
  judge: Extract<JudgeDefinition, { guard: unknown }>,
  env: Env,
): AsyncGenerator<Finding> {
  const key = keyFor(`judge \`${name}\``, judge.apiKeyEnv, env);
  if ("text" in key) return void (yield missing(name, key));
  // A moderation endpoint is no chat: it costs and says nothing to ask it about our words.
  if (judge.guard === "moderation")
    return void (yield { state: "ok", about: name, text: "a moderation endpoint; it was not asked" });
  for (const url of [judge.url].flat()) yield* checkModel(name, url, { model: judge.model, api: "chat" }, key.apiKey);
}

/** @returns whether the model answers */
async function* checkModel(
  name: string,
  url: string,
  asked: Parameters<typeof probeModel>[1],
  apiKey: string | undefined,
): AsyncGenerator<Finding, boolean> {
  const found = await probeModel(url, asked, apiKey);
  if ("text" in found) {
    yield missing(name, found);
    return false;
  }
  const version = await versionOf(url, apiKey);
  const all = Object.keys(without) as Honoured[];
  const honoured = all.filter((what) => found.has(what));
  const also = honoured.length === 0 ? "" : `, honours ${honoured.join(", ")}`;
  yield {
    state: "ok",
    about: name,
    text: `${url}${version === undefined ? "" : ` (${version})`} serves ${asked.model}; takes ${asked.api}${also}`,
  };
  // Where nothing is sampled, seeds cannot be told from one another.
  const silent = found.has("temperature") ? ["stop"] : ["stop", "seed"];
  for (const what of all.filter((each) => !found.has(each) && !silent.includes(each)))
    yield { state: "warn", about: name, text: `does not honour ${what}: ${without[what]}` };
  return true;
}

function missing(about: string, { text, hint }: Obstacle): Finding {
  return { state: "missing", about, text: `${text}; ${hint}` };
}

function keyFor(
  whose: string,
  variable: string | undefined,
  env: Env,
): { readonly apiKey: string | undefined } | Obstacle {
  try {
    return { apiKey: keyOf(whose, variable, env) };
  } catch (error) {
    if (!(error instanceof SeasError)) throw error;
    return { text: error.message, hint: error.hint ?? "" };
  }
}
