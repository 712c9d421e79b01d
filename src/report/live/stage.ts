/**
 * The stage at work and how fast it goes, from the run's events as they come. Speed counts what this session did: what
 * an earlier one left is told in the stage's first breath and is taken off. Times are those of the events, so that a
 * view opened late knows the same as one that watched from the start.
 */
import type { StoredEvent } from "../../run/events.ts";
import type { LiveStage } from "../types.ts";

interface At {
  readonly iteration: number;
  readonly stage: string;
  readonly unit: string;
  readonly from: number; // ms
  total: number;
  last: number; // ms
  done: number;
  tokens: number;
  before: { done: number; tokens: number };
  told: boolean;
  loss: number | null;
}

const firstBreath = 200; // ms

/** Takes events in order and tells the stage at work; null between stages and after the last. */
export function createStageWatch(): { take(events: readonly StoredEvent[]): void; now(): LiveStage | null } {
  let at: At | undefined;
  const take = (event: StoredEvent): void => {
    // A new session begins without a stage, whatever the last one was killed in.
    if (event.type === "note" && event.session !== undefined) at = undefined;
    if (!("stage" in event)) return;
    const time = Date.parse(event.at);
    if (event.type === "stage-start") {
      const { iteration, stage, unit, total } = event;
      const before = { done: 0, tokens: 0 };
      at = {
        iteration,
        stage,
        unit,
        total,
        from: time,
        last: time,
        done: 0,
        tokens: 0,
        before,
        told: false,
        loss: null,
      };
    }
    if (at === undefined || event.stage !== at.stage || event.iteration !== at.iteration) return;
    if (event.type === "stage-end") at = undefined;
    else if (event.type === "train-step") at.loss = event.metrics.loss;
    else if (event.type === "progress") {
      const { done, total, tokens } = event;
      if (!at.told && time - at.from < firstBreath && done < total) at.before = { done, tokens };
      Object.assign(at, { done, total, tokens, told: true, last: time });
    }
  };
  return { take: (events) => events.forEach(take), now: () => (at === undefined ? null : live(at)) };
}

function live({ iteration, stage, unit, done, total, tokens, before, from, last, loss }: At): LiveStage {
  const seconds = (last - from) / 1000;
  const made = { done: done - before.done, tokens: tokens - before.tokens };
  const known = seconds > 0;
  return {
    iteration,
    stage,
    unit,
    done,
    total,
    tokensPerSecond: known && made.tokens > 0 ? made.tokens / seconds : null,
    secondsLeft: known && made.done > 0 && done < total ? (seconds * (total - done)) / made.done : null,
    loss,
  };
}
