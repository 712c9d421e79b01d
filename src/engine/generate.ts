/**
 * Batched sampling with a key/value cache. A prompt that several rows share is read once, and so is the beginning that
 * all prompts have in common (a system message); then all rows are decoded a token at a time, and rows that have ended
 * are dropped once a quarter of the batch is idle. Each row draws from its own random stream, so an answer depends on
 * its seed and not on its neighbours' luck.
 */
import { createRandom } from "../random.ts";
import type { Engine } from "./engine.ts";
import type { Session, Tensor, Tensors } from "./graph/session.ts";
import { copyTokens, type KvCache, keepRows, kvCache, rowOf } from "./kv-cache.ts";
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
  const decoder = await openDecoder(engine, lora, requests, options);
  const results: Row[] = requests.map((r) => ({
    tokens: [],
    random: createRandom(r.seed).next,
    length: r.prompt.length,
    ended: false,
  }));
  const take = (row: Row, outputs: Outputs, at: number): number => {
    const token = pick(outputs, at, options, row.random);
    row.ended = tokenizer.eosIds.includes(token);
    if (!row.ended) row.tokens.push(token);
    return row.ended ? 0 : 1;
  };

  let cache = kvCache(config, requests.length, decoder.capacity);
  let fresh = 0;
  await readPrompts(decoder, cache, requests, options.signal, (row, outputs) => {
    fresh += take(results[row]!, outputs, 0);
  });
  options.onTokens?.(fresh);

  let rows = results;
  for (let produced = 1; produced < options.maxTokens; produced++) {
    const kept = rows.flatMap((r, b) => (r.ended ? [] : [b]));
    if (kept.length === 0) break;
    if (kept.length <= (3 / 4) * rows.length) {
      cache = keepRows(cache, kept);
      rows = kept.map((b) => rows[b]!);
    }
    options.signal?.throwIfAborted();
    for (const row of rows) row.length++;
    const outputs = await decoder.step(cache, {
      ids: rows.map((r) => [r.tokens.at(-1) ?? tokenizer.padId]),
      lengths: rows.map((r) => r.length),
    });
    fresh = 0;
    rows.forEach((row, b) => {
      if (!row.ended) fresh += take(row, outputs, b);
    });
    options.onTokens?.(fresh);
  }
  return results.map((r) => ({ tokens: r.tokens, finishReason: r.ended ? "stop" : "length" }));
}

/** Fills each row with its prompt, and hands over the outputs at its last token. */
async function readPrompts(
  decoder: Decoder,
  cache: KvCache,
  requests: readonly SampleRequest[],
  signal: AbortSignal | undefined,
  onRead: (row: number, outputs: Outputs) => void,
): Promise<void> {
  const rowsOf = new Map<string, number[]>();
  requests.forEach(({ prompt }, row) => {
    const key = prompt.join();
    const rows = rowsOf.get(key);
    if (rows === undefined) rowsOf.set(key, [row]);
    else rows.push(row);
  });
  const groups = [...rowsOf.values()];
  const prompts = groups.map((rows) => requests[rows[0]!]!.prompt);
  const shared = prompts.length > 1 ? commonPrefix(prompts) : 0;
  const read = (row: number, ids: readonly number[], length: number) =>
    decoder.step(rowOf(cache, row), { ids: [ids], lengths: [length] });

  if (shared > 0) await read(groups[0]![0]!, prompts[0]!.slice(0, shared), shared);
  for (const [g, rows] of groups.entries()) {
    signal?.throwIfAborted();
    const [first] = rows as [number];
    const prompt = prompts[g]!;
    if (g > 0) copyTokens(cache, groups[0]![0]!, first, shared);
    const outputs = await read(first, prompt.slice(shared), prompt.length);
    for (const row of rows) {
      if (row !== first) copyTokens(cache, first, row, prompt.length);
      onRead(row, outputs);
    }
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

type Outputs = Readonly<Record<string, Tensor>>;

interface Decoder {
  readonly capacity: number;
  /**
   * One pass over the next tokens of each row, all rows with equally many; the cache is read and written in place.
   * More than one token a row only for a single row, as ONNX Runtime wants it.
   *
   * @param next.lengths tokens of each row after this pass
   */
  step(
    cache: KvCache,
    next: { readonly ids: readonly (readonly number[])[]; readonly lengths: readonly number[] },
  ): Promise<Outputs>;
}

async function openDecoder(
  engine: Engine,
  lora: Lora,
  requests: readonly SampleRequest[],
  options: SampleOptions,
): Promise<Decoder> {
  const { config } = engine.base;
  const session: Session = await engine.session("generate");
  const capacity = Math.max(...requests.map((r) => r.prompt.length)) + options.maxTokens;
  const rope = ropeTables(config, capacity);
  const shared: Tensors = {
    ...loraFeeds(lora),
    rope_cos: { data: rope.cos, dims: [capacity, config.headDim / 2] },
    rope_sin: { data: rope.sin, dims: [capacity, config.headDim / 2] },
    inverse_temperature: { data: Float32Array.of(options.temperature === 0 ? 1 : 1 / options.temperature), dims: [] },
  };
  // One piece of memory for all steps: a whole row of logits is rarely looked at, and large.
  const logits = new Float32Array(requests.length * config.vocabSize);
  return {
    capacity,
    step(cache, { ids, lengths }) {
      const rows = ids.length;
      const width = ids[0]!.length;
      const feeds: Tensors = {
        ids: { data: BigInt64Array.from(ids.flat(), BigInt), dims: [rows, width] },
        last: { data: BigInt64Array.from(ids, (_, b) => BigInt(b * width + width - 1)), dims: [rows] },
        seq_lens: { data: Int32Array.from(lengths, (n) => n - 1), dims: [rows] },
        total_length: { data: Int32Array.of(Math.max(...lengths)), dims: [] },
      };
      const past = Object.fromEntries([...cache.tensors].map(([name, t]) => [`past_${name}`, t]));
      const present = Object.fromEntries([...cache.tensors].map(([name, t]) => [`present_${name}`, t]));
      const into = { data: logits.subarray(0, rows * config.vocabSize), dims: [rows, config.vocabSize] };
      return session.run({ ...shared, ...past, ...feeds }, { ...present, logits: into });
    },
  };
}

function pick(outputs: Outputs, b: number, options: SampleOptions, random: () => number): number {
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
