/**
 * The loop from code: the smallest preset, everything in this process. The run folder is the same as the command's,
 * so `seas status` and `seas report` read it.
 *
 *   npx tsx examples/run-from-code.ts            a new run under runs/
 *   npx tsx examples/run-from-code.ts runs/mine  make this folder, or go on in it
 *
 * Brings the default model on first use. Ctrl-C saves; the same folder named again goes on.
 */
import { embeddedCast, type Reporter, resolveConfig, seas } from "seas";

const dir = process.argv[2];
const config = resolveConfig({ preset: "tiny", seed: 7 });

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());

const reporter: Reporter = (event) => {
  if (event.type === "note" || event.type === "warning") console.log(event.text);
  if (event.type === "stage-end") console.log(`${event.iteration} ${event.stage}: ${event.seconds.toFixed(1)} s`);
};

const cast = await embeddedCast(config, { reporter, signal: stop.signal });
try {
  const summary = await seas(config, { cast, reporter, signal: stop.signal, ...(dir === undefined ? {} : { dir }) });
  console.log(`${summary.status}: ${summary.dir}`);
  for (const { iteration, suite, metric, value, low, high, n, judge } of summary.scores) {
    // Only the judge that never trained is believed.
    if (suite !== "test" || metric !== "asr" || judge !== cast.scoreJudge.name) continue;
    const show = (x: number | null) => (x === null ? "–" : `${(100 * x).toFixed(0)} %`);
    console.log(
      `T_${iteration}: ${show(value)} of ${n} answers to held-out attacks unsafe, 95 % interval ${show(low)} to ${show(high)}`,
    );
  }
} finally {
  await cast.close();
}
