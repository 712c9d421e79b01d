/**
 * Our all-MiniLM-L6-v2 against transformers: tokens and vectors of texts of many kinds, as recorded by
 * scripts/record_embedding.py. Opens the model as commands do (cache, hub or wheel).
 */
import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Embedder, openEmbedder } from "../../src/engine/embedding/embedder.ts";
import { type WordPieces, wordPiecesFromFolder } from "../../src/engine/tokenizer/wordpiece.ts";

interface Recorded {
  readonly texts: readonly { readonly text: string; readonly ids: readonly number[]; readonly vector: string }[];
  readonly strings: readonly { readonly text: string; readonly ids: readonly number[] }[];
}

let recorded: Recorded;
let embedder: Embedder;
let words: WordPieces;

beforeAll(async () => {
  const file = await readFile(new URL("recorded/embedding.json.gz", import.meta.url));
  recorded = JSON.parse(gunzipSync(file).toString());
  embedder = await openEmbedder();
  words = await wordPiecesFromFolder(embedder.folder);
});
afterAll(() => embedder.close());

const floats = (text: string) => {
  const bytes = Buffer.from(text, "base64");
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
};
const product = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

describe("all-MiniLM-L6-v2", () => {
  it("cuts texts into transformers' tokens, 256 at most", () => {
    for (const { text, ids } of [...recorded.texts, ...recorded.strings])
      expect([text, words.encode(text, 256)]).toEqual([text, ids]);
    expect(Math.max(...recorded.texts.map(({ ids }) => ids.length))).toBe(256);
  });

  it("gives transformers' vectors, all texts in one call", async () => {
    expect(recorded.texts.length).toBeGreaterThanOrEqual(30);
    const vectors = await embedder.embed(recorded.texts.map(({ text }) => text));
    let [cosine, difference] = [1, 0];
    for (const [i, { vector }] of recorded.texts.entries()) {
      const [own, theirs] = [vectors[i]!, floats(vector)];
      expect(own).toHaveLength(384);
      cosine = Math.min(cosine, product(own, theirs));
      difference = Math.max(difference, ...own.map((value, k) => Math.abs(value - theirs[k]!)));
    }
    console.info(`embedding: lowest cosine ${cosine.toFixed(8)}, largest difference ${difference.toExponential(1)}`);
    expect(cosine).toBeGreaterThanOrEqual(0.9999);
    expect(difference).toBeLessThan(1e-4);
  });

  it("gives a text the same vector alone and beside others, and a vector of length 1", async () => {
    const texts = recorded.texts.slice(0, 12).map(({ text }) => text);
    const together = await embedder.embed(texts);
    for (const [i, text] of texts.entries()) {
      const [alone] = await embedder.embed([text]);
      expect(product(alone!, alone!)).toBeCloseTo(1, 5);
      for (const [k, value] of alone!.entries()) expect(Math.abs(value - together[i]![k]!)).toBeLessThan(1e-5);
    }
    expect(await embedder.embed([])).toEqual([]);
  });

  it("puts two ways of saying one thing nearer than two things said alike", async () => {
    const [boil, cook, lock] = await embedder.embed([
      "How do I boil an egg?",
      "What is the best way to cook an egg in water?",
      "How do I pick a lock?",
    ]);
    expect(product(boil!, cook!)).toBeGreaterThan(product(boil!, lock!) + 0.2);
  });

  it("ends between two batches when it is told to", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(embedder.embed(["a"], { signal })).rejects.toThrow("enough");
  });
});
