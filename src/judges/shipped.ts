/** The judges that come with the package. */
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { SeasError } from "../errors.ts";
import { nearest } from "../nearest.ts";

const folder = new URL("../../assets/judges/", import.meta.url);
const ending = ".safetensors";

/**
 * Path of a shipped judge's file.
 *
 * @throws SeasError E_CONFIG when there is none of that name
 * @example const { card } = await readJudge(await shippedJudge("scoring"));
 */
export async function shippedJudge(name: string): Promise<string> {
  const known = (await readdir(folder)).filter((f) => f.endsWith(ending)).map((f) => f.slice(0, -ending.length));
  if (known.includes(name)) return fileURLToPath(new URL(`${name}${ending}`, folder));
  const near = nearest(name, known);
  const meant = near === undefined ? "" : `did you mean \`embedded:${near}\`? `;
  throw new SeasError("E_CONFIG", `no embedded judge \`${name}\``, {
    hint: `${meant}known: ${known.map((k) => `embedded:${k}`).join(", ")}`,
  });
}
