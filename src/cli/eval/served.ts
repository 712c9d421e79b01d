/** A model on a server, as `--model` names it: one of the configuration's `servers`, or URL#MODEL. */

import { ServerDefinition } from "../../config/servers.ts";
import type { Config } from "../../config.ts";
import { SeasError } from "../../errors.ts";
import { hashOf } from "../../judges/named.ts";
import { servedPlayer } from "../../players/served.ts";
import { listModels } from "../../servers/models.ts";
import type { EvalModel } from "./players.ts";

/**
 * The model, or nothing where the name means none on a server.
 *
 * @throws SeasError E_CONFIG for a key that is not set; E_NETWORK, E_USAGE where a url without a model's name leaves open which
 */
export async function servedModel(
  spec: string,
  config: Config,
  note: (text: string) => void,
): Promise<EvalModel | undefined> {
  if (Object.hasOwn(config.servers, spec)) return ofServer(spec, config.servers[spec]!, note);
  if (!/^https?:/i.test(spec)) return undefined;
  const at = spec.indexOf("#");
  const url = at < 0 ? spec : spec.slice(0, at);
  if (!URL.canParse(url) || url.includes("@"))
    throw new SeasError("E_USAGE", `${spec}: expected URL#MODEL such as http://127.0.0.1:8000/v1#llama`, {
      hint: "a key is named by `apiKeyEnv` in the configuration's `servers`",
    });
  const model = at < 0 ? await onlyModel(url) : spec.slice(at + 1);
  const definition = ServerDefinition.parse({ url, model });
  return ofServer(model, definition, note);
}

function ofServer(name: string, definition: ServerDefinition, note: (text: string) => void): EvalModel {
  // What a server really serves under a name cannot be seen from here.
  const sha256 = hashOf(["server", definition.model, definition.api]);
  return { name, model: servedPlayer(name, definition, process.env, note), sha256, iteration: 0 };
}

/** Of a server that serves one. */
async function onlyModel(url: string): Promise<string> {
  const names = await listModels(url);
  if (names.length === 1) return names[0]!;
  throw new SeasError("E_USAGE", `${url} serves ${names.length} models`, {
    hint: `URL#MODEL names one: ${names.slice(0, 10).join(", ")}`,
  });
}
