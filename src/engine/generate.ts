/**
 * Batched sampling with a key/value cache. A batch is prefilled once, padded on the right, and decoded a token at a
 * time; rows that have ended are dropped from the batch once half of it is idle. Each row draws from its own random
 * stream, so an answer depends on its seed and not on its neighbours' luck.
 */
import { createRandom } from "../random.ts";
import type { Engine } from "./engine.ts";
import type { Session, Tensor, Tensors } from "./graph/session.ts";
import { type Lora, loraFeeds } from "./lora.ts";
import { ropeTables } from "./nets/llama.ts";
import { sampleToken } from "./sampling.ts";

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

interface Row {
  readonly index: number;
  readonly tokens: number[];
  readonly random: () => number;
  /** Tokens in the cache. */
  length: number;
  ended: boolean;
}

interface Cache {
  /** key.i and value.i: (B, KV, P, D). */
  readonly tensors: Map<string, Tensor & { readonly data: Float32Array }>;
  readonly capacity: number;
}

/** One answer to each prompt of a batch, in order. Throws the signal's reason when aborted between two tokens. */
export async function sampleBatch(
  engine: Engine,
  lora: Lora,
  requests: readonly SampleRequest[],
  options: SampleOptions,
): Promise<Sampled[]> {
  const { config, tokenizer } = engine.base;
  const session = await engine.session("generate");
  const longest = Math.max(...requests.map((r) => r.prompt.length));
  const capacity = longest + options.maxTokens;
  const rope = ropeTables(config, capacity);
  const shared: Tensors = {
    ...loraFeeds(lora),
    rope_cos: { data: rope.cos, dims: [capacity, config.headDim / 2] },
    rope_sin: { data: rope.sin, dims: [capacity, config.headDim / 2] },
    inverse_temperature: { data: Float32Array.of(options.temperature === 0 ? 1 : 1 / options.temperature), dims: [] },
  };
  const results: Row[] = requests.map((r, index) => ({
    index,
    tokens: [],
    random: createRandom(r.seed).next,
    length: r.prompt.length,
    ended: false,
  }));
  let rows = results;
  let cache = emptyCache(engine, rows.length, capacity);

  const ids = new BigInt64Array(rows.length * longest);
  requests.forEach((r, b) => r.prompt.forEach((id, t) => (ids[b * longest + t] = BigInt(id))));
  let outputs = await step(session, shared, cache, {
    ids: { data: ids, dims: [rows.length, longest] },
    last: {
      data: BigInt64Array.from(requests.map((r, b) => BigInt(b * longest + r.prompt.length - 1))),
      dims: [rows.length],
    },
    seq_lens: { data: Int32Array.from(requests.map((r) => r.prompt.length - 1)), dims: [rows.length] },
    total_length: { data: Int32Array.of(longest), dims: [] },
  });

  for (let produced = 1; ; produced++) {
    options.signal?.throwIfAborted();
    let fresh = 0;
    rows.forEach((row, b) => {
      if (row.ended) return;
      const token = pick(outputs, b, options, row.random);
      if (tokenizer.eosIds.includes(token)) row.ended = true;
      else {
        row.tokens.push(token);
        fresh++;
      }
    });
    options.onTokens?.(fresh);
    if (produced === options.maxTokens || rows.every((r) => r.ended)) break;

    if (rows.filter((r) => !r.ended).length <= rows.length / 2) {
      const kept = rows.flatMap((r, b) => (r.ended ? [] : [b]));
      cache = keepRows(cache, kept);
      rows = kept.map((b) => rows[b]!);
    }
    for (const row of rows) row.length++;
    outputs = await step(session, shared, cache, {
      ids: {
        data: BigInt64Array.from(rows.map((r) => BigInt(r.tokens.at(-1) ?? tokenizer.padId))),
        dims: [rows.length, 1],
      },
      last: { data: BigInt64Array.from(rows.map((_, b) => BigInt(b))), dims: [rows.length] },
      seq_lens: { data: Int32Array.from(rows.map((r) => r.length - 1)), dims: [rows.length] },
      total_length: { data: Int32Array.of(Math.max(...rows.map((r) => r.length))), dims: [] },
    });
  }
  return results.map((r) => ({ tokens: r.tokens, finishReason: r.ended ? "stop" : "length" }));
}

function emptyCache(engine: Engine, rows: number, capacity: number): Cache {
  const { config } = engine.base;
  const dims = [rows, config.kvHeads, capacity, config.headDim];
  const size = dims.reduce((a, b) => a * b, 1);
  const names = Array.from({ length: config.layers }, (_, i) => [`key.${i}`, `value.${i}`]).flat();
  return { capacity, tensors: new Map(names.map((name) => [name, { data: new Float32Array(size), dims }])) };
}

function keepRows(cache: Cache, kept: readonly number[]): Cache {
  const tensors = new Map(
    [...cache.tensors].map(([name, { data, dims }]) => {
      const stride = data.length / dims[0]!;
      const next = new Float32Array(stride * kept.length);
      kept.forEach((from, to) => next.set(data.subarray(from * stride, (from + 1) * stride), to * stride));
      return [name, { data: next, dims: [kept.length, ...dims.slice(1)] }] as const;
    }),
  );
  return { capacity: cache.capacity, tensors };
}

/** One pass; the cache is read and written in place. */
function step(session: Session, shared: Tensors, cache: Cache, feeds: Tensors): Promise<Record<string, Tensor>> {
  const past = Object.fromEntries([...cache.tensors].map(([name, t]) => [`past_${name}`, t]));
  const present = Object.fromEntries([...cache.tensors].map(([name, t]) => [`present_${name}`, t]));
  return session.run({ ...shared, ...past, ...feeds }, present);
}

function pick(outputs: Record<string, Tensor>, b: number, options: SampleOptions, random: () => number): number {
  const k = outputs.top_values!.dims[1]!;
  const topIndices = (outputs.top_indices!.data as BigInt64Array).subarray(b * k, (b + 1) * k);
  if (options.temperature === 0) return Number(topIndices[0]);
  const vocab = outputs.logits!.dims[1]!;
  return sampleToken(
    {
      topIndices,
      topValues: (outputs.top_values!.data as Float32Array).subarray(b * k, (b + 1) * k),
      logSum: (outputs.log_sum!.data as Float32Array)[b]!,
      logits: (outputs.logits!.data as Float32Array).subarray(b * vocab, (b + 1) * vocab),
    },
    options.topP,
    random(),
  );
}
