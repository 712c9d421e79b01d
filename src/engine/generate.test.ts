/** Cached, batched generation against the decoder over whole sequences, on a tiny model. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tinyLlama, tinyLora, tinyTokens } from "../../test/tiny-llama.ts";
import { createRandom } from "../random.ts";
import { forkFeeds } from "./collate.ts";
import { createEngine, type Engine } from "./engine.ts";
import { sampleBatch } from "./generate.ts";
import { freshLora, loraFeeds, noLora } from "./lora.ts";

let tiny: Awaited<ReturnType<typeof tinyLlama>>;
let engine: Engine;
beforeAll(async () => {
  tiny = await tinyLlama();
  engine = createEngine(tiny.base, { threads: 1 });
});
afterAll(async () => {
  await engine.close();
  await tiny.remove();
});

const lora = tinyLora("player");
const random = createRandom("prompts").next;
const requests = Array.from({ length: 12 }, (_, i) => ({ prompt: tinyTokens(random, 1 + (i % 7)), seed: `row/${i}` }));
const system = tinyTokens(random, 5);
/** Prompts that begin alike, each of them twice. */
const alike = requests.map((r, i) => ({ ...r, prompt: [...system, ...requests[i - (i % 2)]!.prompt] }));
const greedy = { temperature: 0, topP: 1, maxTokens: 12 };
const warm = { temperature: 3, topP: 0.95, maxTokens: 12 };

/** The most probable next token, the whole sequence computed anew. */
async function nextToken(tokens: readonly number[]): Promise<number> {
  const session = await engine.session("logits");
  const { feeds } = forkFeeds([{ prompt: tokens, completions: [] }], tiny.base.config);
  const at = { data: BigInt64Array.of(BigInt(tokens.length - 1)), dims: [1] };
  const { logits } = await session.run({ ...feeds, ...loraFeeds(lora), at });
  const row = logits!.data as Float32Array;
  return row.indexOf(row.reduce((a, b) => Math.max(a, b)));
}

describe("sampleBatch", () => {
  it("gives the greedy text of the decoder over whole sequences", async () => {
    const batch = await sampleBatch(engine, lora, requests, greedy);
    for (const [i, { tokens, finishReason }] of batch.entries()) {
      const expected: number[] = [];
      for (let next = 0; expected.length < greedy.maxTokens; expected.push(next)) {
        next = await nextToken([...requests[i]!.prompt, ...expected]);
        if (tiny.base.tokenizer.eosIds.includes(next)) break;
      }
      expect(tokens).toEqual(expected);
      expect(finishReason).toBe(expected.length < greedy.maxTokens ? "stop" : "length");
    }
  });

  it("gives the text of a fresh adapter, which changes nothing, where there is none", async () => {
    const fresh = freshLora(tiny.base.config, 2, 4, random);
    const bare = await sampleBatch(engine, noLora, requests, warm);
    expect(bare).toEqual(await sampleBatch(engine, fresh, requests, warm));
    expect(bare).not.toEqual(await sampleBatch(engine, lora, requests, warm));
  });

  it("gives each prompt in a batch what it gets alone, though neighbours end and leave", async () => {
    for (const prompts of [requests, alike]) {
      const batch = await sampleBatch(engine, lora, prompts, warm);
      expect(new Set(batch.map((s) => s.finishReason)).size).toBe(2);
      expect(new Set(batch.map((s) => s.tokens.length)).size).toBeGreaterThan(3);
      for (const [i, request] of prompts.entries()) {
        expect(await sampleBatch(engine, lora, [request], warm)).toEqual([batch[i]]);
      }
    }
  });

  it("is the same again, differs by seed, counts its tokens and stops when told", async () => {
    let counted = 0;
    const onTokens = (tokens: number) => {
      counted += tokens;
    };
    const first = await sampleBatch(engine, lora, requests, { ...warm, onTokens });
    expect(counted).toBe(first.reduce((n, s) => n + s.tokens.length, 0));
    expect(await sampleBatch(engine, lora, requests, warm)).toEqual(first);
    expect(
      await sampleBatch(
        engine,
        lora,
        requests.map((r) => ({ ...r, seed: `${r.seed}x` })),
        warm,
      ),
    ).not.toEqual(first);
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(sampleBatch(engine, lora, requests, { ...warm, signal })).rejects.toThrow("enough");
  });

  it("tells each row its tokens as they come, the last included, and ends it where it is told to", async () => {
    const whole = await sampleBatch(engine, lora, requests, warm);
    const told: number[][] = requests.map(() => []);
    const cut = await sampleBatch(
      engine,
      lora,
      requests.map((r, i) => ({ ...r, onToken: (token) => told[i]!.push(token) === 3 })),
      warm,
    );
    expect(cut.map(({ tokens }) => tokens)).toEqual(whole.map(({ tokens }) => tokens.slice(0, 3)));
    for (const [i, tokens] of told.entries()) {
      const ended = whole[i]!.tokens.length < 3 ? [tokens.at(-1)!] : [];
      expect(tokens).toEqual([...whole[i]!.tokens.slice(0, 3), ...ended]);
      for (const token of ended) expect(tiny.base.tokenizer.eosIds).toContain(token);
    }
  });
});
