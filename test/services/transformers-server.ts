/** `transformers serve` on loopback, of the peers' virtual environment: a real server with the OpenAI API and models by folder. */
import { dirname, join } from "node:path";
import { pythonWithPeers } from "./programs.ts";
import { freePort, type ServerProcess, startServer } from "./server-process.ts";

/** Starts it on a free port, or on one that is known to be free. */
export async function startTransformersServer(at?: number): Promise<ServerProcess> {
  const python = await pythonWithPeers();
  const port = at ?? (await freePort());
  const program = join(dirname(python), "transformers");
  // Two threads that wait for each other awake cost many times the work where other programs want the processors too.
  const threads = { OMP_NUM_THREADS: "1" };
  return startServer(program, ["serve", "--host", "127.0.0.1", "--port", `${port}`], port, threads);
}
