/**
 * A command of the user's that makes a server serve an adapter: `./deploy.sh {role} {iteration} {path}`. The words of the command are
 * fixed before anything is put into them, and no shell reads them, so no path can become a command.
 */
import { spawn } from "node:child_process";
import { SeasError } from "../errors.ts";
import { filledWords } from "./command-words.ts";

/** What stands in braces. */
export interface HookValues {
  readonly role: string;
  readonly iteration: number;
  readonly path: string;
}

/**
 * Runs it, and gives the last line that it printed: the model's name on the server, or nothing for the one that it has.
 *
 * @throws SeasError E_CONFIG when it cannot be run or knows other words in braces, E_NETWORK when it fails
 */
export async function runHook(command: string, values: HookValues): Promise<string> {
  const { role, iteration, path } = values;
  const [program, ...args] = filledWords(command, { role, iteration, path });
  if (program === undefined) throw new SeasError("E_CONFIG", "the command for adapters is empty");
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-10_000);
    });
    child.on("error", (cause) => {
      reject(new SeasError("E_CONFIG", `${program} cannot be run: ${cause.message}`, { cause }));
    });
    child.on("close", (code) => {
      if (code === 0) return resolve(said.trim().split("\n").at(-1)!.trim());
      reject(
        new SeasError(
          "E_NETWORK",
          `${command} ended with ${code ?? "a signal"} for ${values.role} ${values.iteration}`,
          {
            hint: "its messages stand above; the run goes on where it stopped",
            retryable: true,
          },
        ),
      );
    });
  });
}
