/**
 * Batched sampling with a key/value cache. A prompt that several rows share is read once, and so is the beginning that
 * all prompts have in common (a system message); then all rows are decoded a token at a time, and rows that have ended
 * are dropped once a quarter of the batch is idle. Each row draws from its own random stream, so an answer depends on
 * its seed and not on its neighbours' luck.
 */
import { createRandom } from "../random.ts";
import { byTokens, forkFeeds } from "./collate.ts";
import type { Engine } from "./engine.ts";
import type { Tensors } from "./graph/session.ts";
import { type KvCache, keepRows, kvCache, type Piece, pastFeeds, writeTokens } from "./kv-cache.ts";
import { type Lora, loraFeeds } from "./lora.ts";
import { ropeTables } from "./nets/llama.ts";
import { sampleToken, sampleWide } from "./sampling.ts";

export interface SampleRequest {
  readonly prompt: readonly number[];
  /** Of this row's random stream. */
  readonly seed: string;
}

export interface SampleOptions {
  /** 0 = greedy. */
  readonly temperature: number;
  readonly topP: number;
  readonly maxTokens: number;
  readonly signal?: AbortSignal;
  readonly onTokens?: (tokens: number) => void;
}

export interface Sampled {
  readonly tokens: readonly number[];
  readonly finishReason: "stop" | "length";
}

/** Padded tokens of prompts that are read in one pass. */
const tokenBudget = 512;

interface Row {
  readonly tokens: number[];
  readonly random: () => number;
  /** Tokens in the cache. */
  length: number;
  ended: boolean;
}

/** One answer to each prompt of a batch, in order. Throws the signal's reason when aborted between two tokens. */
export async function sampleBatch(
  engine: Engine,
  lora: Lora,
  requests: readonly SampleRequest[],
  options: SampleOptions,
): Promise<Sampled[]> {
  const { config, tokenizer } = engine.base;
  const capacity = Math.max(...requests.map((r) => r.prompt.length)) + options.maxTokens;
  const decoder = await openDecoder(engine, lora, options.temperature, capacity);
  const results: Row[] = requests.map((r) => ({
    tokens: [],
    random: createRandom(r.seed).next,
    length: r.prompt.length,
    ended: false,
  }));
  const take = async (outputs: Outputs, draws: readonly Draw[]) => {
    const tokens = await drawTokens(decoder, outputs, draws, options);
    let fresh = 0;
    draws.forEach(({ row }, i) => {
      row.ended = tokenizer.eosIds.includes(tokens[i]!);
      if (row.ended) return;
      row.tokens.push(tokens[i]!);
      fresh++;
    });
    options.onTokens?.(fresh);
  };

  let cache = kvCache(config, requests.length, capacity);
  for await (const { outputs, at } of readPrompts(decoder, cache, requests)) {
    options.signal?.throwIfAborted();
    await take(
      outputs,
      at.map(({ row, from }) => ({ row: results[row]!, from })),
    );
  }
  let rows = results;
  for (let produced = 1; produced < options.maxTokens; produced++) {
    const kept = rows.flatMap((r, b) => (r.ended ? [] : [b]));
    if (kept.length === 0) break;
    if (kept.length <= (3 / 4) * rows.length) {
      cache = keepRows(cache, kept);
      rows = kept.map((b) => rows[b]!);
    }
    options.signal?.throwIfAborted();
    const outputs = await decoder.step(
      cache,
      rows.map((r) => r.length),
      rows.map((r) => [r.tokens.at(-1) ?? tokenizer.padId]),
    );
    writeTokens(
      cache,
      outputs,
      rows.map((r, b) => ({ from: b, to: b, at: r.length, length: 1 })),
    );
    for (const row of rows) row.length++;
    await take(
      outputs,
      rows.flatMap((row, from) => (row.ended ? [] : [{ row, from }])),
    );
  }
  return results.map((r) => ({ tokens: r.tokens, finishReason: r.ended ? "stop" : "length" }));
}

/** Fills the cache, and gives for each row the outputs at the last token of its prompt. */
async function* readPrompts(decoder: Decoder, cache: KvCache, requests: readonly SampleRequest[]) {
  const rowsOf = new Map<string, number[]>();
  requests.forEach(({ prompt }, row) => {
    const key = prompt.join();
    const rows = rowsOf.get(key);
    if (rows === undefined) rowsOf.set(key, [row]);
    else rows.push(row);
  });
  const groups = [...rowsOf.values()].map((rows) => ({ rows, prompt: requests[rows[0]!]!.prompt }));
  const shared = groups.length > 1 ? commonPrefix(groups.map((g) => g.prompt)) : 0;

  const none = kvCache(decoder.config, 1, Math.max(1, shared));
  if (shared > 0) {
    const outputs = await decoder.step(none, [0], [groups[0]!.prompt.slice(0, shared)]);
    writeTokens(none, outputs, [{ from: 0, to: 0, at: 0, length: shared }]);
    const every = requests.map((_, to): Piece => ({ from: 0, to, at: 0, length: shared }));
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

/** Top tokens, log Σ exp, the state before the head, and key.i and value.i of the tokens read. */
type Outputs = Tensors;

interface Decoder {
  readonly config: Engine["base"]["config"];
  /**
   * Reads `ids` behind the first `known` tokens of the rows of `past`, which may be one row for all.
   *
   * @returns outputs at the last token of each row
   */
  step(past: KvCache, known: readonly number[], ids: readonly (readonly number[])[]): Promise<Outputs>;
  /** Whole rows of logits over temperature, (N · V), for states (N, D). */
  logits(states: Float32Array): Promise<Float32Array>;
}

async function openDecoder(engine: Engine, lora: Lora, temperature: number, capacity: number): Promise<Decoder> {
  const { config } = engine.base;
  const session = await engine.session("generate");
  const rope = ropeTables(config, capacity);
  const warmth = {
    inverse_temperature: { data: Float32Array.of(temperature === 0 ? 1 : 1 / temperature), dims: [] },
  };
  const shared: Tensors = {
    ...loraFeeds(lora),
    ...warmth,
    rope_cos: { data: rope.cos, dims: [capacity, config.headDim / 2] },
    rope_sin: { data: rope.sin, dims: [capacity, config.headDim / 2] },
  };
  return {
    config,
    step(past, known, ids) {
      const { feeds, length } = forkFeeds(
        ids.map((prompt) => ({ prompt, completions: [] })),
        config,
      );
      const rows = ids.length;
      const positions = (feeds.positions!.data as BigInt64Array).map(
        (t, i) => t + BigInt(known[Math.floor(i / length)]!),
      );
      const hidden = new Float32Array(rows * past.capacity);
      known.forEach((n, b) => hidden.fill(-1e9, b * past.capacity + n, (b + 1) * past.capacity));
      return session.run({
        ...feeds,
        ...shared,
        ...pastFeeds(past),
        positions: { data: positions, dims: [rows, length] },
        past_mask: { data: hidden, dims: [rows, 1, 1, 1, past.capacity] },
        last: { data: BigInt64Array.from(ids, (row, b) => BigInt(b * length + row.length - 1)), dims: [rows] },
      });
    },
    async logits(states) {
      const head = await engine.session("head");
      const outputs = await head.run({
        ...warmth,
        state: { data: states, dims: [states.length / config.hiddenSize, config.hiddenSize] },
      });
      return outputs.logits!.data as Float32Array;
    },
  };
}

/** A row that draws its next token, and where its outputs lie. */
interface Draw {
  readonly row: Row;
  readonly from: number;
}

async function drawTokens(
  decoder: Decoder,
  outputs: Outputs,
  draws: readonly Draw[],
  { temperature, topP }: SampleOptions,
): Promise<number[]> {
  const k = outputs.top_values!.dims[1]!;
  const part = (name: string, from: number, size: number) =>
    (outputs[name]!.data as Float32Array).subarray(from * size, (from + 1) * size);
  const chosen = draws.map(({ row, from }) => {
    const indices = outputs.top_indices!.data as BigInt64Array;
    if (temperature === 0) return Number(indices[from * k]);
    const uniform = row.random();
    const at = sampleToken(part("top_values", from, k), outputs.log_sum!.data[from] as number, topP, uniform);
    return at === undefined ? { from, uniform } : Number(indices[from * k + at]);
  });
  // Where the nucleus is wider than what left the graph, the whole row is computed again, from the state before the head.
  const wide = chosen.filter((c) => typeof c === "object");
  if (wide.length === 0) return chosen as number[];
  const { hiddenSize, vocabSize } = decoder.config;
  const states = new Float32Array(wide.length * hiddenSize);
  wide.forEach(({ from }, i) => states.set(part("state", from, hiddenSize), i * hiddenSize));
  const logits = await decoder.logits(states);
  let at = 0;
  return chosen.map((c) => {
    if (typeof c === "number") return c;
    const row = logits.subarray(at * vocabSize, ++at * vocabSize);
    return sampleWide(row, topP, c.uniform);
  });
}
