/**
 * The benchmark: ours alone (`npm run bench`) or ours and the peers in turns (`npm run bench:peers`), round after round,
 * so that both meet the same machine. Writes `<out>.json` and `<out>.md`: medians, ranges, ratios of medians.
 *
 *   --rounds 3  --only DPO --only judging  --out bench/results  --python PATH  --peers-dir ../shared/peers
 *
 * What stands under the table is measured once (bench/once.ts): the price of int8, and with `--only scale` or
 * `--only endurance` what takes long.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { llamaCppFolder } from "../scripts/llama-cpp.mjs";
import { defaultCacheDir } from "../src/engine/base/cache.ts";
import { openBaseModel } from "../src/engine/base-model.ts";
import { machinePeaks } from "./machine.ts";
import { type Figures, once } from "./once.ts";
import { type Measured, type Share, table } from "./table.ts";
import { type Line, lines, type Mode } from "./work.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: flags } = parseArgs({
  options: {
    peers: { type: "boolean", default: false },
    rounds: { type: "string", default: "3" },
    only: { type: "string", multiple: true, default: [""] },
    out: { type: "string", default: join("bench", "results") },
    "peers-dir": { type: "string", default: join(root, "..", "shared", "peers") },
    python: { type: "string" },
  },
});
const rounds = Number(flags.rounds);
const chosen = lines.filter(({ name }) => flags.only.some((part) => name.includes(part)));
const extras = once.filter(({ name, long }) => flags.only.includes(name) || (!long && flags.only.includes("")));
if (!(rounds >= 1) || chosen.length + extras.length === 0) {
  say(
    `--rounds ${flags.rounds}, --only "${flags.only.join(", ")}": want a positive number, and part of one of\n  ${lines.map((l) => l.name).join("\n  ")}\n  or one of ${once.map((o) => o.name).join(", ")}`,
  );
  process.exit(2);
}

const { origin } = await openBaseModel("smollm2-135m-instruct", { onNote: say });
const peers = flags.peers ? preparePeers() : undefined;
const peaks = await machinePeaks();
say(`machine: ${JSON.stringify(peaks)}`);

const runs: {
  readonly round: number;
  readonly side: "ours" | "peer";
  readonly key: string;
  readonly figures: Figures;
}[] = [];
for (let round = 1; round <= rounds; round++) {
  const done = new Set<string>();
  for (const line of chosen) {
    for (const mode of ["exact", "best"] as const) {
      const tasks = [
        { side: "ours" as const, key: oursKey(line, mode), run: () => ours(line, mode) },
        ...line.options[mode].map((options) => ({
          side: "peer" as const,
          key: peerKey(line, options),
          run: () => peer(line, options),
        })),
      ].filter(({ side }) => side === "ours" || peers !== undefined);
      for (const { side, key, run } of tasks) {
        if (done.has(key)) continue; // a line of the same work has run it in this round
        done.add(key);
        const figures = run();
        say(`round ${round} of ${rounds} · ${key} · ${line.field} ${String(figures[line.field])}`);
        runs.push({ round, side, key, figures });
      }
    }
  }
  // What hours have measured is kept, whatever fails later.
  await writeFile(`${flags.out}.json`, json([]));
}

const extra = extras.map(({ name, measure }) => {
  const figures = measure((work, mode, ...args) => oursOf(work, mode, args));
  say(`${name} · ${JSON.stringify(figures)}`);
  return { name, figures };
});

const measured = chosen.flatMap((line) =>
  (["exact", "best"] as const).map((mode): Measured => {
    const of = (round: number, keys: readonly string[]) =>
      runs.filter((r) => r.round === round && keys.includes(r.key)).map(({ figures }) => Number(figures[line.field]));
    const every = Array.from({ length: rounds }, (_, i) => i + 1);
    const fastest = (round: number) =>
      Math.min(
        ...of(
          round,
          line.options[mode].map((options) => peerKey(line, options)),
        ),
      );
    return {
      line,
      mode,
      ours: every.map((round) => of(round, [oursKey(line, mode)])[0]!),
      peer: peers === undefined ? [] : every.map(fastest),
    };
  }),
);
const text = table(measured, {
  peaks,
  origin,
  rounds,
  versions: Object.assign({}, ...runs.map(({ figures }) => figures.versions)),
  shares: sharesOfPeak(),
  once: extras.map(({ sentence }, i) => sentence(extra[i]!.figures)),
});
await writeFile(`${flags.out}.json`, json(extra));
await writeFile(`${flags.out}.md`, text);
process.stdout.write(text);

function json(once: readonly { readonly name: string; readonly figures: Figures }[]): string {
  return `${JSON.stringify({ peaks, origin, rounds, runs, once }, null, 1)}\n`;
}

/** From the fastest round of each work of ours that counts its operations. */
function sharesOfPeak(): Share[] {
  const counted = runs.filter(({ side, figures }) => side === "ours" && figures.operations !== undefined);
  return [...new Set(counted.map(({ key }) => key))].map((key) => {
    const all = counted.filter((r) => r.key === key);
    const seconds = Math.min(...all.map(({ figures }) => Number(figures.operations_seconds)));
    const operations = all[0]!.figures.operations as Share["operations"];
    return { key, mode: all[0]!.figures.mode as Mode, operations, seconds };
  });
}

function oursKey({ ours }: Line, mode: Mode): string {
  return `ours ${ours} ${mode}`;
}

function peerKey({ program }: Line, options: readonly string[]): string {
  return [program, ...options].join(" ");
}

function ours({ ours }: Line, mode: Mode): Figures {
  if (ours === "start") return timed(process.execPath, [join(root, "bench", "first-token.mjs"), mode]);
  return oursOf(ours, mode, []);
}

function oursOf(work: string, mode: Mode, args: readonly string[]): Figures {
  return lastLine(join(root, "node_modules", ".bin", "tsx"), [join(root, "bench", "ours.ts"), work, mode, ...args]);
}

function peer({ ours, program }: Line, options: readonly string[]): Figures {
  const file = program.startsWith("peers/") ? join(flags["peers-dir"], basename(program)) : join(root, program);
  const { interpreter, args } = (program.endsWith(".py") ? peers!.python : peers!.node)!;
  const all = [file, ...args, ...options];
  return ours === "start" ? timed(interpreter, all) : lastLine(interpreter, all);
}

/** Seconds of a whole program. */
function timed(program: string, args: readonly string[]): Figures {
  const start = performance.now();
  output(program, args);
  return { seconds: (performance.now() - start) / 1000 };
}

function lastLine(program: string, args: readonly string[]): Figures {
  return JSON.parse(output(program, args).trim().split("\n").at(-1)!) as Figures;
}

/** What a program prints, once it has ended well. */
function output(program: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} failed: ${error?.message ?? stderr.slice(-2000)}`);
  return stdout;
}

/** What runs a peer's program, and its model. */
interface Runner {
  readonly interpreter: string;
  readonly args: readonly string[];
}

/** The runners of the chosen lines, brought and made where they are missing. */
function preparePeers(): { readonly python: Runner | undefined; readonly node: Runner | undefined } {
  const cache = defaultCacheDir(process.env, process.platform);
  const gguf = join(cache, "SmolLM2-135M-Instruct.Q4_1.gguf");
  if (!existsSync(gguf)) throw new Error(`the peers' model is made from ${gguf}, which is not there`);
  const uses = (kind: string) => chosen.some(({ program }) => program.endsWith(kind));
  const nodeArgs = () => ["--model", gguf, "--package", llamaCppFolder(cache)];
  return {
    python: uses(".py") ? preparePython(cache, gguf) : undefined,
    node: uses(".mjs") ? { interpreter: process.execPath, args: nodeArgs() } : undefined,
  };
}

function preparePython(cache: string, gguf: string): Runner {
  const folder = flags["peers-dir"];
  const venv = process.env.SEAS_PEERS_VENV ?? join(homedir(), ".cache", "seas-peers");
  const python = flags.python ?? join(venv, "bin", "python");
  if (flags.python === undefined) mustRun("bash", [join(folder, "install.sh")]);
  const model = join(cache, "bench", "smollm2-135m-instruct");
  if (!existsSync(join(model, "config.json"))) {
    mkdirSync(dirname(model), { recursive: true });
    mustRun(python, [join(folder, "dequantise.py"), gguf, model]);
  }
  return { interpreter: python, args: ["--model", model] };
}

function mustRun(program: string, args: readonly string[]): void {
  const { status } = spawnSync(program, args, { stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} failed`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
