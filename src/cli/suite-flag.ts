/** A suite that a command names, opened: from a file, the cache or the hub, with a line for what is fetched. */
import { defaultCacheDir } from "../engine/base/cache.ts";
import { openSuite, type Suite } from "../suites/open.ts";
import { bytes } from "./format.ts";
import type { Progress } from "./progress.ts";

/** @throws SeasError as {@link openSuite} */
export function suiteOf(spec: string, { line }: Pick<Progress, "line">, signal: AbortSignal): Promise<Suite> {
  let told = false;
  return openSuite(spec, {
    env: process.env,
    cacheDir: defaultCacheDir(process.env, process.platform),
    signal,
    onNote: line,
    onProgress: (_, total) => {
      if (!told) line(`fetching ${bytes(total)}`);
      told = true;
    },
  });
}
