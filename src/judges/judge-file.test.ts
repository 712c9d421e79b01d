/** A judge's file: what is written is read, and what is no judge, or another base's, is refused in one line. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { tinyLlama } from "../../test/tiny-llama.ts";
import { type Classifier, freshClassifier } from "../engine/classifier.ts";
import { createEngine } from "../engine/engine.ts";
import { writeSafetensors } from "../formats/safetensors.ts";
import { createRandom } from "../random.ts";
import { type JudgeCard, readJudge, writeJudge } from "./judge-file.ts";

const nothing = { value: null, low: null, high: null };
const figure = { ...nothing, n: 0 };
const others = { auroc: nothing, ece: nothing, recall: nothing, falsePositives: nothing };
const card: JudgeCard = {
  format: "seas-judge/2",
  name: "tiny",
  base: { open: "tiny", name: "tiny llama" },
  layers: 2,
  loraFrom: 1,
  loraRank: 2,
  loraAlpha: 4,
  trained: "2026-11-26",
  data: [{ name: "labels.jsonl", rows: 3 }],
  about: "MIT",
  calibration: {
    unsafe: { shift: 0, weights: [1, 0] },
    declines: { shift: 0, weights: [1, 0, 0] },
    delivers: { shift: 0, weights: [1, 0] },
    alternative: { shift: 0, weights: [1, 0] },
    asks: { shift: 0, weights: [1] },
  },
  threshold: 0.4,
  measured: {
    labels: { file: "dev.jsonl", sha256: "0", rows: 3, clusters: 2 },
    figures: {
      accuracy: figure,
      precision: figure,
      recall: figure,
      f1: figure,
      auroc: figure,
      ece: figure,
      kappa: figure,
      alpha: figure,
    },
    confusion: { truePositives: 1, falsePositives: 1, trueNegatives: 1, falseNegatives: 0 },
    effective: { unsafe: 1, safe: 1 },
    unscored: { unsafe: 0, safe: 0, empty: 0 },
  },
  figures: [{ on: "dev", question: "unsafe", n: 3, f1: { value: 0.5, low: 0, high: 1 }, ...others }],
};
let tiny: Awaited<ReturnType<typeof tinyLlama>>;
let classifier: Classifier;
let folder: string;
beforeAll(async () => {
  tiny = await tinyLlama();
  folder = await mkdtemp(join(tmpdir(), "seas-judge-"));
  const shape = { layers: card.layers, loraFrom: card.loraFrom, answers: 4, prompts: 1 };
  const engine = createEngine(tiny.base, { threads: 1 });
  classifier = freshClassifier(engine, shape, { rank: 2, alpha: 4 }, createRandom("judge").next);
});
afterAll(async () => {
  await tiny.remove();
  await rm(folder, { recursive: true });
});

it("reads what was written", async () => {
  const path = join(folder, "judge.safetensors");
  await writeJudge(path, classifier, card);
  const file = await readJudge(path);
  expect(file.card).toEqual(card);
  expect(await file.classifier(tiny.base.config)).toEqual(classifier);
});

it("says which base it reads when it is given another", async () => {
  const path = join(folder, "other.safetensors");
  await writeJudge(path, classifier, card);
  const { classifier: on } = await readJudge(path);
  await expect(on({ ...tiny.base.config, hiddenSize: 48 })).rejects.toMatchObject({
    code: "E_MODEL",
    hint: "this judge reads tiny llama",
  });
});

it("takes no other file for a judge", async () => {
  const adapter = join(folder, "adapter.safetensors");
  await writeSafetensors(adapter, new Map([["a", { shape: [1], data: Float32Array.of(1) }]]));
  await expect(readJudge(adapter)).rejects.toMatchObject({
    code: "E_FORMAT",
    hint: "`seas judge train` writes such files",
  });
  const older = join(folder, "older.safetensors");
  await writeSafetensors(older, new Map([["a", { shape: [1], data: Float32Array.of(1) }]]), {
    card: JSON.stringify({ ...card, format: "seas-judge/1" }),
  });
  await expect(readJudge(older)).rejects.toMatchObject({ hint: "train it again with `seas judge train`" });
  const text = join(folder, "text.safetensors");
  await writeFile(text, "not a judge");
  await expect(readJudge(text)).rejects.toMatchObject({ code: "E_FORMAT" });
  await expect(readJudge(join(folder, "none.safetensors"))).rejects.toThrow("none.safetensors");
});
