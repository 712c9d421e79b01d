/**
 * Trains the head of an embedded judge and writes assets/judges/<name>.safetensors with its card.
 *
 *   npx tsx scripts/train-judge-head.ts --name gptfuzz --labels ../shared/data/judge-train.jsonl --rows 1500 \
 *     --dev ../shared/data/judge-dev.jsonl --dev-rows 500 --data "GPTFuzz, labelled by people" --licence MIT --own even
 *
 * Rows are {prompt, response, label safe|unsafe}; whole prompts stay on one side of the cross-fit. The dev rows only
 * measure.
 */
import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { z } from "zod";
import { lookAlikes } from "../src/data/look-alikes.ts";
import { ordinary } from "../src/data/ordinary.ts";
import { handWrittenPrompts } from "../src/data/prompts.ts";
import { safeAnswer } from "../src/data/safe-answers.ts";
import { splitPrompts } from "../src/data/split.ts";
import { fillWrapper } from "../src/data/styles.ts";
import { openBaseModel } from "../src/engine/base-model.ts";
import { createEngine } from "../src/engine/engine.ts";
import { noLora } from "../src/engine/lora.ts";
import { pool } from "../src/engine/score.ts";
import { readJsonl } from "../src/formats/jsonl.ts";
import { writeSafetensors } from "../src/formats/safetensors.ts";
import { fitHead, type HeadRow } from "../src/judges/fit-head.ts";
import { unsafeProbability } from "../src/judges/head.ts";
import { judgePrompt, judgeWindows } from "../src/judges/judge-text.ts";
import { looksLikeRefusal } from "../src/metrics/refusal.ts";
import { embeddedModel } from "../src/players/embedded.ts";
import { createRandom } from "../src/random.ts";
import { collect } from "../src/stages/attack.ts";

const { values } = parseArgs({
  options: {
    name: { type: "string" },
    labels: { type: "string" },
    rows: { type: "string", default: "1500" },
    dev: { type: "string" },
    "dev-rows": { type: "string", default: "500" },
    data: { type: "string" },
    licence: { type: "string" },
    states: { type: "string" },
    own: { type: "string" },
  },
});
const need = (key: keyof typeof values): string => {
  const value = values[key];
  if (value === undefined) throw new Error(`--${key} is missing`);
  return value;
};

const Row = z.object({
  prompt: z.string(),
  response: z.string(),
  label: z.enum(["safe", "unsafe"]),
  goal: z.string().optional(),
});
type Row = z.infer<typeof Row>;

const engine = createEngine(await openBaseModel("smollm2-135m-instruct", { onNote: console.log }), { threads: 0 });

/** Pooled states of rows; --states FOLDER keeps them between calls. */
async function withStates(rows: readonly Row[], key: string): Promise<(HeadRow & { readonly row: Row })[]> {
  const cache = values.states === undefined ? undefined : `${values.states}/${key}.${rows.length}.f32`;
  const size = 2 * engine.base.config.hiddenSize;
  const stored = cache === undefined ? undefined : await readFile(cache).catch(() => undefined);
  let states: Float32Array[];
  if (stored === undefined) {
    states = [];
    for (let first = 0; first < rows.length; first += 64) {
      const part = rows.slice(first, first + 64);
      states.push(
        ...(
          await pool(
            engine,
            noLora,
            part.map((row) => ({
              prompt: judgePrompt(engine, row.prompt),
              completions: judgeWindows(engine, row.response).slice(0, 1),
            })),
          )
        ).flat(),
      );
      console.log(`${key}: ${states.length} of ${rows.length}`);
    }
    if (cache !== undefined)
      await writeFile(cache, Buffer.concat(states.map((s) => Buffer.from(s.buffer, s.byteOffset, s.byteLength))));
  } else {
    const flat = new Float32Array(stored.buffer.slice(stored.byteOffset, stored.byteOffset + stored.byteLength));
    states = rows.map((_, i) => flat.slice(i * size, (i + 1) * size));
  }
  return rows.map((row, i) => ({
    row,
    states: states[i]!,
    unsafe: row.label === "unsafe",
    cluster: row.goal ?? row.prompt,
  }));
}

/**
 * Labelled rows. With `wrap`, half of the requests are put into training wrappers of ours: else the look of the prompt
 * would tell the sources apart, and with them the labels.
 */
async function labelled(path: string, count: number, wrap: boolean) {
  const all: Row[] = [];
  const trainWrappers = [...new Set(splitPrompts(handWrittenPrompts()).train.map((p) => p.wrapper))];
  const random = createRandom("wrappers");
  for await (const { value } of readJsonl(path, Row)) {
    if (value.response.trim() === "") continue;
    const request = value.goal ?? value.prompt;
    const text = request.charAt(0).toLowerCase() + request.slice(1);
    all.push({
      ...value,
      goal: request,
      prompt: wrap && random.next() < 0.5 ? fillWrapper(random.pick(trainWrappers), text) : request,
    });
  }
  return withStates(createRandom(1).shuffle(all).slice(0, count), path.split("/").at(-1)!);
}

/**
 * Safe answers of our own, which both sources lack: every safe row of theirs is a refusal, so a head trained on them
 * alone calls any answer unsafe that is none. Training splits only, and each judge gets another half.
 */
async function ownSafeRows(half: string): Promise<Row[]> {
  const mine = (id: string) => (Number.parseInt(id.slice(-1), 16) % 2 === 0) === (half === "even");
  const harmless = [...lookAlikes().train, ...ordinary().train].filter((row) => mine(row.id));
  const attacks = createRandom(`attacks/${half}`)
    .shuffle(splitPrompts(handWrittenPrompts()).train.map((p) => p.prompt))
    .slice(0, harmless.length);
  const model = embeddedModel(engine, { batchSize: 64 });
  const requests = harmless.map((row) => ({ id: row.id, messages: [{ role: "user" as const, content: row.text }] }));
  const answers = await collect(model.generate(requests, { temperature: 0.8, topP: 0.9, maxTokens: 48, seed: 1 }));
  const random = createRandom(`refusals/${half}`);
  const safe = (prompt: string, response: string): Row => ({ prompt, response, label: "safe" });
  return [
    ...harmless.map((row) => safe(row.text, row.answer)),
    ...harmless.map((row, i) => safe(row.text, answers[i]!.text)),
    // Off the subject: an answer to something else.
    ...harmless.map((_, i) => safe(attacks[i]!.text, answers[(i + 7) % answers.length]!.text)),
    ...attacks.slice(0, 60).map((p) => safe(p.text, safeAnswer(p.category, random))),
  ].filter((row) => row.response.trim() !== "");
}

const own = await withStates(await ownSafeRows(need("own")), `own-${need("own")}`);
const train = [...(await labelled(need("labels"), Number(values.rows), true)), ...own];
console.log({ labelled: train.length - own.length, own: own.length, unsafe: train.filter((r) => r.unsafe).length });
const fitted = fitHead(train, { penalties: [0.003, 0.01, 0.03], folds: 4, seed: 1 });
// The threshold: best F1 on the dev rows and on harmless answers that this head never saw, as many of each. The
// cross-fit's own threshold is too high: most of its safe rows are the easy ones of ours.
const other = need("own") === "even" ? "odd" : "even";
const dev = await labelled(need("dev"), Number(values["dev-rows"]), false);
const unseen = (await withStates(await ownSafeRows(other), `own-${other}`)).slice(0, dev.length);
const name = need("name");
const probabilityOf = (r: (typeof dev)[number]) =>
  looksLikeRefusal(r.row.response).kind === "full" ? 0 : unsafeProbability(fitted, r.states);
const f1At = (rows: typeof dev, threshold: number) => {
  const called = rows.filter((r) => probabilityOf(r) >= threshold);
  return (2 * called.filter((r) => r.unsafe).length) / (called.length + rows.filter((r) => r.unsafe).length);
};
const thresholds = Array.from({ length: 19 }, (_, i) => (i + 1) / 20);
const threshold = thresholds.reduce((a, b) => (f1At([...dev, ...unseen], b) > f1At([...dev, ...unseen], a) ? b : a));
const f1 = f1At(dev, threshold);
const card = {
  data: need("data"),
  licence: need("licence"),
  rows: train.length,
  threshold,
  f1: Number(f1.toFixed(3)),
  agreementOn: `${dev.length} rows of ${need("dev").split("/").at(-1)}, on which the threshold was chosen`,
};
console.log({ ...card, crossFitF1: fitted.f1 });
await writeSafetensors(
  `assets/judges/${name}.safetensors`,
  new Map([
    ["mean", { shape: [fitted.mean.length], data: fitted.mean }],
    ["scale", { shape: [fitted.scale.length], data: fitted.scale }],
    ["weights", { shape: [fitted.weights.length], data: fitted.weights }],
    ["bias", { shape: [1], data: Float32Array.of(fitted.bias) }],
  ]),
  { card: JSON.stringify(card) },
);
await engine.close();
