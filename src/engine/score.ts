/** Log-probabilities of completions, and pooled hidden states: the forward passes without a derivative. */
import { byTokens, collate, type Fork, forkFeeds, forkLength } from "./collate.ts";
import type { Engine } from "./engine.ts";
import { type Lora, loraFeeds } from "./lora.ts";

/** Padded tokens of one forward pass. */
const tokenBudget = 1024;

/** Log-probability of each completion after its prompt (sum over its tokens), in order. */
export async function logProbs(
  engine: Engine,
  lora: Lora,
  rows: readonly Fork[],
  signal?: AbortSignal,
): Promise<number[][]> {
  const session = await engine.session("score", lora);
  const result = new Array<number[]>(rows.length);
  for (const part of byLength(rows.map(forkLength))) {
    signal?.throwIfAborted();
    const { feeds } = collate(
      part.map((i) => rows[i]!),
      engine.base.config,
    );
    const { log_probs } = await session.run({ ...feeds, ...loraFeeds(lora) });
    let at = 0;
    for (const i of part) result[i] = rows[i]!.completions.map(() => Number(log_probs!.data[at++]));
  }
  return result;
}

/** Hidden states of the pooled layer for each completion: mean over its tokens and at its last, joined, (2·D), in order. */
export async function pool(
  engine: Engine,
  lora: Lora,
  rows: readonly Fork[],
  signal?: AbortSignal,
): Promise<Float32Array[][]> {
  const session = await engine.session("pool", lora);
  const result = new Array<Float32Array[]>(rows.length);
  const d = engine.base.config.hiddenSize;
  for (const part of byLength(rows.map(forkLength))) {
    signal?.throwIfAborted();
    const batch = part.map((i) => rows[i]!);
    const { feeds, length } = forkFeeds(batch, engine.base.config);
    // First token and token count of each completion, as rows of B·T.
    const spans = batch.flatMap(({ prompt, completions }, b) => {
      let end = b * length + prompt.length;
      return completions.map(({ length: size }) => {
        end += size;
        return { start: end - size, size };
      });
    });
    const positions = spans.flatMap(({ start, size }) => Array.from({ length: size }, (_, t) => start + t));
    const sum = new Float32Array(spans.length * positions.length);
    let at = 0;
    spans.forEach(({ size }, s) => {
      sum.fill(1 / size, s * positions.length + at, s * positions.length + at + size);
      at += size;
    });
    const { mean_state: mean, last_state: last } = await session.run({
      ...feeds,
      ...loraFeeds(lora),
      at: { data: BigInt64Array.from(positions, BigInt), dims: [positions.length] },
      sum: { data: sum, dims: [spans.length, positions.length] },
      last: { data: BigInt64Array.from(spans, ({ start, size }) => BigInt(start + size - 1)), dims: [spans.length] },
    });
    let s = 0;
    for (const i of part) {
      result[i] = rows[i]!.completions.map(() => {
        const joined = new Float32Array(2 * d);
        joined.set((mean!.data as Float32Array).subarray(s * d, (s + 1) * d));
        joined.set((last!.data as Float32Array).subarray(s * d, (s + 1) * d), d);
        s++;
        return joined;
      });
    }
  }
  return result;
}

/** Indices in groups of similar length, so that little is padded. */
function byLength(lengths: readonly number[]): number[][] {
  const order = lengths.map((_, i) => i).sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  return byTokens(order, (i) => lengths[i]!, tokenBudget);
}
