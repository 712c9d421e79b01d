/** What is mixed into the Target's pairs, and that the mix depends on the seed alone. */
import { describe, expect, it } from "vitest";
import type { Pair } from "../records.ts";
import { makePair } from "./pairs.ts";
import { generalPairs, lookAlikePairs, mixPairs, replayPairs } from "./pairs-mix.ts";

const rows = Array.from({ length: 10 }, (_, i) => ({
  prompt: `question ${i}`,
  better: { id: `b${i}`, text: `answer ${i}` },
  worse: { id: "r", text: "I can't help with that." },
}));
const pair = (name: string, kind: Pair["kind"], role: Pair["role"] = "target") =>
  makePair({ role, prompt: [{ role: "user", content: name }], chosen: "no", rejected: "yes", kind, from: ["1", "2"] });

describe("look-alike and general pairs", () => {
  it("choose the answer over the refusal", () => {
    const pairs = lookAlikePairs(rows, { count: 4, seed: 1 });
    expect(pairs).toHaveLength(4);
    for (const { chosen, rejected, kind, from, prompt } of pairs) {
      expect(chosen).toBe(prompt[0]!.content.replace("question", "answer"));
      expect({ rejected, kind, second: from[1] }).toEqual({
        rejected: "I can't help with that.",
        kind: "look-alike",
        second: "r",
      });
    }
    expect(generalPairs(rows, { count: 99, seed: 1 })).toHaveLength(10);
    expect(generalPairs(rows, { count: 1, seed: 1 })[0]!.kind).toBe("general");
  });

  it("are drawn by the seed", () => {
    expect(lookAlikePairs(rows, { count: 5, seed: 1 })).toEqual(lookAlikePairs(rows, { count: 5, seed: 1 }));
    expect(lookAlikePairs(rows, { count: 5, seed: 1 })).not.toEqual(lookAlikePairs(rows, { count: 5, seed: 2 }));
  });

  it("leave out empty and equal sides, and keep a whole conversation", () => {
    const odd = [
      { prompt: "a", better: { id: "1", text: " " }, worse: { id: "2", text: "x" } },
      { prompt: "a", better: { id: "1", text: "x" }, worse: { id: "2", text: "x" } },
      {
        prompt: [{ role: "system", content: "s" } as const],
        better: { id: "1", text: "x" },
        worse: { id: "2", text: "y" },
      },
    ];
    expect(generalPairs(odd, { count: 9, seed: 1 }).map(({ prompt }) => prompt)).toEqual([
      [{ role: "system", content: "s" }],
    ]);
  });
});

describe("replayPairs", () => {
  it("draws safety pairs of the Target once each and keeps their ids", () => {
    const earlier = [
      pair("a", "attack"),
      pair("b", "guided"),
      pair("a", "replay"),
      pair("c", "look-alike"),
      pair("d", "general"),
      pair("e", "attack", "red-team"),
    ];
    const replayed = replayPairs(earlier, { count: 9, seed: 3 });
    expect(replayed.map(({ kind }) => kind)).toEqual(["replay", "replay"]);
    expect(new Set(replayed.map(({ id }) => id))).toEqual(new Set([earlier[0]!.id, earlier[1]!.id]));
    expect(replayPairs(earlier, { count: 1, seed: 3 })).toHaveLength(1);
    expect(replayPairs([], { count: 5, seed: 3 })).toEqual([]);
  });
});

describe("mixPairs", () => {
  it("shuffles by the seed, loses nothing, and keeps the first of the same id", () => {
    const now = Array.from({ length: 20 }, (_, i) => pair(`n${i}`, "attack"));
    const replayed = [pair("n3", "replay"), pair("old", "replay")];
    const mixed = mixPairs([now, replayed], 1);
    expect(mixed).toHaveLength(21);
    expect(mixed.filter(({ kind }) => kind === "replay")).toHaveLength(1);
    expect(mixed).toEqual(mixPairs([now, replayed], 1));
    expect(mixed).not.toEqual(mixPairs([now, replayed], 2));
    expect(mixed.map(({ id }) => id)).not.toEqual([...now, replayed[1]!].map(({ id }) => id));
  });
});
