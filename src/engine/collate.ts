/**
 * From token sequences to the padded tensors of a graph. Completions of one prompt lie behind it in one row and do not
 * see each other, so the prompt is read once. Padding stands on the right, where causal attention never looks; only the
 * positions that predict a completion token reach the LM head.
 *
 * Two rows: prompt [5, 6] with completions [8, 2] and [3]; prompt [7] with completion [9]:
 *   ids        [[5, 6, 8, 2, 3], [7, 9, 0, 0, 0]]
 *   positions  [[0, 1, 2, 3, 2], [0, 1, 2, 3, 4]]
 *   at         [1, 2, 1, 5]     rows of B·T = 2·5: 6 predicts 8, 8 predicts 2, 6 predicts 3, 7 predicts 9
 *   targets    [8, 2, 3, 9]
 *   sum        [[1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
 */
import type { DecoderConfig } from "./base-model.ts";
import type { Tensor, Tensors } from "./graph/session.ts";
import { ropeFeeds } from "./nets/rope.ts";

/** Token ids of a prompt and of what follows it. */
export interface Sequence {
  readonly prompt: readonly number[];
  readonly completion: readonly number[];
}

/** Token ids of a prompt and of several things that may follow it. */
export interface Fork {
  readonly prompt: readonly number[];
  readonly completions: readonly (readonly number[])[];
}

/** Cuts a sequence to `maxLength` tokens: first the end of the completion, down to one token, then the start of the prompt. */
export function truncate({ prompt, completion }: Sequence, maxLength: number): Sequence {
  const kept = completion.slice(0, Math.max(1, maxLength - prompt.length));
  const room = maxLength - kept.length;
  return { prompt: prompt.length > room ? prompt.slice(prompt.length - room) : prompt, completion: kept };
}

/** Tokens of a fork: its prompt once, and every completion. */
export function forkLength({ prompt, completions }: Fork): number {
  return completions.reduce((n, c) => n + c.length, prompt.length);
}

/** −1e9 where a token must not look. */
const hidden = -1e9;

/**
 * Ids and positions (B, T) and mask (B, 1, 1, T, T) of padded rows, T = length of the longest; where layers have a window,
 * mask_local too.
 */
export function rowFeeds(
  rows: readonly Fork[],
  { local }: Pick<DecoderConfig, "local">,
): { readonly feeds: Tensors; readonly length: number } {
  const length = Math.max(...rows.map(forkLength));
  const ids = new BigInt64Array(rows.length * length);
  const positions = BigInt64Array.from(ids, (_, i) => BigInt(i % length));
  const mask = new Float32Array(rows.length * length * length);
  rows.forEach(({ prompt, completions }, b) => {
    const first = b * length;
    const square = mask.subarray(first * length, (first + length) * length);
    for (let t = 0; t < length; t++) square.fill(hidden, t * length + t + 1, (t + 1) * length);
    prompt.forEach((id, t) => {
      ids[first + t] = BigInt(id);
    });
    let start = prompt.length;
    for (const completion of completions) {
      completion.forEach((id, t) => {
        ids[first + start + t] = BigInt(id);
        positions[first + start + t] = BigInt(prompt.length + t);
        const row = (start + t) * length;
        square.fill(hidden, row + prompt.length, row + start);
      });
      start += completion.length;
    }
  });
  const squares = [rows.length, 1, 1, length, length];
  return {
    length,
    feeds: {
      ids: { data: ids, dims: [rows.length, length] },
      positions: { data: positions, dims: [rows.length, length] },
      mask: { data: mask, dims: squares },
      ...(local && { mask_local: { data: windowed(mask, positions, length, local.window), dims: squares } }),
    },
  };
}

/** The mask with all hidden that lies `window` positions back or further. */
function windowed(mask: Float32Array, positions: BigInt64Array, length: number, window: number): Float32Array {
  if (length <= window) return mask;
  return mask.map((value, at) => {
    const row = Math.floor(at / length); // b · T + t
    const seen = row - (row % length) + (at % length);
    return positions[row]! - positions[seen]! >= window ? hidden : value;
  });
}

/** Inputs shared by every graph over whole sequences: those of {@link rowFeeds} and the rope tables. */
export function forkFeeds(
  rows: readonly Fork[],
  config: DecoderConfig,
): { readonly feeds: Tensors; readonly length: number } {
  const { feeds, length } = rowFeeds(rows, config);
  return { length, feeds: { ...feeds, ...ropeFeeds(config, length) } };
}

/**
 * Adds at (N), targets (N) and sum (S, N) for the tokens of all completions, S of them, row by row.
 *
 * @returns counts: tokens of each of the S completions
 */
export function collate(
  rows: readonly Fork[],
  config: DecoderConfig,
): { readonly feeds: Tensors; readonly counts: readonly number[] } {
  const { feeds, length } = forkFeeds(rows, config);
  const counts = rows.flatMap((r) => r.completions.map((c) => c.length));
  const total = counts.reduce((a, b) => a + b, 0);
  const at = new BigInt64Array(total);
  const targets = new BigInt64Array(total);
  const sum = new Float32Array(counts.length * total);
  let n = 0;
  let s = 0;
  rows.forEach(({ prompt, completions }, b) => {
    let start = b * length + prompt.length;
    for (const completion of completions) {
      completion.forEach((id, i) => {
        at[n] = BigInt(i === 0 ? b * length + prompt.length - 1 : start + i - 1);
        targets[n] = BigInt(id);
        sum[s * total + n] = 1;
        n++;
      });
      start += completion.length;
      s++;
    }
  });
  return {
    counts,
    feeds: {
      ...feeds,
      at: { data: at, dims: [total] },
      targets: { data: targets, dims: [total] },
      sum: { data: sum, dims: [counts.length, total] },
    },
  };
}

/**
 * Inputs that read completions as wholes: those of {@link forkFeeds}, at (N) the rows of B·T that are tokens of the S completions,
 * sum (S, N) which averages them by completion, last (S), the row of a completion's last token; asked_at (M) and asked_sum (S, M)
 * which average the tokens of its prompt.
 */
export function spanFeeds(batch: readonly Fork[], config: DecoderConfig): Tensors {
  const { feeds, length } = forkFeeds(batch, config);
  const spans = batch.flatMap(({ prompt, completions }, b) => {
    let end = b * length + prompt.length;
    return completions.map(({ length: size }) => {
      end += size;
      return { start: end - size, size };
    });
  });
  const at = spans.flatMap(({ start, size }) => rowsFrom(start, size));
  let [token, prompt] = [0, 0];
  const sum = spans.map(({ size }) => {
    token += size;
    return { first: token - size, size };
  });
  const askedSum = batch.flatMap(({ prompt: { length: size }, completions }) => {
    prompt += size;
    return completions.map(() => ({ first: prompt - size, size }));
  });
  const askedAt = batch.flatMap((fork, b) => rowsFrom(b * length, fork.prompt.length));
  return {
    ...feeds,
    at: indices(at),
    sum: averaging(sum, at.length),
    last: indices(spans.map(({ start, size }) => start + size - 1)),
    asked_at: indices(askedAt),
    asked_sum: averaging(askedSum, askedAt.length),
  };
}

function rowsFrom(start: number, size: number): number[] {
  return Array.from({ length: size }, (_, t) => start + t);
}

function indices(values: readonly number[]): Tensor {
  return { data: BigInt64Array.from(values, BigInt), dims: [values.length] };
}

/** A matrix that averages `size` columns from `first` on, a row for each of them. */
function averaging(of: readonly { readonly first: number; readonly size: number }[], columns: number): Tensor {
  const data = new Float32Array(of.length * columns);
  of.forEach(({ first, size }, s) => {
    data.fill(1 / size, s * columns + first, s * columns + first + size);
  });
  return { data, dims: [of.length, columns] };
}

/** Indices of forks in groups of similar length, so that little is padded. */
export function byLength(forks: readonly Fork[], budget: number): number[][] {
  const lengths = forks.map(forkLength);
  const order = lengths.map((_, i) => i).sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  return byTokens(order, (i) => lengths[i]!, budget);
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
