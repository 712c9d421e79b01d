/** Log-probabilities of completions, and pooled hidden states: the forward passes without a derivative. */
import { byLength, collate, type Fork, spanFeeds } from "./collate.ts";
import type { Engine } from "./engine.ts";
import { type Lora, loraFeeds } from "./lora.ts";
import { inShortForks } from "./short-forks.ts";

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
  for (const part of byLength(rows, tokenBudget)) {
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
export function pool(
  engine: Engine,
  lora: Lora,
  rows: readonly Fork[],
  signal?: AbortSignal,
): Promise<Float32Array[][]> {
  return inShortForks(rows, (short) => pooled(engine, lora, short, signal));
}

async function pooled(
  engine: Engine,
  lora: Lora,
  rows: readonly Fork[],
  signal: AbortSignal | undefined,
): Promise<Float32Array[][]> {
  const session = await engine.session("pool", lora);
  const result = new Array<Float32Array[]>(rows.length);
  const d = engine.base.config.hiddenSize;
  for (const part of byLength(rows, tokenBudget)) {
    signal?.throwIfAborted();
    const { mean_state: mean, last_state: last } = await session.run({
      ...spanFeeds(
        part.map((i) => rows[i]!),
        engine.base.config,
      ),
      ...loraFeeds(lora),
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
