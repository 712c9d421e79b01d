/** A player on one of the configuration's servers. */
import type { ServerDefinition } from "../config/servers.ts";
import type { Model } from "../seams.ts";
import { type AdapterFiles, adapterServing } from "../servers/adapters.ts";
import { keyOf } from "../servers/key.ts";
import { createServer } from "../servers/server.ts";
import type { UsageMeter } from "../servers/usage.ts";
import { openaiModel } from "./openai.ts";

/**
 * The model of a server, under a name for records and reports.
 *
 * @param environment where its key is looked up
 * @param note a line when it is gone, and when it is back
 * @param files for servers that do not read PEFT's
 * @param meter counts requests and tokens
 * @throws SeasError E_CONFIG when its key is not set
 */
export function servedPlayer(
  name: string,
  definition: ServerDefinition,
  environment: Readonly<Record<string, string | undefined>>,
  note: (text: string) => void,
  files?: AdapterFiles,
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
  const serve = adapters && adapterServing({ urls, model, apiKey }, adapters, files);
  return openaiModel(server, { name, api, serve, meter });
}
