/** Hand-written attacks over what failed, one a seed prompt. */
import { expect, it } from "vitest";
import type { Label, Prompt } from "../records.ts";
import { handWrittenPairs } from "./pairs-hand-written.ts";

const prompt = (text: string, category: string, author = "hand"): Prompt => ({
  id: `id of ${text}`,
  iteration: 0,
  text,
  category,
  seedIds: [],
  author,
});
const row = (category: string, written: Readonly<Record<string, readonly Label[]>>, shown = "write one more") => ({
  seedId: `${category} ${shown}`,
  category,
  messages: [{ role: "user" as const, content: shown }],
  prompts: Object.entries(written).map(([text, labels]) => ({
    prompt: prompt(text, category, "red-team-1"),
    verdicts: labels.map((label, i) => ({ attemptId: `${i}`, judge: "j", label, categories: [] })),
  })),
});
const attacks = [prompt("old trick", "fraud"), prompt("other trick", "fraud"), prompt("poison", "drugs")];
const all = { count: 99, seed: 1 };

it("sets an attack of the category over a prompt that drew nothing unsafe", () => {
  const [pair, ...more] = handWrittenPairs(
    [row("drugs", { worked: ["safe", "unsafe"], failed: ["safe", "safe"] })],
    attacks,
    all,
  );
  expect(more).toEqual([]);
  expect(pair).toMatchObject({
    role: "red-team",
    kind: "general",
    prompt: [{ role: "user", content: "write one more" }],
    chosen: "poison",
    rejected: "failed",
    from: ["id of poison", "id of failed"],
  });
});

it("takes what never was put to the Target for a failure, but not an empty prompt", () => {
  expect(handWrittenPairs([row("drugs", { dropped: [], "": [] })], attacks, all)[0]?.rejected).toBe("dropped");
  expect(handWrittenPairs([row("drugs", { "": [] })], attacks, all)).toEqual([]);
});

it("never chooses what the seed prompt shows", () => {
  for (let seed = 0; seed < 20; seed++) {
    const pairs = handWrittenPairs([row("fraud", { failed: [] }, "Prompt 1: old trick")], attacks, { count: 1, seed });
    expect(pairs[0]?.chosen).toBe("other trick");
  }
});

it("gives nothing where all worked, or the category has no attack", () => {
  expect(handWrittenPairs([row("fraud", { worked: ["unsafe"] })], attacks, all)).toEqual([]);
  expect(handWrittenPairs([row("arson", { failed: ["safe"] })], attacks, all)).toEqual([]);
});

it("draws seed prompts by the seed, no more than asked for", () => {
  const rows = Array.from({ length: 9 }, (_, i) => row("fraud", { failed: [] }, `seed prompt ${i}`));
  const drawn = (seed: number) => handWrittenPairs(rows, attacks, { count: 4, seed });
  expect(drawn(1)).toHaveLength(4);
  expect(drawn(1)).toEqual(drawn(1));
  expect(drawn(2)).not.toEqual(drawn(1));
});
