/**
 * One run at scale in a process of its own: players on the server at URL, a judge that answers at once, a trainer that writes
 * an adapter at once. Prints a line of JSON for each stage when it ends, then one for each iteration.
 *
 *   node --import tsx bench/scale/play.ts URL FOLDER '{"attack": {"seeds": 500}}'
 */
import { readFileSync, writeFileSync } from "node:fs";
import { resolveConfig } from "../../src/config.ts";
import { openaiModel } from "../../src/players/openai.ts";
import type { Reporter } from "../../src/seams.ts";
import { seas } from "../../src/seas.ts";
import { createServer } from "../../src/servers/server.ts";
import { usageMeter } from "../../src/servers/usage.ts";
import { bySure, scriptedCast, scriptedJudge } from "../../test/scripted-cast.ts";

const [url, dir, given] = process.argv.slice(2) as [string, string, string];
const config = resolveConfig(JSON.parse(given));
const server = createServer({ urls: [url], model: "base" });
const meter = usageMeter();
const base = openaiModel(server, {
  meter,
  name: "base",
  api: "chat",
  serve: async (adapter) => ({ model: adapter === undefined ? "base" : `${adapter.role}-${adapter.iteration}` }),
});
const judges = { trainJudge: scriptedJudge("train", bySure), scoreJudge: scriptedJudge("score", bySure) };

const say = (figures: object) => process.stdout.write(`${JSON.stringify(figures)}\n`);
let since = { time: performance.now(), cpu: process.cpuUsage() };
let iteration = 0;
const reporter: Reporter = (event) => {
  if (event.type === "stage-start") {
    if (event.iteration !== iteration) {
      say({ iteration, peakMiB: peakMiB() });
      iteration = event.iteration;
    }
    since = { time: performance.now(), cpu: process.cpuUsage() };
  }
  if (event.type !== "stage-end") return;
  const { user, system } = process.cpuUsage(since.cpu);
  say({
    iteration,
    stage: event.stage,
    seconds: (performance.now() - since.time) / 1000,
    cpu: (user + system) / 1e6,
    resumed: event.resumed,
  });
};

await seas(config, { cast: { ...scriptedCast(judges), base, usage: meter.take }, dir, reporter });
say({ iteration, peakMiB: peakMiB() });

/** Most memory since the last call where Linux tells, else of the process so far. */
function peakMiB(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS / 1024;
  const peak = Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1024;
  writeFileSync("/proc/self/clear_refs", "5");
  return peak;
}
