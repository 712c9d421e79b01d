/**
 * An encoder of a few numbers, read from a folder and run by the session, against BERT written as plain loops; what is
 * missing, too small or of another kind in the folder is named. The real model is held in test/parity/embedding.test.ts.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeSafetensors } from "../../formats/safetensors.ts";
import { createRandom } from "../../random.ts";
import { openSession } from "../graph/session.ts";
import { bertMean } from "../nets/bert.ts";
import { bertConfig, bertTensors } from "./bert-config.ts";
import { readBertFolder } from "./bert-files.ts";

const json = {
  ...{ model_type: "bert", hidden_act: "gelu", vocab_size: 11, hidden_size: 8, intermediate_size: 12 },
  ...{ num_hidden_layers: 2, num_attention_heads: 2, max_position_embeddings: 6, type_vocab_size: 2 },
  layer_norm_eps: 1e-12,
};
const config = bertConfig(json, "config.json");
const random = createRandom("tiny bert");
const weights = new Map(
  bertTensors(config).map(({ name, shape }) => {
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.next() - 0.5);
    return [name, { shape, data }] as const;
  }),
);
const tokenizer = {
  normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, lowercase: true },
  pre_tokenizer: { type: "BertPreTokenizer" },
  model: { type: "WordPiece", unk_token: "[UNK]", vocab: { "[UNK]": 0, "[CLS]": 1, "[SEP]": 2, a: 3, b: 4 } },
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-bert-"));
  await writeSafetensors(join(folder, "model.safetensors"), weights, {});
  await writeFile(join(folder, "config.json"), JSON.stringify(json));
  await writeFile(join(folder, "tokenizer.json"), JSON.stringify(tokenizer));
});
afterEach(() => rm(folder, { recursive: true }));
const read = () => readBertFolder(folder, "00", join(folder, "weights"), {});

describe("bertMean", () => {
  it("is BERT averaged over each text's tokens, whatever stands beside it", async () => {
    const files = await read();
    expect(files.config).toEqual(config);
    const session = await openSession({ mean: bertMean(files.config) }, { threads: 1, weights: [files.weights] });
    const rows = [
      [1, 5, 9, 10, 2],
      [1, 7, 2],
    ];
    const length = 5;
    const flat = <T>(value: (row: readonly number[], t: number) => T) =>
      rows.flatMap((row) => Array.from({ length }, (_, t) => value(row, t)));
    const { mean } = await session.run({
      ids: { data: BigInt64Array.from(flat((row, t) => BigInt(row[t] ?? 0))), dims: [2, length] },
      positions: { data: BigInt64Array.from([0n, 1n, 2n, 3n, 4n]), dims: [length] },
      mask: { data: Float32Array.from(flat((row, t) => (t < row.length ? 0 : -1e9))), dims: [2, 1, 1, length] },
      average: {
        data: Float32Array.from(flat((row, t) => (t < row.length ? 1 / row.length : 0))),
        dims: [2, 1, length],
      },
    });
    await session.close();
    expect(mean!.dims).toEqual([2, 8]);
    const expected = rows.flatMap(plainBert);
    for (const [i, value] of expected.entries()) expect(Number(mean!.data[i])).toBeCloseTo(value, 5);
  });
});

describe("readBertFolder", () => {
  it("gives the vocabulary that goes with the weights, and the same weights file the second time", async () => {
    const [first, second] = [await read(), await read()];
    expect(second.weights).toEqual(first.weights);
    expect(first.words.encode("A c b!", 9)).toEqual([1, 3, 0, 4, 0, 2]);
  });

  it.each([
    ["another family", { model_type: "roberta" }, /config\.json: `model_type`/],
    ["another GELU", { hidden_act: "gelu_new" }, /config\.json: `hidden_act`/],
    ["relative positions", { position_embedding_type: "relative_key" }, /`position_embedding_type`/],
    ["heads that do not fit", { num_attention_heads: 3 }, /`num_attention_heads`: does not divide hidden_size/],
    ["a number that nobody has", { num_hidden_layers: 1e9 }, /`num_hidden_layers`/],
    ["fewer words than the tokenizer", { vocab_size: 4 }, /the tokenizer has 5 tokens, the model 4/],
    ["other shapes", { intermediate_size: 13 }, /tensor encoder\.layer\.0\.intermediate\.dense\.weight is \[12, 8\]/],
    ["fewer layers", { num_hidden_layers: 1 }, /tensor encoder\.layer\.1\.\S+ has no place in this model/],
  ])("refuses %s", async (_, change, message) => {
    await writeFile(join(folder, "config.json"), JSON.stringify({ ...json, ...change }));
    await expect(read()).rejects.toThrow(message);
    await expect(read()).rejects.toMatchObject({ code: "E_MODEL" });
  });

  it("names a file that is missing or no JSON", async () => {
    await writeFile(join(folder, "config.json"), "{");
    await expect(read()).rejects.toThrow(/config\.json cannot be read/);
    await writeFile(join(folder, "config.json"), JSON.stringify(json));
    await rm(join(folder, "tokenizer.json"));
    await expect(read()).rejects.toThrow(/tokenizer\.json is missing/);
  });
});

/** Mean of the last hidden states of one text, by the definition. */
function plainBert(ids: readonly number[]): number[] {
  const w = (name: string) => weights.get(name)!.data;
  const d = 8;
  const norm = (x: number[], name: string) => {
    const mean = x.reduce((a, b) => a + b, 0) / d;
    const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / d;
    const [scale, shift] = [w(`${name}.LayerNorm.weight`), w(`${name}.LayerNorm.bias`)];
    return x.map((value, i) => ((value - mean) / Math.sqrt(variance + 1e-12)) * scale[i]! + shift[i]!);
  };
  const linear = (x: readonly number[], name: string) => {
    const [matrix, bias] = [w(`${name}.weight`), w(`${name}.bias`)];
    return [...bias].map((b, o) => x.reduce((sum, value, i) => sum + value * matrix[o * x.length + i]!, b));
  };
  const plus = (a: readonly number[], b: readonly number[]) => a.map((value, i) => value + b[i]!);
  const row = (name: string, i: number) => [...w(`embeddings.${name}_embeddings.weight`).subarray(i * d, (i + 1) * d)];
  let states = ids.map((id, t) =>
    norm(plus(plus(row("word", id), row("position", t)), row("token_type", 0)), "embeddings"),
  );
  for (let layer = 0; layer < 2; layer++) {
    const name = `encoder.layer.${layer}`;
    const [q, k, v] = ["query", "key", "value"].map((part) =>
      states.map((x) => linear(x, `${name}.attention.self.${part}`)),
    );
    states = states.map((x, t) => {
      const mixed = Array.from({ length: d }, (_, i) => {
        const head = [...Array(4).keys()].map((j) => Math.floor(i / 4) * 4 + j);
        const scores = k!.map((key) => Math.exp(head.reduce((sum, j) => sum + q![t]![j]! * key[j]!, 0) / 2));
        const total = scores.reduce((a, b) => a + b, 0);
        return scores.reduce((sum, score, s) => sum + (score / total) * v![s]![i]!, 0);
      });
      const attended = norm(plus(x, linear(mixed, `${name}.attention.output.dense`)), `${name}.attention.output`);
      const wide = linear(attended, `${name}.intermediate.dense`).map((value) => value * normalCumulative(value));
      return norm(plus(attended, linear(wide, `${name}.output.dense`)), `${name}.output`);
    });
  }
  return Array.from({ length: d }, (_, i) => states.reduce((sum, x) => sum + x[i]!, 0) / states.length);
}

/** Φ(x), by its series; exact for the small values here. */
function normalCumulative(x: number): number {
  let [term, sum] = [x, x];
  for (let k = 1; k < 60; k++) {
    term *= (x * x) / (2 * k + 1);
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}
