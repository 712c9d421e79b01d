/** How the shipped judges were trained; what was tried beside it stands in dev/LOG.md. */
import type { Recipe } from "./fit-judge.ts";

export const recipe: Recipe & {
  /** Harmful requests of ours, with answers composed for each. */
  readonly ownHarmful: number;
  /** Attacks of ours that are read without an answer. */
  readonly ownAttacks: number;
  /** Harmless requests that the base answers. */
  readonly ramblings: number;
} = {
  layers: 15,
  loraFrom: 8,
  loraRank: 8,
  loraAlpha: 16,
  learningRate: 5e-4,
  batchSize: 8,
  epochs: 1,
  weightDecay: 0,
  seed: 1,
  perSource: 4000,
  rewritten: 0.5,
  own: 0.8,
  ownHarmful: 900,
  ownAttacks: 800,
  ramblings: 600,
  requestsPerSource: 500,
  readPerSource: 160,
};
