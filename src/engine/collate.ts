/**
 * From token sequences to the padded tensors of a graph. Padding stands on the right, where causal attention never
 * looks, so no padding mask is needed; only the positions that predict a completion token reach the LM head.
 *
 * Two sequences, prompts [5, 6] and [7], completions [8, 2] and [9]:
 *   ids      [[5, 6, 8, 2], [7, 9, 0, 0]]
 *   at       [1, 2, 4]        rows of B·T = 2·4: 6 predicts 8, 8 predicts 2, 7 predicts 9
 *   targets  [8, 2, 9]
 *   sum      [[1, 1, 0], [0, 0, 1]]
 */
import type { LlamaConfig } from "./base-model.ts";
import type { Tensors } from "./graph/session.ts";
import { ropeTables } from "./nets/llama.ts";

/** Token ids of a prompt and of what follows it. */
export interface Sequence {
  readonly prompt: readonly number[];
  readonly completion: readonly number[];
}

/** Cuts a sequence to `maxLength` tokens: first the end of the completion, down to one token, then the start of the prompt. */
export function truncate({ prompt, completion }: Sequence, maxLength: number): Sequence {
  const kept = completion.slice(0, Math.max(1, maxLength - prompt.length));
  const room = maxLength - kept.length;
  return { prompt: prompt.length > room ? prompt.slice(prompt.length - room) : prompt, completion: kept };
}

/** Inputs shared by every graph over whole sequences: ids (B, T), causal (T, T), rope tables. */
export function sequenceFeeds(
  rows: readonly (readonly number[])[],
  config: LlamaConfig,
): { readonly feeds: Tensors; readonly length: number } {
  const length = Math.max(...rows.map((r) => r.length));
  const ids = new BigInt64Array(rows.length * length);
  rows.forEach((row, b) => row.forEach((id, t) => (ids[b * length + t] = BigInt(id))));
  const causal = new Float32Array(length * length);
  for (let t = 0; t < length; t++) causal.fill(-1e9, t * length + t + 1, (t + 1) * length);
  const rope = ropeTables(config, length);
  const half = config.headDim / 2;
  return {
    length,
    feeds: {
      ids: { data: ids, dims: [rows.length, length] },
      causal: { data: causal, dims: [length, length] },
      rope_cos: { data: rope.cos, dims: [length, half] },
      rope_sin: { data: rope.sin, dims: [length, half] },
    },
  };
}

/** Adds at (N), targets (N) and sum (B, N) for the completion tokens. */
export function collate(
  sequences: readonly Sequence[],
  config: LlamaConfig,
): { readonly feeds: Tensors; readonly counts: readonly number[] } {
  const { feeds, length } = sequenceFeeds(
    sequences.map((s) => [...s.prompt, ...s.completion]),
    config,
  );
  const counts = sequences.map((s) => s.completion.length);
  const total = counts.reduce((a, b) => a + b, 0);
  const at = new BigInt64Array(total);
  const targets = new BigInt64Array(total);
  const sum = new Float32Array(sequences.length * total);
  let n = 0;
  sequences.forEach(({ prompt, completion }, b) => {
    completion.forEach((id, i) => {
      at[n] = BigInt(b * length + prompt.length + i - 1);
      targets[n] = BigInt(id);
      sum[b * total + n] = 1;
      n++;
    });
  });
  return {
    counts,
    feeds: {
      ...feeds,
      at: { data: at, dims: [total] },
      targets: { data: targets, dims: [total] },
      sum: { data: sum, dims: [sequences.length, total] },
    },
  };
}

/** Consecutive groups whose padded size stays within `budget` tokens; a group has at least one item. */
export function byTokens<T>(items: readonly T[], lengthOf: (item: T) => number, budget: number): T[][] {
  const groups: T[][] = [];
  let group: T[] = [];
  let longest = 0;
  for (const item of items) {
    const next = Math.max(longest, lengthOf(item));
    if (group.length > 0 && next * (group.length + 1) > budget) {
      groups.push(group);
      group = [];
      longest = 0;
    }
    group.push(item);
    longest = Math.max(longest, lengthOf(item));
  }
  if (group.length > 0) groups.push(group);
  return groups;
}
