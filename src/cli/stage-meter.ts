/**
 * How far a stage is and how fast: count of total, tokens a second, time left. What earlier sessions did of the stage
 * counts towards the total and not towards the speed.
 */
import type { RunEvent } from "../seams.ts";
import { count, duration } from "./format.ts";

/** What the stages of the loop do, in people's words; a stage not listed goes by its name. */
const work: Readonly<Record<string, string>> = {
  judges: "the Judges are held against people's labels",
  prompts: "the Red Team writes adversarial prompts",
  attempts: "the Target answers them",
  verdicts: "the Judge reads the answers",
  pairs: "verdicts become preference pairs",
  "train.red-team": "the Red Team trains",
  "train.target": "the Target trains",
  "cross-play": "the Red Team writes for the matrix",
  evaluation: "the Targets answer held-out prompts and the matrix, the Judges read",
  scores: "answers become figures",
  judging: "the Judge reads the rows",
  answers: "the models answer the prompts",
  comparisons: "answers are compared, in both orders",
};

/** Where a stage stands. */
export interface StageMeter {
  readonly title: string;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  /** Drawn already? */
  shown: boolean;
  progress(event: RunEvent & { readonly type: "progress" }): void;
  loss(value: number): void;
  /** Tokens a second of this session; undefined before there are any. */
  rate(): number | undefined;
  /** `, 412 tokens/s, loss 0.61, 40 s left`: what is known of it. */
  figures(): string;
}

/**
 * @param now in seconds
 * @param inRun whether the stage is a part of a run; else its title tells no iteration
 */
export function createStageMeter(
  start: RunEvent & { readonly type: "stage-start" },
  now: () => number,
  inRun = true,
): StageMeter {
  const from = now();
  const done = { before: 0, now: 0 };
  const tokens = { before: 0, now: 0 };
  let total = start.total;
  let events = 0;
  let loss: number | undefined;
  const rate = (): number | undefined => {
    const seconds = now() - from;
    const made = tokens.now - tokens.before;
    return made > 0 && seconds > 0 ? made / seconds : undefined;
  };
  const secondsLeft = (): number | undefined => {
    const made = done.now - done.before;
    return made > 0 && done.now < total ? ((now() - from) * (total - done.now)) / made : undefined;
  };
  return {
    title: `${inRun ? `iteration ${start.iteration} · ` : ""}${work[start.stage] ?? start.stage}`,
    get done() {
      return done.now;
    },
    get total() {
      return total;
    },
    unit: start.unit,
    shown: false,
    progress(event) {
      // Said at once, before any work: what an earlier session left.
      if (events++ === 0 && now() - from < 0.2 && event.done < event.total) {
        done.before = event.done;
        tokens.before = event.tokens;
      }
      done.now = event.done;
      tokens.now = event.tokens;
      total = event.total;
    },
    loss(value) {
      loss = value;
    },
    rate,
    figures() {
      const speed = rate();
      const left = secondsLeft();
      return [
        speed === undefined ? "" : `, ${count(speed)} tokens/s`,
        loss === undefined ? "" : `, loss ${loss.toFixed(3)}`,
        left === undefined ? "" : `, ${duration(left)} left`,
      ].join("");
    },
  };
}
