/** The key of a server: keys stand in no file, a configuration names the variable that holds one. */
import { SeasError } from "../errors.ts";

/**
 * The key, or nothing where none is named.
 *
 * @param whose begins the error, such as "server big"
 * @throws SeasError E_CONFIG when the variable is not set or empty
 */
export function keyOf(
  whose: string,
  apiKeyEnv: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (apiKeyEnv === undefined) return undefined;
  const key = environment[apiKeyEnv];
  if (key) return key;
  throw new SeasError("E_CONFIG", `${whose}: ${apiKeyEnv} is not set`, { hint: `export ${apiKeyEnv}=…` });
}
