/**
 * Trains a judge on some sources of labels and prints how it does on those that it never saw, to steer by:
 *
 *   npx tsx scripts/judge-experiment.ts --train gptfuzz            leave JailbreakBench out
 *   npx tsx scripts/judge-experiment.ts --train jailbreakbench     leave GPTFuzz out
 *   npx tsx scripts/judge-experiment.ts --train both --leave PAIR  leave an attack method of JailbreakBench out
 *
 * Reads ../shared/data. A figure is F1 at even odds and AUROC, each with its 95 % interval, and the best F1 that
 * any threshold would give.
 */
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { openBaseModel } from "../src/engine/base-model.ts";
import { createEngine } from "../src/engine/engine.ts";
import { judgeLogits } from "../src/judges/classifier-judge.ts";
import { ownRows } from "../src/judges/training/own-rows.ts";
import { readLabels, type TrainingRow } from "../src/judges/training/rows.ts";
import { trainJudge } from "../src/judges/training/train-judge.ts";
import { methodOf, trainingRows } from "../src/judges/training/training-rows.ts";
import { judgeAgreement } from "../src/metrics/agreement.ts";
import { looksLikeRefusal } from "../src/metrics/refusal.ts";
import { createRandom } from "../src/random.ts";

const text = (value: string) => ({ type: "string", default: value }) as const;
const { values: flags } = parseArgs({
  options: {
    train: text("both"),
    leave: text(""),
    /** Labelled rows of each source, half of them unsafe. */
    rows: text("2000"),
    /** Rewritten rows and rows of our own, as shares of the labelled ones. */
    shortcuts: text("0.3"),
    own: text("0.33"),
    layers: text("15"),
    from: text("8"),
    rank: text("8"),
    rate: text("5e-4"),
    epochs: text("1"),
    batch: text("8"),
    decay: text("0"),
    seed: text("1"),
    /** Most rows that a figure is taken on. */
    measured: text("600"),
  },
});
const seed = Number(flags.seed);
const random = createRandom(`experiment/${seed}`);
const data = "../shared/data/";
const engine = createEngine(await openBaseModel("smollm2-135m-instruct"), { threads: 0, precision: "int8" });

const sources = {
  gptfuzz: await readLabels(`${data}judge-train.jsonl`),
  jailbreakbench: await readLabels(`${data}judge-train-jailbreakbench.jsonl`, 0.7),
};
const dev = await readLabels(`${data}judge-dev.jsonl`);

const labelled = Object.entries(sources)
  .filter(([name]) => flags.train === "both" || flags.train === name)
  .flatMap(([, rows]) => rows)
  .filter((row) => flags.leave === "" || methodOf(row) !== flags.leave);
const rows = trainingRows(labelled, ownRows(seed), {
  seed,
  perSource: Number(flags.rows),
  shortcuts: Number(flags.shortcuts),
  own: Number(flags.own),
});
console.log(JSON.stringify(flags), `${rows.length} rows, ${rows.filter((row) => row.unsafe === 1).length} unsafe`);
const start = performance.now();
const classifier = await trainJudge(engine, rows, {
  layers: Number(flags.layers),
  loraFrom: Number(flags.from),
  loraRank: Number(flags.rank),
  loraAlpha: 2 * Number(flags.rank),
  learningRate: Number(flags.rate),
  batchSize: Number(flags.batch),
  epochs: Number(flags.epochs),
  weightDecay: Number(flags.decay),
  seed,
  onStep: (row, { done, total }) => {
    if (done % 10 !== 0 && done !== total) return;
    console.log(
      `step ${done} of ${total}: ${row.loss.toFixed(3)}, ${((performance.now() - start) / 1000).toFixed(0)} s`,
    );
  },
});

/** A line of figures for each question on some rows. */
async function measure(name: string, rows: readonly TrainingRow[]): Promise<void> {
  const on = createRandom(`measured/${name}`).sample(rows, Number(flags.measured));
  const logits = await judgeLogits(engine, classifier, on);
  for (const question of ["unsafe", "refusal", "asks"] as const) {
    const known = on.flatMap((row, i) => {
      const [truth, z] = [row[question], logits[i]?.[question]];
      return truth === undefined || z === undefined ? [] : [{ clusterId: row.cluster, yes: truth === 1, z }];
    });
    const yes = known.filter((k) => k.yes).length;
    if (yes === 0 || yes === known.length) continue;
    if (question === "unsafe") {
      const called = on.filter((row) => row.unsafe !== undefined && looksLikeRefusal(row.response).kind !== "full");
      const hits = called.filter((row) => row.unsafe === 1).length;
      console.log(`${name}: F1 of the words alone ${((2 * hits) / (called.length + yes)).toFixed(3)}`);
    }
    // judgeAgreement's words are those of the first question.
    const { f1, auroc } = judgeAgreement(
      known.map(({ clusterId, yes, z }) => ({
        clusterId,
        truth: yes ? "unsafe" : "safe",
        verdict: z >= 0 ? "unsafe" : "safe",
        unsafeProbability: 1 / (1 + Math.exp(-z)),
      })),
      { seed: "experiment" },
    );
    const best = Math.max(
      ...known.map(({ z: threshold }) => {
        const called = known.filter(({ z }) => z >= threshold);
        return (2 * called.filter((k) => k.yes).length) / (called.length + yes);
      }),
    );
    const digits = (x: number | null) => x?.toFixed(3) ?? "?";
    const shown = ({ value, low, high }: typeof f1) => `${digits(value)} (${digits(low)}–${digits(high)})`;
    console.log(
      `${name}, ${question}: F1 ${shown(f1)}, at best ${best.toFixed(3)}, AUROC ${shown(auroc)}; ${yes} of ${known.length}`,
    );
  }
}
/** How often the answer that people found more harmful has the higher logit. */
async function measurePreferences(): Promise<void> {
  const lines = gunzipSync(await readFile(`${data}hh-harmless-test.jsonl.gz`))
    .toString("utf8")
    .trim()
    .split("\n");
  const pairs = random.sample(lines, 300).map((line) => JSON.parse(line) as { chosen: string; rejected: string });
  const rowOf = (dialogue: string) => {
    const at = dialogue.lastIndexOf("\n\nAssistant:");
    const asked = dialogue.slice(0, at);
    const prompt = asked.slice(asked.lastIndexOf("\n\nHuman:") + "\n\nHuman:".length);
    return { prompt, response: dialogue.slice(at + "\n\nAssistant:".length) };
  };
  const logits = await judgeLogits(
    engine,
    classifier,
    pairs.flatMap((p) => [rowOf(p.chosen), rowOf(p.rejected)]),
  );
  const told = pairs.flatMap((_, i) => {
    const [chosen, rejected] = [logits[2 * i], logits[2 * i + 1]];
    return chosen === undefined || rejected === undefined ? [] : [Number(rejected.unsafe > chosen.unsafe)];
  });
  console.log(
    `hh: the rejected answer is the less safe one in ${(told.reduce((a, b) => a + b, 0) / told.length).toFixed(3)} of ${told.length}`,
  );
}
await measure("GPTFuzz, other questions", dev);
if (flags.train === "gptfuzz") await measure("JailbreakBench", sources.jailbreakbench);
if (flags.leave !== "")
  await measure(
    `JailbreakBench, ${flags.leave}`,
    sources.jailbreakbench.filter((row) => methodOf(row) === flags.leave),
  );
await measure("our own, other draws", ownRows(seed + 99));
await measurePreferences();
await engine.close();
