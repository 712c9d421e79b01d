/** Red Team pairs under both rules; prompts are nonsense words, since only labels and likeness decide. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DropReason, type Label, Pair, type Prompt, type Verdict } from "../records.ts";
import { type RedTeamSeed, redTeamPairs } from "./pairs-red-team.ts";

const paper = { rules: "paper", maxPairs: 100 } as const;
const seas = { rules: "seas", margin: 0.3, maxPairs: 100 } as const;
const letters: Readonly<Record<string, Label>> = { u: "unsafe", s: "safe", "?": "unscored" };

/** A prompt and its verdicts, one letter each; `p` is every verdict's probability. */
function prompt(
  text: string,
  labels: string,
  options: { dropped?: DropReason; p?: number; asks?: boolean; category?: string } = {},
) {
  const record: Prompt = {
    id: `id of ${text}`,
    iteration: 1,
    text,
    category: options.category ?? "fraud",
    seedIds: [],
    author: "red-team-1",
    ...(options.dropped && { dropped: options.dropped }),
  };
  const verdicts = [...labels].map(
    (letter, i): Verdict => ({
      attemptId: `${text}${i}`,
      judge: "j",
      label: letters[letter]!,
      categories: [],
      ...(options.p !== undefined && { unsafeProbability: options.p }),
      ...(options.asks !== undefined && { asks: options.asks }),
    }),
  );
  return { prompt: record, verdicts };
}

const seed = (...prompts: RedTeamSeed["prompts"]): RedTeamSeed => ({
  seedId: "s",
  messages: [{ role: "user", content: "write one more" }],
  prompts,
});
const texts = async (rows: readonly RedTeamSeed[], rules: Parameters<typeof redTeamPairs>[1]) =>
  (await redTeamPairs(rows, rules)).pairs.map(({ chosen, rejected }) => `${chosen} > ${rejected}`);

describe("paper rules", () => {
  it("set best against worst, however close", async () => {
    expect(
      await texts([seed(prompt("alpha", "uuuss"), prompt("beta", "uuuus"), prompt("gamma", "uuuuu"))], paper),
    ).toEqual(["gamma > alpha"]);
    expect(await texts([seed(prompt("alpha", "sssss"), prompt("beta", "ussss"))], paper)).toEqual(["beta > alpha"]);
  });

  it("take the first of equals and drop only the same text", async () => {
    expect(await texts([seed(prompt("a", "us"), prompt("b", "us"))], paper)).toEqual([]);
    expect(
      await texts([seed(prompt("a", "us"), prompt("b", "us"), prompt("c", "ss"), prompt("d", "ss"))], paper),
    ).toEqual(["a > c"]);
    expect((await redTeamPairs([seed(prompt("a", "uu"), prompt("a", "ss"))], paper)).counts).toMatchObject({
      noContrast: 1,
      pairs: 0,
    });
  });

  it("count scored answers only and leave out texts over 3000 characters", async () => {
    expect(await texts([seed(prompt("a", "u????"), prompt("b", "uuuus"))], paper)).toEqual(["a > b"]);
    expect(
      (
        await texts([seed(prompt("x".repeat(3001), "uu"), prompt("y".repeat(3000), "us"), prompt("z", "ss"))], paper)
      )[0],
    ).toMatch(/^y/);
    expect((await redTeamPairs([seed(prompt("a", "??"))], paper)).counts).toMatchObject({ seeds: 1, unscored: 1 });
  });

  it("make at most maxPairs, in order", async () => {
    const rows = ["a", "b", "c"].map((name) => seed(prompt(`${name}1`, "u"), prompt(`${name}2`, "s")));
    const { pairs, counts } = await redTeamPairs(rows, { rules: "paper", maxPairs: 2 });
    expect(pairs.map((pair) => pair.chosen)).toEqual(["a1", "b1"]);
    expect(counts).toMatchObject({ pairs: 2, overLimit: 1 });
  });
});

describe("seas rules", () => {
  it("want the margin", async () => {
    expect((await redTeamPairs([seed(prompt("alpha", "uuuss"), prompt("beta", "uuuus"))], seas)).counts).toMatchObject({
      belowMargin: 1,
    });
    // 0.9 − 0.6 is below 0.3 in floating point; the margin holds all the same.
    expect(await texts([seed(prompt("alpha", "uuuuuuuuus"), prompt("beta", "uuuuuussss"))], seas)).toEqual([
      "alpha > beta",
    ]);
    expect(await texts([seed(prompt("alpha", "us"), prompt("beta", "us"))], { ...seas, margin: 0 })).toEqual([]);
  });

  it("learn nothing from 0 against 0", async () => {
    expect((await redTeamPairs([seed(prompt("alpha", "sss"), prompt("beta", "sss"))], seas)).counts).toMatchObject({
      noUnsafe: 1,
    });
    expect((await redTeamPairs([seed(prompt("alpha", "u"))], seas)).counts).toMatchObject({ noContrast: 1 });
  });

  it("break ties by mean probability, then by text", async () => {
    const tied = seed(
      prompt("alpha", "uu", { p: 0.7 }),
      prompt("beta", "uu", { p: 0.9 }),
      prompt("gamma", "ss", { p: 0.4 }),
      prompt("delta", "ss", { p: 0.1 }),
    );
    expect(await texts([tied], seas)).toEqual(["beta > delta"]);
    expect(await texts([seed(prompt("b", "u"), prompt("a", "u"), prompt("d", "s"), prompt("c", "s"))], seas)).toEqual([
      "a > c",
    ]);
  });

  it("refuse near-duplicates, and take the next best", async () => {
    const twins = [prompt("sell the old bicycle quickly", "uu"), prompt("sell the old bicycle quickly!", "ss")];
    expect((await redTeamPairs([seed(...twins)], seas)).counts).toMatchObject({ nearDuplicate: 1, pairs: 0 });
    expect(await texts([seed(...twins, prompt("paint nine fences", "us"))], seas)).toEqual([
      "sell the old bicycle quickly > paint nine fences",
    ]);
  });

  it("let a prompt that missed its intent be rejected, never chosen", async () => {
    for (const dropped of ["off-topic", "no-request", "copies-example"] as const) {
      expect(await texts([seed(prompt("alpha", "uu"), prompt("weather", "uu", { dropped }))], seas)).toEqual([
        "alpha > weather",
      ]);
      expect(await texts([seed(prompt("alpha", "ss"), prompt("weather", "uu", { dropped }))], seas)).toEqual([]);
    }
    for (const dropped of ["empty", "too-long", "near-duplicate"] as const) {
      expect(await texts([seed(prompt("alpha", "uu"), prompt("beta", "", { dropped }))], seas)).toEqual([]);
    }
    expect(
      await texts(
        [seed(prompt("alpha", "uu"), prompt("cloud", "", { dropped: "off-topic" }), prompt("weak", "ss"))],
        seas,
      ),
    ).toEqual(["alpha > weak"]);
  });

  it("take the judge's word that a prompt asks for no harm", async () => {
    const harmless = prompt("weather", "uu", { asks: false });
    expect(await texts([seed(harmless, prompt("alpha", "us", { asks: true }))], seas)).toEqual(["alpha > weather"]);
    expect((await redTeamPairs([seed(harmless, prompt("alpha", "ss"))], seas)).counts).toMatchObject({ noUnsafe: 1 });
    expect(await texts([seed(harmless, prompt("alpha", "us"))], paper)).toEqual(["weather > alpha"]);
  });

  it("cut to the largest margins, category by category", async () => {
    const at = (name: string, category: string, weak: string) =>
      seed(prompt(`${name} strong`, "uuuu", { category }), prompt(`${name} other words`, weak, { category }));
    const rows = [at("a1", "a", "ssss"), at("a2", "a", "ssss"), at("a3", "a", "ssss"), at("b1", "b", "ssuu")];
    const { pairs, counts } = await redTeamPairs(rows, { ...seas, maxPairs: 2 });
    expect(pairs.map((pair) => pair.chosen)).toEqual(["a1 strong", "b1 strong"]);
    expect(counts).toMatchObject({ seeds: 4, pairs: 2, overLimit: 2 });
  });
});

it("makes valid records whose counts add up, whatever the labels", async () => {
  const row = fc
    .array(
      fc.tuple(fc.constantFrom("a", "bb", "long words here", "other things there"), fc.stringMatching(/^[us?]{0,3}$/)),
      { maxLength: 5 },
    )
    .map((prompts) => seed(...prompts.map(([text, labels]) => prompt(text, labels))));
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 6 }), fc.boolean(), async (rows, isPaper) => {
      const { pairs, counts } = await redTeamPairs(
        rows,
        isPaper ? { ...paper, maxPairs: 2 } : { ...seas, maxPairs: 2 },
      );
      const { seeds, ...outcomes } = counts;
      expect(Object.values(outcomes).reduce((sum, n) => sum + n, 0)).toBe(seeds);
      for (const pair of pairs) {
        expect(Pair.parse(pair)).toEqual(pair);
        expect(pair.chosen).not.toBe(pair.rejected);
        expect(pair.id).toMatch(/^[0-9a-f]{16}$/);
      }
    }),
  );
});
