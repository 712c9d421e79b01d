/**
 * The decoder as sampling sees it: reads tokens behind a key/value cache. A prompt that several rows share is read once,
 * and so is the beginning that all prompts have in common (a system message).
 */
import { groupBy } from "../group-by.ts";
import { byTokens, rowFeeds } from "./collate.ts";
import type { Engine } from "./engine.ts";
import type { Tensors } from "./graph/session.ts";
import { type KvCache, kvCache, type Piece, pastFeeds, writeTokens } from "./kv-cache.ts";
import { type Lora, loraFeeds } from "./lora.ts";
import { ropeFeeds } from "./nets/rope.ts";

/** Padded tokens of prompts that are read in one pass. */
const tokenBudget = 512;

/** Top tokens, log Σ exp, the state before the head, and key.i and value.i of the tokens read. */
export type StepOutputs = Tensors;

export interface CachedDecoder {
  readonly config: Engine["base"]["config"];
  /**
   * Reads `ids` behind the first `known` tokens of the rows of `past`, which may be one row for all.
   *
   * @returns outputs at the last token of each row
   */
  step(past: KvCache, known: readonly number[], ids: readonly (readonly number[])[]): Promise<StepOutputs>;
  /** Whole rows of logits over temperature, (N · V), for states (N, D). */
  logits(states: Float32Array): Promise<Float32Array>;
}

export async function openDecoder(
  engine: Engine,
  lora: Lora,
  temperature: number,
  capacity: number,
): Promise<CachedDecoder> {
  const { config } = engine.base;
  const session = await engine.session("generate", lora);
  const warmth = {
    inverse_temperature: { data: Float32Array.of(temperature === 0 ? 1 : 1 / temperature), dims: [] },
  };
  const shared: Tensors = {
    ...loraFeeds(lora),
    ...warmth,
    ...ropeFeeds(config, capacity),
  };
  return {
    config,
    step(past, known, ids) {
      const { feeds, length } = rowFeeds(
        ids.map((prompt) => ({ prompt, completions: [] })),
        config,
      );
      const rows = ids.length;
      const positions = (feeds.positions!.data as BigInt64Array).map(
        (t, i) => t + BigInt(known[Math.floor(i / length)]!),
      );
      return session.run({
        ...feeds,
        ...shared,
        ...pastFeeds(past),
        positions: { data: positions, dims: [rows, length] },
        past_mask: { data: pastMask(known, past.capacity), dims: [rows, 1, 1, 1, past.capacity] },
        ...(config.local && {
          past_mask_local: {
            data: pastMask(known, past.capacity, { length, window: config.local.window }),
            dims: [rows, 1, 1, length, past.capacity],
          },
        }),
        last: { data: BigInt64Array.from(ids, (row, b) => BigInt(b * length + row.length - 1)), dims: [rows] },
      });
    },
    async logits(states) {
      const head = await engine.session("head");
      const outputs = await head.run({
        ...loraFeeds(lora),
        ...warmth,
        state: { data: states, dims: [states.length / config.hiddenSize, config.hiddenSize] },
      });
      return outputs.logits!.data as Float32Array;
    },
  };
}

/**
 * Which tokens of the cache are hidden: those that a row has not filled, (B, P); with a window, for each of `length` tokens
 * behind them also those too far back, (B, T, P).
 */
function pastMask(
  known: readonly number[],
  capacity: number,
  { length, window }: { readonly length: number; readonly window: number } = { length: 1, window: capacity + 1 },
): Float32Array {
  const mask = new Float32Array(known.length * length * capacity);
  known.forEach((n, b) => {
    for (let t = 0; t < length; t++) {
      const row = mask.subarray((b * length + t) * capacity, (b * length + t + 1) * capacity);
      row.fill(-1e9, 0, Math.max(0, Math.min(n, n + t - window + 1)));
      row.fill(-1e9, n);
    }
  });
  return mask;
}

/** Fills the cache, and gives for each row the outputs at the last token of its prompt. */
export async function* readPrompts(decoder: CachedDecoder, cache: KvCache, prompts: readonly (readonly number[])[]) {
  const rowsOf = groupBy(prompts.keys(), (row) => prompts[row]!.join());
  const groups = [...rowsOf.values()].map((rows) => ({ rows, prompt: prompts[rows[0]!]! }));
  const shared = groups.length > 1 ? commonPrefix(groups.map((g) => g.prompt)) : 0;

  const none = kvCache(decoder.config, 1, Math.max(1, shared));
  if (shared > 0) {
    const outputs = await decoder.step(none, [0], [groups[0]!.prompt.slice(0, shared)]);
    writeTokens(none, outputs, [{ from: 0, to: 0, at: 0, length: shared }]);
    const every = prompts.map((_, to): Piece => ({ from: 0, to, at: 0, length: shared }));
    writeTokens(cache, Object.fromEntries(none.tensors), every);
  }
  groups.sort((a, b) => b.prompt.length - a.prompt.length);
  for (const part of byTokens(groups, (g) => g.prompt.length - shared, tokenBudget)) {
    const outputs = await decoder.step(
      none,
      part.map(() => shared),
      part.map((g) => g.prompt.slice(shared)),
    );
    const at = part.flatMap(({ rows }, from) => rows.map((row) => ({ row, from })));
    const pieces = at.map(({ row, from }): Piece => {
      return { from, to: row, at: shared, length: part[from]!.prompt.length - shared };
    });
    writeTokens(cache, outputs, pieces);
    yield { outputs, at };
  }
}

/** Tokens that all sequences begin with, at least one short of the shortest. */
function commonPrefix(sequences: readonly (readonly number[])[]): number {
  const [first] = sequences as [readonly number[]];
  let length = Math.min(...sequences.map((s) => s.length)) - 1;
  for (const s of sequences) {
    let same = 0;
    while (same < length && s[same] === first[same]) same++;
    length = same;
  }
  return length;
}
