/**
 * Batched sampling: the prompts are read into a key/value cache, then all rows are decoded a token at a time, and rows
 * that have ended are dropped once a quarter of the batch is idle. Each row draws from its own random stream, so an
 * answer depends on its seed and not on its neighbours' luck.
 */
import { createRandom } from "../random.ts";
import { type CachedDecoder, openDecoder, readPrompts, type StepOutputs } from "./cached-decoder.ts";
import type { Engine } from "./engine.ts";
import { keepRows, kvCache, writeTokens } from "./kv-cache.ts";
import type { Lora } from "./lora.ts";
import { sampleToken, sampleWide } from "./sampling.ts";

export interface SampleRequest {
  readonly prompt: readonly number[];
  /** Of this row's random stream. */
  readonly seed: string;
  /** Called with each token when it is drawn, the one that ends the answer included; true ends the answer here. */
  readonly onToken?: (token: number) => boolean;
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

interface Row {
  readonly tokens: number[];
  readonly random: () => number;
  readonly onToken: SampleRequest["onToken"];
  /** Tokens in the cache. */
  length: number;
  ended: boolean;
}

/** A cache is half a gigabyte that the collector sees no hurry to free, so one batch leaves its memory to the next. */
const memories = new WeakMap<Engine, Map<string, Float32Array>>();

/** One answer to each prompt of a batch, in order. Throws the signal's reason when aborted between two tokens. */
export async function sampleBatch(
  engine: Engine,
  lora: Lora,
  requests: readonly SampleRequest[],
  options: SampleOptions,
): Promise<Sampled[]> {
  const memory = memories.get(engine) ?? new Map<string, Float32Array>();
  memories.delete(engine); // a batch beside this one has its own
  try {
    return await sampleInto(memory, engine, lora, requests, options);
  } finally {
    memories.set(engine, memory);
  }
}

async function sampleInto(
  memory: Map<string, Float32Array>,
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
    onToken: r.onToken,
    length: r.prompt.length,
    ended: false,
  }));
  const take = async (outputs: StepOutputs, draws: readonly Draw[]) => {
    const tokens = await drawTokens(decoder, outputs, draws, options);
    let fresh = 0;
    draws.forEach(({ row }, i) => {
      const token = tokens[i]!;
      const enough = row.onToken?.(token) ?? false;
      const last = tokenizer.eosIds.includes(token);
      row.ended = enough || last;
      if (last) return;
      row.tokens.push(token);
      fresh++;
    });
    options.onTokens?.(fresh);
  };

  let cache = kvCache(config, requests.length, capacity, memory);
  for await (const { outputs, at } of readPrompts(
    decoder,
    cache,
    requests.map((r) => r.prompt),
  )) {
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

/** A row that draws its next token, and where its outputs lie. */
interface Draw {
  readonly row: Row;
  readonly from: number;
}

async function drawTokens(
  decoder: CachedDecoder,
  outputs: StepOutputs,
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
