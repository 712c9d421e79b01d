/** A real Ray head on loopback, of the peers' virtual environment, on ports and in a folder of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pythonWithPeers } from "./programs.ts";

/** A cluster of one machine. */
export interface RayHead {
  /** Of its dashboard. */
  readonly address: string;
  /** Every job that was submitted. */
  jobs(): Promise<readonly { readonly submission_id: string; readonly status: string }[]>;
  close(): Promise<void>;
}

/** Seconds that it has to come up. */
const patience = 300;

/** Starts it. Its folder lies directly below /tmp, since the names of its sockets may not be long. */
export async function startRayHead(): Promise<RayHead> {
  const bin = dirname(await pythonWithPeers());
  const folder = await mkdtemp("/tmp/seas-ray-");
  const [port, dashboard, ...more] = await freePorts(7);
  const options: Readonly<Record<string, string | number>> = {
    port: port!,
    "dashboard-host": "127.0.0.1",
    "dashboard-port": dashboard!,
    // Given, they are not waited for: on a busy machine an agent takes longer than the 20 seconds that it has to say its own.
    "ray-client-server-port": more[0]!,
    "dashboard-agent-listen-port": more[1]!,
    "dashboard-agent-grpc-port": more[2]!,
    "runtime-env-agent-port": more[3]!,
    "metrics-export-port": more[4]!,
    "temp-dir": folder,
    "num-cpus": 2,
    "object-store-memory": 80_000_000,
  };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  const args = ["start", "--head", "--block", "--include-dashboard=true", "--disable-usage-stats", ...flags];
  // Jobs find `trl` where Ray was started.
  const child = spawn(join(bin, "ray"), args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      PATH: `${bin}${delimiter}${process.env.PATH}`,
      HF_HUB_OFFLINE: "1",
      // On a busy machine its ten Python processes take longer than the minute that Ray gives them.
      RAY_health_check_failure_threshold: "100",
      RAY_DASHBOARD_STARTUP_TIMEOUT_S: `${patience}`,
      HF_DATASETS_CACHE: join(folder, "datasets"),
      CUDA_VISIBLE_DEVICES: "",
    },
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
  const address = `http://127.0.0.1:${dashboard}`;
  const jobs: RayHead["jobs"] = async () =>
    (await (await fetch(`${address}/api/jobs/`)).json()) as Awaited<ReturnType<RayHead["jobs"]>>;
  const close = async () => {
    // On this signal it ends everything that it started.
    child.kill("SIGTERM");
    if (child.exitCode === null) await once(child, "close");
    await rm(folder, { recursive: true, force: true });
  };
  for (let waited = 0; ; waited++) {
    if (child.exitCode !== null || waited > patience) {
      await close();
      throw new Error(`ray start did not come up:\n${log}`);
    }
    if (await jobs().then(Array.isArray, () => false)) break;
    await sleep(1000);
  }
  return { address, jobs, close };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
