/** `transformers serve` on loopback, of the peers' virtual environment: a real server with the OpenAI API and adapters by folder. */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pythonWithPeers } from "./programs.ts";

/** A server at work. */
export interface TransformersServer {
  /** Ends with /v1. */
  readonly url: string;
  /** What it has printed, a line for each request among it. */
  log(): string;
  close(): Promise<void>;
}

/** Seconds that it has to come up: it imports torch. */
const patience = 120;

/** Starts it on a free port, or on one that is known to be free. */
export async function startTransformersServer(at?: number): Promise<TransformersServer> {
  const python = await pythonWithPeers();
  const port = at ?? (await freePort());
  const child = spawn(join(dirname(python), "transformers"), ["serve", "--host", "127.0.0.1", "--port", `${port}`], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, HF_HUB_OFFLINE: "1", CUDA_VISIBLE_DEVICES: "" },
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
  const url = `http://127.0.0.1:${port}/v1`;
  for (let waited = 0; ; waited++) {
    if (child.exitCode !== null || waited > patience) throw new Error(`transformers serve did not come up:\n${log}`);
    const up = await fetch(`${url}/models`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (up) break;
    await sleep(1000);
  }
  return { url, log: () => log, close: () => ended(child) };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once("close", () => resolve());
    child.kill("SIGKILL");
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
