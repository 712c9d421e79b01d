/** Optimizer steps in a job's events, under TRL's keys. */
import { z } from "zod";
import type { TrainStep } from "../seams.ts";
import type { JobEvent } from "../servers/fine-tuning-replies.ts";

const figure = z.number().optional().catch(undefined);

const Metrics = z.object({
  step: z.number().int().positive().max(1e9),
  train_loss: z.number(),
  train_mean_token_accuracy: figure,
  train_reward_accuracy: figure,
  train_reward_margin: figure,
});

/** The step that an event tells; nothing where it tells none. The provider keeps learning rate and gradient to itself. */
export function stepOf({ data }: JobEvent, stepsPerEpoch: number): TrainStep | undefined {
  const { success, data: metrics } = Metrics.safeParse(data);
  if (!success) return undefined;
  const figures: Record<string, number | undefined> = {
    mean_token_accuracy: metrics.train_mean_token_accuracy,
    "rewards/accuracies": metrics.train_reward_accuracy,
    "rewards/margins": metrics.train_reward_margin,
  };
  const told = Object.entries(figures).filter((entry): entry is [string, number] => entry[1] !== undefined);
  const epoch = metrics.step / stepsPerEpoch;
  return { step: metrics.step, epoch, loss: metrics.train_loss, ...Object.fromEntries(told) };
}
