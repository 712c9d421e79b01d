/** Log-probabilities of completions: the forward pass without a derivative. */
import { byLength, collate, type Fork } from "./collate.ts";
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
