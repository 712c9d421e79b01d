/**
 * Our side of one line of work, in a process of its own like the peers:
 *
 *   tsx bench/ours.ts dpo|sample|score|loop|price|endurance exact|best [--threads 2] [--times 1]
 *
 * `times` makes loop, price and endurance that much larger or smaller; price reads both precisions whatever its mode.
 * Progress on stderr, one JSON line with the peers' fields on stdout; `operations` are those of products with weights,
 * frozen ones (int8 in `best`) and the others (float32 always).
 */
import { parseArgs } from "node:util";
import type { Mode } from "./work.ts";
import { type Bench, type Figures, openBench } from "./works/common.ts";
import { dpoSteps } from "./works/dpo.ts";
import { endurance } from "./works/endurance.ts";
import { loop } from "./works/loop.ts";
import { price } from "./works/price.ts";
import { sample } from "./works/sample.ts";
import { score } from "./works/score.ts";

const works: Readonly<Record<string, (bench: Bench, times: number) => Promise<Figures>>> = {
  dpo: dpoSteps,
  sample,
  score,
  loop,
  price,
  endurance,
};
const { values: flags, positionals } = parseArgs({
  options: { threads: { type: "string", default: "2" }, times: { type: "string", default: "1" } },
  allowPositionals: true,
});
const [work, mode] = positionals as [string, Mode];
const bench = await openBench(mode, Number(flags.threads));
const figures = await works[work]!(bench, Number(flags.times));
const machine = { peak_rss_mib: Math.round(process.resourceUsage().maxRSS / 1024), node: process.version };
const { precision } = bench.engine;
process.stdout.write(`${JSON.stringify({ program: work, mode, precision, ...figures, ...machine })}\n`);
await bench.engine.close();
