/**
 * What a run costs beside its models, from a tenth of the paper's size to the whole: `npm run bench:scale`. Models answer at
 * once, over HTTP from a process of their own, a judge and a trainer likewise in this one. Three iterations each; the tuples a
 * second are those of judgement and pairs, with all that they read and store.
 *
 *   --sizes 10,2.5,1   divisors of the paper's 125,000 tuples an iteration
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { paperSize, play, type StageFigures, startInstantServer } from "./scale/processes.ts";

const { values } = parseArgs({ options: { sizes: { type: "string", default: "10,2.5,1" } } });
const iterations = 3;
const store = ["verdicts", "pairs"];
const asked = ["prompts", "attempts"];

const folder = await mkdtemp(join(tmpdir(), "seas-scale-"));
const server = await startInstantServer();
console.log(
  "| tuples × iterations | judge, pairs, store: s (CPU s) | tuples/s (by CPU) | HTTP: s (CPU s) | answers/s | all: s (CPU s) | peak RSS by iteration, MiB |",
);
console.log(
  "| ------------------- | ------------------------------ | ----------------- | --------------- | --------- | -------------- | -------------------------- |",
);
try {
  for (const divisor of values.sizes.split(",").map(Number)) {
    const dir = join(folder, `${divisor}`);
    const { stages, peaks } = await play(server.url, dir, paperSize(divisor, iterations));
    const tuples = (iterations * 125_000) / divisor;
    const sum = (key: "seconds" | "cpu", names?: readonly string[]) =>
      stages
        .filter(({ stage, iteration }) => names === undefined || (iteration > 0 && names.includes(stage)))
        .reduce((total, figures: StageFigures) => total + figures[key], 0);
    const both = (names?: readonly string[]) => `${sum("seconds", names).toFixed(1)} (${sum("cpu", names).toFixed(1)})`;
    const rate = (seconds: number) => Math.round(tuples / seconds);
    const cells = [
      `${tuples / iterations} × ${iterations}`,
      both(store),
      `${rate(sum("seconds", store))} (${rate(sum("cpu", store))})`,
      both(asked),
      `${rate(sum("seconds", asked))}`,
      both(),
      peaks.map(({ peakMiB }) => peakMiB.toFixed(0)).join(", "),
    ];
    console.log(`| ${cells.join(" | ")} |`);
    await rm(dir, { recursive: true });
  }
} finally {
  await server.close();
  await rm(folder, { recursive: true, force: true });
}
