/** What a server with the OpenAI API serves, by its own list. */
import OpenAI from "openai";
import { describeError, SeasError } from "../errors.ts";

/** Longest wait for the list, milliseconds. */
const timeout = 10_000;

/**
 * Names of the models of the server at `url`.
 *
 * @throws SeasError E_NETWORK where there is no such list
 */
export async function listModels(url: string, apiKey = "none"): Promise<string[]> {
  try {
    const client = new OpenAI({ baseURL: url, apiKey, timeout, maxRetries: 0 });
    const { data } = await client.models.list();
    return data.map(({ id }) => id);
  } catch (error) {
    throw new SeasError("E_NETWORK", `${url}: no list of its models: ${describeError(error)}`, {
      hint: "most urls end with /v1; is the server running?",
      cause: error,
    });
  }
}
