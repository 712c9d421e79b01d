/** The command in this process: its exit code and what it printed where. */
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { seasCommand } from "../src/cli/commands.ts";

/** Runs a command line; what stands after `seas`. */
export async function seas(...argv: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const streams = { stdout, stderr } as unknown as { stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream };
  const code = await seasCommand(argv, streams);
  stdout.end();
  stderr.end();
  return { code, stdout: await text(stdout), stderr: await text(stderr) };
}
