/** Which run a command means: a folder, a name under the output folder, or the newest. */
import { stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { SeasError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { listRuns } from "../run/inspect.ts";

/** Arguments of the commands that look at a run, for {@link findRun}. */
export const runArguments = {
  run: {
    type: "positional",
    required: false,
    description: "Run folder, or its name under the output folder; the newest when left out",
  },
  output: { type: "string", default: "runs", valueHint: "DIR", description: "Folder that holds the run folders" },
} as const;

/** The argument of the commands that can lay another run beside one; a run as {@link findRun} knows it. */
export const againstArgument = {
  against: { type: "string", valueHint: "RUN", description: "Another run, to compare with" },
} as const;

/**
 * The folder of a run.
 *
 * @param named a folder, or a name under `output`; undefined = the newest under `output`
 * @throws SeasError E_USAGE when there is none
 */
export async function findRun(named: string | undefined, output: string): Promise<string> {
  if (named === undefined) {
    const [newest] = await listRuns(output);
    if (newest !== undefined) return newest.dir;
    throw new SeasError("E_USAGE", `there is no run under ${output}`, {
      hint: "`seas run` starts one; --output names another folder",
    });
  }
  for (const dir of [named, join(output, named)]) if (await isFile(join(dir, "run.json"))) return dir;
  const runs = (await listRuns(output)).map(({ dir }) => basename(dir));
  const near = nearest(basename(named), runs);
  throw new SeasError("E_USAGE", `${named} is not a run: no run.json there, nor in ${join(output, named)}`, {
    hint: `${near === undefined ? "" : `did you mean \`${near}\`? `}a run is a folder under ${output}`,
  });
}

/**
 * The command line that goes on with a run, as this program was started: by npm or by name.
 *
 * @param dir of the run
 */
export function resumeCommand(dir: string, env: NodeJS.ProcessEnv = process.env): string {
  const short = relative(process.cwd(), dir);
  const path = short === "" || short.startsWith("..") ? dir : short;
  const quoted = /[^\w./\\:-]/.test(path) ? JSON.stringify(path) : path;
  return env.npm_lifecycle_event === "start" ? `npm start -- --resume ${quoted}` : `seas run --resume ${quoted}`;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
