/** A file or folder of this machine under the name by which another machine sees it. */
import { posix, relative, resolve, sep } from "node:path";
import { SeasError } from "../errors.ts";

/** One folder, as it is called on either side. */
export interface SharedFolder {
  readonly here: string;
  readonly there: string;
}

/**
 * Where the other side finds a path; under its own name where nothing is said.
 *
 * @param who sees the folder, for the error
 * @throws SeasError E_CONFIG for a path outside of the folder
 */
export function pathThere(path: string, shared: SharedFolder | undefined, who: string, hint?: string): string {
  if (shared === undefined) return resolve(path);
  const below = relative(resolve(shared.here), resolve(path));
  if (below.startsWith(".."))
    throw new SeasError("E_CONFIG", `${path} is not below ${shared.here}, which ${who} sees`, {
      ...(hint !== undefined && { hint }),
    });
  return posix.join(shared.there, ...below.split(sep));
}
