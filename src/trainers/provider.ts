/** Where a configuration has its models trained: the fine-tuning API's url, the name of its key, and what the first jobs start from. */
import type { FineTuning } from "../config/fine-tuning.ts";
import { serverNamed } from "../config/servers.ts";
import type { Config } from "../config.ts";
import { SeasError } from "../errors.ts";
import type { OpenaiTraining } from "./openai.ts";

/** The training without its key. */
export interface Provider extends Omit<OpenaiTraining, "apiKey"> {
  /** Environment variable of the key. */
  readonly apiKeyEnv?: string | undefined;
  /** Begins the error about a key that is not set. */
  readonly whose: string;
}

/**
 * The provider of a configuration whose trainer is of kind `openai`.
 *
 * @throws SeasError E_CONFIG when a server is not described, or the players are not on one
 */
export function providerOf({ model, servers }: Config, trainer: FineTuning): Provider {
  if (model.server === null) {
    throw new SeasError(
      "E_CONFIG",
      "`trainer.kind: openai` leaves the models with a provider, and the players are here",
      {
        hint: "`model.server` names the one of `servers` that serves them",
      },
    );
  }
  const playing = serverNamed(model.server, servers, "model.server");
  const named = trainer.server ?? model.server;
  const server = serverNamed(named, servers, "trainer.server");
  const { url, apiKeyEnv } = trainer.url === undefined ? server : { url: trainer.url, apiKeyEnv: trainer.apiKeyEnv };
  const { learningRateMultiplier, deleteFiles, pollSeconds, patienceSeconds } = trainer;
  return {
    // Copies share their models; jobs run at the first.
    url: [url].flat()[0]!,
    apiKeyEnv,
    whose: trainer.url === undefined ? `server \`${named}\`` : "`trainer`",
    model: trainer.model ?? server.model,
    played: playing.model,
    learningRateMultiplier,
    deleteFiles,
    pollSeconds,
    patienceSeconds,
    serverPatienceSeconds: server.patienceSeconds,
  };
}
