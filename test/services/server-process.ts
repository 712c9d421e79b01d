/** A server of another program on loopback, started and waited for. */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A server at work. */
export interface ServerProcess {
  /** Ends with /v1. */
  readonly url: string;
  /** What it has printed, a line for each request among it. */
  log(): string;
  close(): Promise<void>;
}

/** Seconds that one has to come up: some import torch, and machines may be busy. */
const patience = 300;

/**
 * Starts it, and waits until it lists its models.
 *
 * @param port a free one, which `args` name too
 */
export async function startServer(
  program: string,
  args: readonly string[],
  port: number,
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, HF_HUB_OFFLINE: "1", CUDA_VISIBLE_DEVICES: "", ...environment },
  });
  let log = "";
  child.on("error", (error) => {
    log += error.message;
  });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
  const url = `http://127.0.0.1:${port}/v1`;
  for (const end = performance.now() + 1000 * patience; ; await sleep(500)) {
    const up = await fetch(`${url}/models`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (up) break;
    const alive = child.exitCode === null && child.signalCode === null && child.pid !== undefined;
    if (alive && performance.now() < end) continue;
    await ended(child);
    throw new Error(`${program} ${args.join(" ")} did not come up:\n${log}`);
  }
  return { url, log: () => log, close: () => ended(child) };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return resolve();
    child.once("close", () => resolve());
    child.kill("SIGKILL");
  });
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
