/**
 * Gemma 3 270M from a real GGUF file (Q4_K_M) against transformers on the same file, as recorded by
 * ../parity/scripts/record_gemma.py: token ids, logits at every position, cached greedy text.
 */
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBaseModel } from "../../src/engine/base-model.ts";
import { forkFeeds } from "../../src/engine/collate.ts";
import { createEngine, type Engine } from "../../src/engine/engine.ts";
import { sampleBatch } from "../../src/engine/generate.ts";
import { noLora } from "../../src/engine/lora.ts";
import { floats } from "../parity/fixed-values.ts";
import { gemmaModel } from "./gemma-model.ts";

const recorded: {
  readonly columns: readonly number[];
  readonly prompts: readonly {
    readonly ids: number[];
    readonly columns: string;
    readonly argmax: readonly number[];
    readonly logSumExp: string;
    readonly greedy: readonly number[];
  }[];
  readonly strings: readonly { readonly text: string; readonly ids: readonly number[]; readonly decoded: string }[];
} = JSON.parse(await readFile(new URL("../parity/recorded/gemma.json", import.meta.url), "utf8"));

let engine: Engine;
beforeAll(async () => {
  engine = createEngine(await openBaseModel(await gemmaModel()), { threads: 0 });
});
afterAll(() => engine?.close());

describe("Gemma 3 270M from GGUF", () => {
  it("gives transformers' token ids and text", () => {
    const { tokenizer } = engine.base;
    for (const { text, ids, decoded } of recorded.strings) {
      expect([text, tokenizer.encode(text)]).toEqual([text, ids]);
      expect(tokenizer.decode(ids)).toBe(decoded);
    }
  });

  it("gives transformers' logits at every position", async () => {
    const session = await engine.session("logits", noLora);
    let largest = 0;
    for (const { ids, columns, argmax, logSumExp } of recorded.prompts) {
      const { feeds } = forkFeeds([{ prompt: ids, completions: [] }], engine.base.config);
      const at = { data: BigInt64Array.from(ids, (_, t) => BigInt(t)), dims: [ids.length] };
      const { logits } = await session.run({ ...feeds, at });
      const [expected, sums, vocab] = [floats(columns), floats(logSumExp), logits!.dims[1]!];
      ids.forEach((_, t) => {
        const row = (logits!.data as Float32Array).subarray(t * vocab, (t + 1) * vocab);
        recorded.columns.forEach((column, c) => {
          largest = Math.max(largest, Math.abs(row[column]! - expected[t * recorded.columns.length + c]!));
        });
        const top = row.reduce((best, x, i) => (x > row[best]! ? i : best), 0);
        expect(top).toBe(argmax[t]);
        const sum = row[top]! + Math.log(row.reduce((total, x) => total + Math.exp(x - row[top]!), 0));
        expect(Math.abs(sum - sums[t]!)).toBeLessThan(1e-4);
      });
    }
    expect(largest).toBeGreaterThan(0);
    expect(largest).toBeLessThan(1e-4);
    console.info(`largest difference of a logit: ${largest.toExponential(1)}`);
  });

  it("gives transformers' greedy text, all prompts in one batch", async () => {
    const requests = recorded.prompts.map(({ ids }) => ({ prompt: ids, seed: "" }));
    const options = { temperature: 0, topP: 1, maxTokens: recorded.prompts[0]!.greedy.length };
    const batch = await sampleBatch(engine, noLora, requests, options);
    expect(batch.map(({ tokens }) => tokens)).toEqual(recorded.prompts.map(({ greedy }) => greedy));
  });
});
