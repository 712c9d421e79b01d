/**
 * Direct preference optimization with LoRA (Rafailov et al., 2305.18290; figures as TRL's DPOTrainer names and
 * computes them). The reference is the adapter that training starts from; its log-probabilities are computed once,
 * before the first step.
 */
import { groupBy } from "../group-by.ts";
import { byTokens, collate, type Fork, forkLength } from "./collate.ts";
import type { Engine } from "./engine.ts";
import { type Lora, loraFeeds } from "./lora.ts";
import { logProbs } from "./score.ts";
import { gradientsOf, tokenBudget } from "./sft.ts";
import { addGradients, type BatchResult, type StepRow, type TrainSettings, train } from "./train.ts";

/** Token ids of one preference; both completions follow the same prompt. */
export interface TokenPair {
  readonly prompt: readonly number[];
  readonly chosen: readonly number[];
  readonly rejected: readonly number[];
}

export interface DpoSettings extends TrainSettings {
  readonly beta: number;
  /** Weight of the chosen side's mean negative log-likelihood (TRL's rpo_alpha); 0 = plain DPO. */
  readonly sftWeight: number;
}

/** A preference with what the reference makes of it. */
export interface ScoredPair extends TokenPair {
  /** Reference log-probabilities. */
  readonly reference: readonly [number, number];
}

/**
 * Trains `lora` in place on `pairs`, away from `reference`, and gives one row a step. Pairs of one prompt follow each other
 * in the order of training, so that most of them share a step and the prompt is read once.
 */
export async function dpo(
  engine: Engine,
  lora: Lora,
  reference: Lora,
  pairs: readonly TokenPair[],
  settings: DpoSettings,
): Promise<StepRow[]> {
  const groups = byPrompt(pairs.map((pair, index) => ({ ...pair, index })));
  const scores = await logProbs(engine, reference, groups.map(forkOf), settings.signal);
  const scored = new Array<ScoredPair>(pairs.length);
  groups.forEach((group, g) => {
    group.forEach(({ index, ...pair }, i) => {
      scored[index] = { ...pair, reference: [scores[g]![2 * i]!, scores[g]![2 * i + 1]!] };
    });
  });
  const items = groups.map((group) => group.map(({ index }) => index));
  return train(lora, items, settings, (indices) =>
    dpoGradients(
      engine,
      lora,
      indices.map((i) => scored[i]!),
      settings,
    ),
  );
}

/** Gradients and TRL's figures of one batch of pairs, in parts that fit in memory. */
export async function dpoGradients(
  engine: Engine,
  lora: Lora,
  pairs: readonly ScoredPair[],
  settings: Pick<DpoSettings, "beta" | "sftWeight">,
): Promise<BatchResult> {
  const session = await engine.session("dpo");
  const length = (group: readonly TokenPair[]) => forkLength(forkOf(group));
  const groups = byPrompt(pairs).sort((a, b) => length(b) - length(a));
  const chosenTokens = pairs.reduce((n, p) => n + p.chosen.length, 0);
  const gradients: BatchResult["gradients"] = new Map();
  const rows: { chosen: number; rejected: number; reference: readonly [number, number] }[] = [];
  let loss = 0;
  for (const part of byTokens(groups, length, tokenBudget)) {
    const inPart = part.flat();
    const p = inPart.length;
    // Completions lie as chosen, rejected, chosen, rejected …
    const { feeds, counts } = collate(part.map(forkOf), engine.base.config);
    const signs = new Float32Array(p * 2 * p);
    for (let i = 0; i < p; i++) {
      signs[i * 2 * p + 2 * i] = 1;
      signs[i * 2 * p + 2 * i + 1] = -1;
    }
    const tokenWeight = Float32Array.from(
      counts.flatMap((n, s) => new Array<number>(n).fill(s % 2 === 0 ? -settings.sftWeight / chosenTokens : 0)),
    );
    const outputs = await session.run({
      ...feeds,
      ...loraFeeds(lora),
      reference: { data: Float32Array.from(inPart.flatMap((x) => x.reference)), dims: [2 * p] },
      pairs: { data: signs, dims: [p, 2 * p] },
      beta: { data: Float32Array.of(settings.beta), dims: [] },
      pair_weight: { data: Float32Array.of(1 / pairs.length), dims: [] },
      token_weight: { data: tokenWeight, dims: [tokenWeight.length] },
    });
    loss += Number(outputs.loss!.data[0]);
    addGradients(gradients, gradientsOf(outputs));
    const log = outputs.log_probs!.data as Float32Array;
    inPart.forEach(({ reference }, i) => rows.push({ chosen: log[2 * i]!, rejected: log[2 * i + 1]!, reference }));
  }
  const mean = (of: (row: (typeof rows)[number]) => number) =>
    rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  const rewardChosen = (r: (typeof rows)[number]) => settings.beta * (r.chosen - r.reference[0]);
  const rewardRejected = (r: (typeof rows)[number]) => settings.beta * (r.rejected - r.reference[1]);
  return {
    gradients,
    tokens: groups.reduce((n, group) => n + length(group), 0),
    metrics: {
      loss,
      "rewards/chosen": mean(rewardChosen),
      "rewards/rejected": mean(rewardRejected),
      "rewards/accuracies": mean((r) => (rewardChosen(r) > rewardRejected(r) ? 1 : 0)),
      "rewards/margins": mean((r) => rewardChosen(r) - rewardRejected(r)),
      "logps/chosen": mean((r) => r.chosen),
      "logps/rejected": mean((r) => r.rejected),
    },
  };
}

/**
 * Pairs that are read behind one prompt. Attention grows with the square of a row, so of many pairs of one prompt only as
 * many share a row as fit into one part, and at least one.
 */
function byPrompt<P extends TokenPair>(pairs: readonly P[]): P[][] {
  const sides = ({ chosen, rejected }: P) => chosen.length + rejected.length;
  return [...groupBy(pairs, ({ prompt }) => prompt.join()).values()].flatMap((group) => {
    const rows: P[][] = [];
    let room = 0;
    for (const pair of group) {
      if (rows.length === 0 || sides(pair) > room) {
        rows.push([]);
        room = tokenBudget - pair.prompt.length;
      }
      rows.at(-1)!.push(pair);
      room -= sides(pair);
    }
    return rows;
  });
}

/** Pairs of one prompt, which is read once for all their sides. */
function forkOf(pairs: readonly TokenPair[]): Fork {
  return { prompt: pairs[0]!.prompt, completions: pairs.flatMap(({ chosen, rejected }) => [chosen, rejected]) };
}
