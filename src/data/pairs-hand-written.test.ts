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
const all = { of: 1, count: 99, seed: 1 };

it("sets an attack of the category over a prompt that drew nothing unsafe", async () => {
  const [pair, ...more] = await handWrittenPairs(
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

it("takes what never was put to the Target for a failure, but not an empty prompt", async () => {
  expect((await handWrittenPairs([row("drugs", { dropped: [], "": [] })], attacks, all))[0]?.rejected).toBe("dropped");
  expect(await handWrittenPairs([row("drugs", { "": [] })], attacks, all)).toEqual([]);
});

it("never chooses what the seed prompt shows", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const pairs = await handWrittenPairs([row("fraud", { failed: [] }, "Prompt 1: old trick")], attacks, {
      of: 1,
      count: 1,
      seed,
    });
    expect(pairs[0]?.chosen).toBe("other trick");
  }
});

it("gives nothing where all worked, or the category has no attack", async () => {
  expect(await handWrittenPairs([row("fraud", { worked: ["unsafe"] })], attacks, all)).toEqual([]);
  expect(await handWrittenPairs([row("arson", { failed: ["safe"] })], attacks, all)).toEqual([]);
});

it("draws seed prompts by the seed, no more than asked for", async () => {
  const rows = Array.from({ length: 9 }, (_, i) => row("fraud", { failed: [] }, `seed prompt ${i}`));
  const drawn = (seed: number) => handWrittenPairs(rows, attacks, { of: 9, count: 4, seed });
  expect(await drawn(1)).toHaveLength(4);
  expect(await drawn(1)).toEqual(await drawn(1));
  expect(await drawn(2)).not.toEqual(await drawn(1));
});
