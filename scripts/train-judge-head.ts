/**
 * Trains the head of an embedded judge and writes assets/judges/<name>.safetensors with its card.
 *
 *   npx tsx scripts/train-judge-head.ts --name gptfuzz --labels ../shared/data/judge-train.jsonl --rows 1500 \
 *     --dev ../shared/data/judge-dev.jsonl --dev-rows 500 --data "GPTFuzz, labelled by people" --licence MIT
 *
 * Rows are {prompt, response, label safe|unsafe}; whole prompts stay on one side of the cross-fit. The dev rows only
 * measure.
 */
import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { z } from "zod";
import { openBaseModel } from "../src/engine/base-model.ts";
import { createEngine } from "../src/engine/engine.ts";
import { noLora } from "../src/engine/lora.ts";
import { pool } from "../src/engine/score.ts";
import { readJsonl } from "../src/formats/jsonl.ts";
import { writeSafetensors } from "../src/formats/safetensors.ts";
import { judgeWindows } from "../src/judges/embedded.ts";
import { fitHead, type HeadRow } from "../src/judges/fit-head.ts";
import { unsafeProbability } from "../src/judges/head.ts";
import { looksLikeRefusal } from "../src/metrics/refusal.ts";
import { createRandom } from "../src/random.ts";

const { values } = parseArgs({
  options: {
    name: { type: "string" }, labels: { type: "string" }, rows: { type: "string", default: "1500" }, dev: { type: "string" },
    "dev-rows": { type: "string", default: "500" }, data: { type: "string" }, licence: { type: "string" }, states: { type: "string" },
  },
});
const need = (key: keyof typeof values): string => {
  const value = values[key];
  if (value === undefined) throw new Error(`--${key} is missing`);
  return value;
};

const Row = z.object({ prompt: z.string(), response: z.string(), label: z.enum(["safe", "unsafe"]), goal: z.string().optional() });
type Row = z.infer<typeof Row>;

const engine = createEngine(await openBaseModel("smollm2-135m-instruct", { onNote: console.log }), { threads: 0 });

/** Labelled rows with their states; --states FOLDER keeps the states between calls. */
async function labelled(path: string, count: number): Promise<(HeadRow & { readonly row: Row })[]> {
  const all: Row[] = [];
  for await (const { value } of readJsonl(path, Row)) if (value.response.trim() !== "") all.push(value);
  const rows = createRandom(1).shuffle(all).slice(0, count);
  const cache = values.states === undefined ? undefined : `${values.states}/${path.split("/").at(-1)}.${rows.length}.f32`;
  const size = 2 * engine.base.config.hiddenSize;
  const stored = cache === undefined ? undefined : await readFile(cache).catch(() => undefined);
  let states: Float32Array[];
  if (stored === undefined) {
    states = [];
    for (let first = 0; first < rows.length; first += 64) {
      const part = rows.slice(first, first + 64);
      states.push(...(await pool(engine, noLora(engine.base.config), part.map((row) => judgeWindows(engine, row)[0]!))));
      console.log(`${path}: ${states.length} of ${rows.length}`);
    }
    if (cache !== undefined) await writeFile(cache, Buffer.concat(states.map((s) => Buffer.from(s.buffer, s.byteOffset, s.byteLength))));
  } else {
    const flat = new Float32Array(stored.buffer.slice(stored.byteOffset, stored.byteOffset + stored.byteLength));
    states = rows.map((_, i) => flat.slice(i * size, (i + 1) * size));
  }
  return rows.map((row, i) => ({ row, states: states[i]!, unsafe: row.label === "unsafe", cluster: row.goal ?? row.prompt }));
}

const train = await labelled(need("labels"), Number(values.rows));
const fitted = fitHead(train, { penalties: [0.001, 0.003, 0.01, 0.03, 0.1], folds: 4, seed: 1 });
const dev = await labelled(need("dev"), Number(values["dev-rows"]));
const name = need("name");
const called = (r: (typeof dev)[number]) =>
  looksLikeRefusal(r.row.response).kind !== "full" && unsafeProbability({ name, ...fitted, card: undefined as never }, r.states) >= fitted.threshold;
const hits = dev.filter((r) => called(r) && r.unsafe).length;
const f1 = (2 * hits) / (dev.filter(called).length + dev.filter((r) => r.unsafe).length);
const card = {
  data: need("data"), licence: need("licence"), rows: train.length, threshold: fitted.threshold, f1: Number(f1.toFixed(3)),
  agreementOn: `${dev.length} rows of ${need("dev").split("/").at(-1)}`,
};
console.log({ ...card, crossFitF1: fitted.f1 });
await writeSafetensors(`assets/judges/${name}.safetensors`, new Map([
  ["mean", { shape: [fitted.mean.length], data: fitted.mean }],
  ["scale", { shape: [fitted.scale.length], data: fitted.scale }],
  ["weights", { shape: [fitted.weights.length], data: fitted.weights }],
  ["bias", { shape: [1], data: Float32Array.of(fitted.bias) }],
]), { card: JSON.stringify(card) });
await engine.close();
