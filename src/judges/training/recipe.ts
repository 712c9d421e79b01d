/** How the shipped judges were trained; what was tried beside it stands in dev/LOG.md. */
import type { Recipe } from "./fit-judge.ts";

export const recipe: Recipe & { /** Requests with two answers of ours each (twins/). */ readonly twins: number } = {
  layers: 15,
  loraFrom: 8,
  loraRank: 8,
  loraAlpha: 16,
  learningRate: 5e-4,
  batchSize: 8,
  epochs: 3,
  weightDecay: 0,
  seed: 1,
  perSource: 4000,
  shortcuts: 0.4,
  own: 0.9,
  twins: 800,
};
