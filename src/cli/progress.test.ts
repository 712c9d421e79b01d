/** What a run looks like as plain lines and on a terminal, with a clock of our own. */
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import type { RunEvent } from "../seams.ts";
import { createProgress, sampleLine } from "./progress.ts";

const stage = { iteration: 1, stage: "attempts" };
const start: RunEvent = { type: "stage-start", ...stage, total: 216, unit: "answers" };
const at = (done: number, tokens: number): RunEvent => ({ type: "progress", ...stage, done, total: 216, tokens });

function plain(samples = true, inRun = true) {
  let clock = 0;
  const lines: string[] = [];
  const screen = { write: (text: string) => void lines.push(text), isTTY: false, columns: 80, colour: false };
  const progress = createProgress({ screen, stream: new PassThrough(), samples, inRun, now: () => clock });
  return {
    text: () => lines.join(""),
    progress,
    say: (seconds: number, event: RunEvent) => {
      clock = seconds;
      progress.reporter(event);
    },
  };
}

describe("plain lines", () => {
  it("tells start, at most a line every ten seconds, and end with the speed", () => {
    const { say, text } = plain();
    say(0, start);
    say(1, at(0, 300));
    say(9, at(36, 2700));
    say(10.5, at(36, 3150));
    say(12, at(72, 3600));
    say(30, at(216, 9000));
    say(30, { type: "stage-end", ...stage, seconds: 30, resumed: false });
    expect(text()).toMatchInlineSnapshot(`
      "iteration 1 · the Target answers them
        72 of 216 answers, 300 tokens/s, 24 s left
        216 of 216 answers, 300 tokens/s
        done in 30 s, 300 tokens/s
      "
    `);
  });

  it("tells no iteration where there is none", () => {
    const { say, text } = plain(true, false);
    const judging = { iteration: 0, stage: "judging" };
    say(0, { type: "stage-start", ...judging, total: 10, unit: "rows" });
    say(1, { type: "progress", ...judging, done: 1, total: 10, tokens: 0 });
    say(11, { type: "progress", ...judging, done: 5, total: 10, tokens: 0 });
    say(20, { type: "stage-end", ...judging, seconds: 20, resumed: false });
    expect(text()).toBe("the Judge reads the rows\n  5 of 10 rows, 11 s left\n  done in 20 s\n");
  });

  it("counts what an earlier session did towards the total, not towards the speed", () => {
    const { say, text } = plain();
    say(0, start);
    say(0.01, at(108, 5000));
    say(20, at(162, 7000));
    expect(text()).toContain("162 of 216 answers, 100 tokens/s, 20 s left");
  });

  it("sums finished stages up in a line, before the first that works", () => {
    const { say, text } = plain();
    for (const name of ["prompts", "attempts", "verdicts"]) {
      say(0, { type: "stage-start", iteration: 1, stage: name, total: 10, unit: "rows" });
      say(0, { type: "stage-end", iteration: 1, stage: name, seconds: 4, resumed: true, note: "already done" });
    }
    say(0, { type: "stage-start", iteration: 2, stage: "prompts", total: 10, unit: "rows" });
    say(3, { type: "progress", iteration: 2, stage: "prompts", done: 10, total: 10, tokens: 30 });
    expect(text()).toBe("3 stages were done before\niteration 2 · the Red Team writes adversarial prompts\n");
  });

  it("shows samples now and then, made safe, and none when told so", () => {
    const sample: RunEvent = {
      type: "sample",
      ...stage,
      prompt: "tell\u001b[2J me",
      response: "no\nway",
      label: "safe",
    };
    const shown = plain();
    shown.say(0, start);
    shown.say(1, sample);
    shown.say(2, sample);
    shown.say(22, sample);
    expect(
      shown
        .text()
        .split("\n")
        .filter((line) => line === "  attack: tell me → answer: no way [safe]"),
    ).toHaveLength(2);
    const hidden = plain(false);
    hidden.say(0, start);
    hidden.say(1, sample);
    expect(hidden.text()).toBe("");
  });

  it("keeps a sample within 100 characters", () => {
    const event = {
      type: "sample",
      ...stage,
      prompt: "p".repeat(500),
      response: "r".repeat(500),
      label: "unscored",
    } as const;
    expect(sampleLine(event).length).toBeLessThanOrEqual(100);
  });
});

describe("on a terminal", () => {
  it("draws one bar and takes it away at the end", () => {
    const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 100 });
    const chunks: string[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk.toString()));
    const screen = { write: (text: string) => void stream.write(text), isTTY: true, columns: 100, colour: false };
    let clock = 0;
    const { reporter, close } = createProgress({ screen, stream, samples: true, now: () => clock });
    reporter(start);
    clock = 4;
    reporter(at(54, 1200));
    clock = 5;
    reporter({ type: "note", text: "a note" });
    reporter({ type: "stage-end", ...stage, seconds: 5, resumed: false });
    close();
    const text = chunks.join("");
    expect(text).toContain("54 of 216 answers, 300 tokens/s, 12 s left");
    expect(text).toContain("a note\n");
    expect(text).toContain("  done in 5 s, 240 tokens/s\n");
    expect(text.endsWith("tokens/s\n")).toBe(true);
  });
});
