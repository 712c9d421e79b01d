/** The two processes of a run at scale: the server that answers at once, and the run. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** What a stage of the run took: seconds on the clock, and of processors. */
export interface StageFigures {
  readonly iteration: number;
  readonly stage: string;
  readonly seconds: number;
  readonly cpu: number;
  /** Rows of an earlier process were kept. */
  readonly resumed: boolean;
}

/** What a run told of itself. */
export interface PlayFigures {
  readonly stages: readonly StageFigures[];
  /** Most memory by iteration, MiB. */
  readonly peaks: readonly { readonly iteration: number; readonly peakMiB: number }[];
  /** Whether it came to its end. */
  readonly finished: boolean;
}

const program = (file: string, ...args: string[]) => [
  "--import",
  "tsx",
  fileURLToPath(new URL(file, import.meta.url)),
  ...args,
];

/** Starts the server. */
export async function startInstantServer(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const child = spawn(process.execPath, program("server.ts"), { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return {
    url: line,
    async close() {
      const ended = once(child, "exit");
      child.stdin.end();
      await ended;
    },
  };
}

/**
 * Plays a run in a folder, or what is left of it.
 *
 * @param config what differs from the presets
 * @param killAt looked at again and again while it plays; the process is killed with SIGKILL when it says so
 * @throws Error when the process fails
 */
export async function play(
  url: string,
  dir: string,
  config: object,
  killAt?: () => Promise<boolean>,
): Promise<PlayFigures> {
  const child = spawn(process.execPath, program("play.ts", url, dir, JSON.stringify(config)), {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const stages: StageFigures[] = [];
  const peaks: PlayFigures["peaks"][number][] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    const figures = JSON.parse(line);
    if ("stage" in figures) stages.push(figures);
    else peaks.push(figures);
  });
  let killed = false;
  const watch = setInterval(async () => {
    if (killed || !(await killAt?.())) return;
    killed = true;
    child.kill("SIGKILL");
  }, 20);
  const [code] = await once(child, "close");
  clearInterval(watch);
  if (code !== 0 && !killed) throw new Error(`the run ended with exit code ${code}`);
  return { stages, peaks, finished: code === 0 };
}

/** Paper's size an iteration over `divisor`: 5,000 seed prompts × 5 × 5 tuples; an evaluation that is small beside it. */
export function paperSize(divisor: number, iterations: number): object {
  return {
    preset: "paper",
    iterations,
    attack: { seeds: 5000 / divisor },
    evaluation: { testPrompts: 200, lookAlikes: 50, crossPlaySeeds: 200, crossPlayPrompts: 2 },
  };
}
