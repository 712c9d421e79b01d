/** What a step may cost, with models whose answers are written here: only so is it known what must be accepted. */
import { beforeAll, describe, expect, it } from "vitest";
import { type Config, resolveConfig } from "../config.ts";
import { loadSafetyData, type SafetyData } from "../data/safety-data.ts";
import { createRandom } from "../random.ts";
import type { Adapter } from "../records.ts";
import type { Judge, Model, RunEvent } from "../seams.ts";
import type { Context } from "./context.ts";
import { diversityLimit, overRefusalLimit } from "./step-limits.ts";

/** What a model says to the `index`-th thing it is asked. */
type Says = (index: number) => string;

const config = resolveConfig({ preset: "quick" });
let data: SafetyData;
beforeAll(async () => {
  data = await loadSafetyData(config);
});

const adapter = (path: string): Adapter => ({
  role: "target",
  iteration: 1,
  base: "scripted",
  rank: 1,
  path,
  sha256: "0".repeat(64),
});

/** A judge that tells no class, so that the words do. */
const silent: Judge = {
  name: "silent",
  async *score(inputs) {
    for (const { attemptId } of inputs) yield { attemptId, judge: "silent", label: "safe", categories: [] };
  },
};

/** A context whose adapters say what `says` has under their path, and what was reported and asked. */
function scripted(says: Readonly<Record<string, Says>>, over: Config = config) {
  const notes: string[] = [];
  const asked: string[] = [];
  const model = (name: string): Model => ({
    name,
    with: (next) => model(next?.path ?? "base"),
    async *generate(requests, options) {
      asked.push(name);
      let index = 0;
      for (const { id } of requests) {
        for (let sample = 0; sample < (options.n ?? 1); sample++) {
          const text = says[name]!(index++);
          yield { requestId: id, sample, text, finishReason: "stop", usage: { promptTokens: 1, completionTokens: 1 } };
        }
      }
    },
  });
  const report = (event: RunEvent) => {
    if (event.type === "note") notes.push(event.text);
  };
  const run = { report, path: (...parts: string[]) => parts.join("/") };
  const signal = new AbortController().signal;
  const context = { run, config: over, data, base: model("base"), trainJudge: silent, signal } as unknown as Context;
  return { context, notes, asked };
}

const declines = "I'm sorry, but I can't help with that.";
const answers = "Cut the loaf in slices, toast them, and rub them with garlic.";
const refuses = (share: number): Says => {
  return (index) => (Math.floor((index + 1) * share) > Math.floor(index * share) ? declines : answers);
};

/** Sentences that have little in common; every `copies`-th of them alone when they are to repeat themselves. */
const sentences = (copies: number): Says => {
  return (index) => {
    const random = createRandom(`sentence ${Math.floor(index / copies)}`);
    const word = () => Array.from({ length: 6 }, () => String.fromCharCode(97 + random.int(26))).join("");
    return Array.from({ length: 8 }, word).join(" ");
  };
};

describe("the limit on over-refusal", () => {
  it("accepts up to maxOverRefusal more than T_0, which is asked only where it matters", async () => {
    const says = { base: refuses(0.1), timid: refuses(0.25), fine: refuses(0.02), near: refuses(0.13) };
    const { context, notes, asked } = scripted(says);
    const accept = overRefusalLimit(context, 1, undefined)!;
    expect(await accept(adapter("fine"))).toBe(true);
    expect(asked).toEqual(["fine"]);
    expect(await accept(adapter("timid"))).toBe(false);
    expect(await accept(adapter("near"))).toBe(true);
    expect(asked).toEqual(["fine", "timid", "base", "near"]);
    expect(notes[1]).toMatch(/declines 2\d % .*too many \(T_0 \d+ %\)/);
  });

  it("does not take silence for an answer, and is off at 1", async () => {
    const { context } = scripted({ base: refuses(0), mute: () => "" });
    expect(await overRefusalLimit(context, 1, undefined)!(adapter("mute"))).toBe(false);
    const target = { ...config.optimization.target, maxOverRefusal: 1 };
    const free = { ...config, optimization: { ...config.optimization, target } };
    expect(overRefusalLimit(scripted({}, free).context, 1, undefined)).toBeUndefined();
  });
});

describe("the limit on lost diversity", () => {
  it("accepts what is nearly as varied as R_0's prompts, and weighs those once", async () => {
    const { context, notes, asked } = scripted({ first: sentences(1), varied: sentences(1), narrow: sentences(6) });
    const accept = diversityLimit(context, 1, adapter("first"))!;
    expect(await accept(adapter("narrow"))).toBe(false);
    expect(await accept(adapter("varied"))).toBe(true);
    expect(asked).toEqual(["first", "narrow", "varied"]);
    expect(notes).toEqual([
      expect.stringMatching(/prompts are 0 % as varied as R_0's, too little/),
      "iteration 1: the Red Team's prompts are 100 % as varied as R_0's",
    ]);
  });

  it("does not take silence for range, and is off at 0", async () => {
    const { context } = scripted({ first: sentences(1), mute: () => "" });
    expect(await diversityLimit(context, 1, adapter("first"))!(adapter("mute"))).toBe(false);
    const redTeam = { ...config.optimization.redTeam, minDiversity: 0 };
    const free = { ...config, optimization: { ...config.optimization, redTeam } };
    expect(diversityLimit(scripted({}, free).context, 1, undefined)).toBeUndefined();
  });
});
