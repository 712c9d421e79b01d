/** The arithmetic of a configuration, worked by hand for `tiny` and against the paper's own numbers. */
import { describe, expect, it } from "vitest";
import { presets, resolveConfig } from "../config.ts";
import { estimateDisk, estimateSeconds, estimateWork } from "./estimate.ts";

const countsOf = (config: Parameters<typeof estimateWork>[0]) =>
  Object.fromEntries(estimateWork(config).map((stage) => [stage.stage, stage.counts]));

describe("estimateWork", () => {
  it("counts what the tiny preset makes", () => {
    expect(countsOf(presets.tiny)).toEqual({
      initialization: { examples: 24 * 3 },
      attack: { prompts: 36, answers: (36 + 3 * 6) * 2 },
      judgement: { verdicts: (36 + 3 * 6) * 2 },
      optimization: { "Red Team pairs": 3 * (6 + 3), "Target pairs": 3 * (8 + 4 + 4) + 2 * 2 },
      evaluation: {
        prompts: 24,
        answers: 192,
        verdicts: 384,
        "ordinary texts": 32,
        "labelled texts": 0,
      },
    });
  });

  it("counts what the paper makes: 5000 × 5 × 5 an iteration, 9000, 16000 and 16000 Target pairs", () => {
    const counts = countsOf(presets.paper);
    expect(counts.attack).toEqual({ prompts: 75_000, answers: 375_000 });
    expect(counts.optimization).toEqual({ "Red Team pairs": 15_000, "Target pairs": 9000 + 16_000 + 16_000 });
    expect(counts.initialization).toEqual({ examples: 16_000 + 101_000 });
  });

  it("has every Target answer both suites and the prompts of every Red Team, each answer as often as asked", () => {
    const config = resolveConfig({ preset: "tiny", judge: { labels: null }, evaluation: { samples: 3 } });
    const answers = 4 * (12 + 12) + 4 * 4 * (3 * 2);
    expect(countsOf(config).evaluation).toMatchObject({
      answers: 3 * answers,
      verdicts: 6 * answers,
      "labelled texts": 0,
    });
  });

  it("never makes more Red Team pairs than seeds", () => {
    const config = resolveConfig({ preset: "tiny", iterations: 1, attack: { seeds: 2 } });
    expect(countsOf(config).optimization?.["Red Team pairs"]).toBe(2 + 2);
  });
});

describe("estimateSeconds and estimateDisk", () => {
  it("adds each kind of token at its own speed", () => {
    const work = [
      {
        stage: "attack" as const,
        counts: {},
        trainedTokens: 100,
        sampledTokens: 300,
        readTokens: 1000,
        judgedTokens: 0,
      },
      { stage: "evaluation" as const, counts: {}, trainedTokens: 0, sampledTokens: 60, readTokens: 0, judgedTokens: 0 },
    ];
    const speeds = { trainTokensPerSecond: 10, sampleTokensPerSecond: 30, judgeTokensPerSecond: 100 };
    expect(estimateSeconds(work, speeds)).toBe(10 + 10 + 10 + 2);
  });

  it("has a quick run within minutes and tiny at a fifth of it, on the machine the presets were made for", () => {
    const speeds = { trainTokensPerSecond: 400, sampleTokensPerSecond: 500, judgeTokensPerSecond: 1400 };
    const seconds = (preset: "quick" | "tiny") => estimateSeconds(estimateWork(presets[preset]), speeds);
    expect(seconds("quick")).toBeLessThan(15 * 60);
    expect(seconds("tiny") / seconds("quick")).toBeLessThan(0.3);
  });

  it("counts an adapter for each player and iteration: 7 of rank 16 in three iterations", () => {
    const bytes = estimateDisk(presets.quick, estimateWork(presets.quick));
    expect(bytes).toBeGreaterThan(7 * 16 * 1.2e6);
    expect(bytes).toBeLessThan(8 * 16 * 1.3e6);
  });
});
