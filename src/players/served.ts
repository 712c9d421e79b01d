/** A player on one of the configuration's servers. */
import type { ServerDefinition } from "../config/servers.ts";
import type { Model } from "../seams.ts";
import { adapterServing, type Merge } from "../servers/adapters.ts";
import { keyOf } from "../servers/key.ts";
import { createServer } from "../servers/server.ts";
import type { UsageMeter } from "../servers/usage.ts";
import { openaiModel } from "./openai.ts";

/**
 * The model of a server, under a name for records and reports.
 *
 * @param environment where its key is looked up
 * @param note a line when it is gone, and when it is back
 * @param merge for a server whose models are folders
 * @param meter counts requests and tokens
 * @throws SeasError E_CONFIG when its key is not set
 */
export function servedPlayer(
  name: string,
  definition: ServerDefinition,
  environment: Readonly<Record<string, string | undefined>>,
  note: (text: string) => void,
  merge?: Merge,
  meter?: UsageMeter,
): Model {
  const { url, model, api, apiKeyEnv, concurrency, adapters, timeoutSeconds, patienceSeconds } = definition;
  const apiKey = keyOf(`server \`${name}\``, apiKeyEnv, environment);
  const urls = [url].flat();
  const server = createServer({
    urls,
    model,
    apiKey,
    concurrency,
    timeout: 1000 * timeoutSeconds,
    patience: 1000 * patienceSeconds,
    note,
  });
  const serve = adapters && adapterServing({ urls, model, apiKey }, adapters, merge);
  return openaiModel(server, { name, api, serve, meter });
}
