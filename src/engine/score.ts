/** Log-probabilities of completions, and pooled hidden states: the forward passes without a derivative. */
import { byTokens, collate, type Sequence, sequenceFeeds } from "./collate.ts";
import type { Engine } from "./engine.ts";
import { type Lora, loraFeeds } from "./lora.ts";
import { lengthOf } from "./sft.ts";

/** Padded tokens of one forward pass. */
const tokenBudget = 2048;

/** Log-probability of each completion after its prompt (sum over its tokens), in order. */
export async function logProbs(
  engine: Engine,
  lora: Lora,
  sequences: readonly Sequence[],
  signal?: AbortSignal,
): Promise<number[]> {
  const session = await engine.session("score");
  const result = new Array<number>(sequences.length);
  for (const part of byLength(sequences.map(lengthOf))) {
    signal?.throwIfAborted();
    const { feeds } = collate(
      part.map((i) => sequences[i]!),
      engine.base.config,
    );
    const { log_probs } = await session.run({ ...feeds, ...loraFeeds(lora) });
    part.forEach((i, b) => {
      result[i] = Number(log_probs!.data[b]);
    });
  }
  return result;
}

/** A text as the tokens up to and including an answer, of which `span` [from, to) is averaged. */
export interface PooledText {
  readonly tokens: readonly number[];
  readonly span: readonly [number, number];
}

/** Hidden states of the pooled layer: mean over the span and at the last token, joined, (2·D) each, in order. */
export async function pool(
  engine: Engine,
  lora: Lora,
  texts: readonly PooledText[],
  signal?: AbortSignal,
): Promise<Float32Array[]> {
  const session = await engine.session("pool");
  const result = new Array<Float32Array>(texts.length);
  for (const part of byLength(texts.map((t) => t.tokens.length))) {
    signal?.throwIfAborted();
    const rows = part.map((i) => texts[i]!);
    const { feeds, length } = sequenceFeeds(
      rows.map((r) => r.tokens),
      engine.base.config,
    );
    const positions = rows.flatMap(({ span }, b) =>
      Array.from({ length: span[1] - span[0] }, (_, t) => b * length + span[0] + t),
    );
    const sum = new Float32Array(rows.length * positions.length);
    let at = 0;
    rows.forEach(({ span }, b) => {
      const n = span[1] - span[0];
      sum.fill(1 / n, b * positions.length + at, b * positions.length + at + n);
      at += n;
    });
    const { mean_state: mean, last_state: last } = await session.run({
      ...feeds,
      ...loraFeeds(lora),
      at: { data: BigInt64Array.from(positions, BigInt), dims: [positions.length] },
      sum: { data: sum, dims: [rows.length, positions.length] },
      last: {
        data: BigInt64Array.from(rows.map((r, b) => BigInt(b * length + r.tokens.length - 1))),
        dims: [rows.length],
      },
    });
    const d = engine.base.config.hiddenSize;
    part.forEach((i, b) => {
      const joined = new Float32Array(2 * d);
      joined.set((mean!.data as Float32Array).subarray(b * d, (b + 1) * d));
      joined.set((last!.data as Float32Array).subarray(b * d, (b + 1) * d), d);
      result[i] = joined;
    });
  }
  return result;
}

/** Indices in groups of similar length, so that little is padded. */
function byLength(lengths: readonly number[]): number[][] {
  const order = lengths.map((_, i) => i).sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  return byTokens(order, (i) => lengths[i]!, tokenBudget);
}
