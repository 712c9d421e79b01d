/** The stage at work, from events alone. */
import { expect, it } from "vitest";
import type { StoredEvent } from "../../run/events.ts";
import { createStageWatch } from "./stage.ts";

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 26) + seconds * 1000).toISOString();
const where = { iteration: 1, stage: "attempts" } as const;
const start = (seconds: number): StoredEvent => ({
  at: at(seconds),
  type: "stage-start",
  ...where,
  total: 100,
  unit: "answers",
});
const progress = (seconds: number, done: number, tokens: number): StoredEvent => ({
  at: at(seconds),
  type: "progress",
  ...where,
  done,
  total: 100,
  tokens,
});

it("tells count, speed and time left, without what an earlier session did", () => {
  const watch = createStageWatch();
  expect(watch.now()).toBeNull();
  watch.take([start(0), progress(0.1, 40, 4000), progress(10, 60, 6000)]);
  expect(watch.now()).toEqual({
    ...where,
    unit: "answers",
    done: 60,
    total: 100,
    tokensPerSecond: 200,
    secondsLeft: 20,
    loss: null,
  });
});

it("ends with the stage, and with a session that was killed in it", () => {
  const watch = createStageWatch();
  watch.take([start(0), progress(1, 1, 1), { at: at(2), type: "stage-end", ...where, seconds: 2, resumed: false }]);
  expect(watch.now()).toBeNull();
  watch.take([start(3)]);
  expect(watch.now()).toMatchObject({ done: 0, tokensPerSecond: null, secondsLeft: null });
  watch.take([{ at: at(9), type: "note", text: "run opened again", session: 2 }]);
  expect(watch.now()).toBeNull();
});
