/** Target pairs under both rules; the cases that broke the released code among them. */
import { describe, expect, it } from "vitest";
import { type Label, Pair, type Prompt } from "../records.ts";
import { type GuidedAnswer, type JudgedAnswer, type TargetRow, type TargetRules, targetPairs } from "./pairs-target.ts";

const paper: TargetRules = { rules: "paper", maxPairs: 100 };
const seas = (
  guided: (prompt: Prompt) => GuidedAnswer | undefined = () => ({ id: "g", text: "guided" }),
): TargetRules => ({
  rules: "seas",
  maxPairs: 100,
  guided,
});

interface Given {
  readonly text?: string;
  readonly p?: number;
  readonly refusal?: boolean;
  readonly asks?: boolean;
  readonly cut?: boolean;
}

function row(
  text: string,
  answers: readonly (readonly [Label, Given?])[],
  category = "fraud",
  author = "red-team-1",
): TargetRow {
  const prompt: Prompt = { id: `p ${text}`, iteration: 1, text, category, seedIds: [], author };
  return {
    prompt,
    answers: answers.map(
      ([label, given = {}], sample): JudgedAnswer => ({
        attempt: {
          id: `${text}${sample}`,
          promptId: prompt.id,
          sample,
          response: given.text ?? `${label} ${sample}`,
          finishReason: given.cut ? "length" : "stop",
          usage: { promptTokens: 1, completionTokens: 1 },
        },
        verdict: {
          attemptId: `${text}${sample}`,
          judge: "j",
          label,
          categories: [],
          ...(given.p !== undefined && { unsafeProbability: given.p }),
          ...(given.refusal !== undefined && {
            answerClass: given.refusal ? ("declines" as const) : ("answers" as const),
          }),
          ...(given.asks !== undefined && { asks: given.asks }),
        },
      }),
    ),
  };
}

const labelled = (...labels: readonly Label[]) =>
  row(
    "q",
    labels.map((label) => [label] as const),
  );
const texts = async (rows: readonly TargetRow[], rules: TargetRules) =>
  (await targetPairs(rows, rules)).pairs.map(({ chosen, rejected }) => `${chosen} > ${rejected}`);

describe("paper rules", () => {
  it("take the first safe over the first unsafe, by the whole label", async () => {
    expect(await texts([labelled("unsafe", "safe", "unsafe")], paper)).toEqual(["safe 1 > unsafe 0"]);
    expect(await texts([labelled("safe", "unsafe")], paper)).toEqual(["safe 0 > unsafe 1"]);
    expect(await texts([labelled("unsafe", "safe")], paper)).toEqual(["safe 1 > unsafe 0"]);
    expect(await texts([labelled("unsafe", "unsafe")], paper)).toEqual([]);
    expect(await texts([labelled("safe", "safe")], paper)).toEqual([]);
  });

  it("leave out the unscored, the empty and the long", async () => {
    expect(await texts([labelled("unscored", "unsafe")], paper)).toEqual([]);
    const long = row("q", [
      ["safe", { text: "x".repeat(3001) }],
      ["safe", { text: "short" }],
      ["unsafe", { text: " " }],
      ["unsafe", { text: "bad" }],
    ]);
    expect(await texts([long], paper)).toEqual(["short > bad"]);
    const emoji = row("q", [
      ["safe", { text: "\u{1f600}".repeat(3000) }],
      ["unsafe", { text: "bad" }],
    ]);
    expect((await targetPairs([emoji], paper)).counts.pairs).toBe(1);
  });

  it("make one pair a prompt text, over all its answers", async () => {
    expect(await texts([row("same", [["unsafe"]]), row("same", [["safe", { text: "late" }]])], paper)).toEqual([
      "late > unsafe 0",
    ]);
  });

  it("say where the prompts went", async () => {
    const rows = [
      row("a", [["safe"], ["unsafe"]]),
      row("b", [["unsafe"]]),
      row("c", [["safe"]]),
      row("d", [["unscored"]]),
      row("e", [["safe"], ["unsafe"]]),
    ];
    expect((await targetPairs(rows, { rules: "paper", maxPairs: 1 })).counts).toEqual({
      prompts: 5,
      pairs: 1,
      guided: 0,
      rambled: 0,
      unscored: 1,
      noUnsafe: 1,
      doubtful: 0,
      noSafe: 1,
      overLimit: 1,
    });
  });
});

describe("seas rules", () => {
  it("choose an answer that declines over the worst unsafe one", async () => {
    const answers = row("q", [
      ["safe", { p: 0.01, text: "rambles" }],
      ["unsafe", { p: 0.6, text: "bad" }],
      ["safe", { p: 0.2, refusal: true, text: "no, but here is help" }],
      ["unsafe", { p: 0.9, text: "worse" }],
      ["safe", { p: 0.1, refusal: true, text: "no, and why" }],
    ]);
    const { pairs } = await targetPairs([answers], seas());
    expect(pairs).toHaveLength(1);
    expect(pairs[0]).toMatchObject({
      chosen: "no, and why",
      rejected: "worse",
      kind: "attack",
      from: ["q4", "q3"],
      role: "target",
    });
    expect(pairs[0]!.prompt).toEqual([{ role: "user", content: "q" }]);
    expect(Pair.parse(pairs[0])).toEqual(pairs[0]);
  });

  it("take a guided answer for a prompt that is always unsafe, or safe only by rambling", async () => {
    for (const answers of [labelled("unsafe", "unsafe"), labelled("unsafe", "safe")]) {
      const { pairs, counts } = await targetPairs([answers], seas());
      expect(pairs[0]).toMatchObject({ chosen: "guided", rejected: "unsafe 0", kind: "guided", from: ["g", "q0"] });
      expect(counts).toMatchObject({ pairs: 1, guided: 1 });
    }
    const unsure = row("q", [["safe", { p: 0.45, refusal: true }], ["unsafe"]]);
    expect((await targetPairs([unsure], seas())).pairs[0]!.kind).toBe("guided");
  });

  it("take a guided answer over the most doubtful one where a hand-written attack drew no unsafe one and none declined", async () => {
    const ramble = [["safe", { p: 0.1 }] as const, ["safe", { p: 0.4 }] as const];
    const rambling = row("q", ramble, "fraud", "hand");
    const { pairs, counts } = await targetPairs([rambling], seas());
    expect(pairs[0]).toMatchObject({ chosen: "guided", rejected: "safe 1", kind: "guided", from: ["g", "q1"] });
    expect(counts).toMatchObject({ pairs: 1, guided: 1, rambled: 1, noUnsafe: 0 });
    // An unsafe answer counts more than any ramble, and is cut last.
    const both = await targetPairs([rambling, row("r", [["unsafe", { p: 0.7 }]])], { ...seas(), maxPairs: 1 });
    expect(both.pairs[0]!.rejected).toBe("unsafe 0");
    expect(both.counts.rambled).toBe(0);
    // What a model wrote may be harmless: to decline it would teach over-refusal.
    expect((await targetPairs([row("q", ramble)], seas())).counts).toMatchObject({ pairs: 0, doubtful: 1 });
    const harmless = ramble.map(([label, given]) => [label, { ...given, asks: false }] as const);
    expect((await targetPairs([row("q", harmless)], seas())).counts).toMatchObject({ pairs: 0, doubtful: 1 });
    // Where the judge finds that it asks for harm, it counts as a hand-written one.
    const asking = ramble.map(([label, given]) => [label, { ...given, asks: true }] as const);
    expect((await targetPairs([row("q", asking)], seas())).counts).toMatchObject({ pairs: 1, rambled: 1, doubtful: 0 });
  });

  it("never ask for a guided answer without need, and make no pair without one", async () => {
    const asked: string[] = [];
    const none = seas((prompt) => {
      asked.push(prompt.text);
      return undefined;
    });
    const rows = [
      row("own", [["safe", { refusal: true }], ["unsafe"]]),
      row("fine", [["safe", { refusal: true }]]),
      row("hard", [["unsafe"]]),
      row("mute", [["unscored"]]),
    ];
    expect((await targetPairs(rows, none)).counts).toMatchObject({ pairs: 1, noSafe: 1, noUnsafe: 1, unscored: 1 });
    expect(asked).toEqual(["hard"]);
    expect(
      await texts(
        [row("hard", [["unsafe"]])],
        seas(() => ({ id: "g", text: " " })),
      ),
    ).toEqual([]);
  });

  it("never put an unscored or empty answer into a pair", async () => {
    const rows = row("q", [
      ["unscored", { p: 0.99, text: "odd" }],
      ["unsafe", { p: 0.9, text: "" }],
      ["unsafe", { p: 0.6, text: "bad" }],
    ]);
    expect(await texts([rows], seas())).toEqual(["guided > bad"]);
  });

  it("prefer a finished answer to one cut off", async () => {
    const rows = row("q", [
      ["safe", { p: 0.01, refusal: true, cut: true, text: "no, beca" }],
      ["safe", { p: 0.2, refusal: true, text: "no, because." }],
      ["unsafe"],
    ]);
    expect(await texts([rows], seas())).toEqual(["no, because. > unsafe 2"]);
  });

  it("cut guided pairs before the Target's own, category by category", async () => {
    const rows = [
      row("a1", [["unsafe", { p: 0.99 }]], "a"),
      row(
        "a2",
        [
          ["safe", { refusal: true }],
          ["unsafe", { p: 0.5 }],
        ],
        "a",
      ),
      row("b1", [["unsafe", { p: 0.6 }]], "b"),
    ];
    const { pairs, counts } = await targetPairs(rows, { ...seas(), maxPairs: 2 });
    expect(pairs.map((pair) => pair.prompt[0]!.content)).toEqual(["a2", "b1"]);
    expect(counts).toMatchObject({ pairs: 2, guided: 1, overLimit: 1 });
  });

  it("give the same pair the same id, and another pair another", async () => {
    const [one] = (await targetPairs([labelled("unsafe")], seas())).pairs;
    const [again] = (await targetPairs([labelled("unsafe", "unscored")], seas())).pairs;
    const [other] = (
      await targetPairs(
        [labelled("unsafe")],
        seas(() => ({ id: "g", text: "guided too" })),
      )
    ).pairs;
    expect(again!.id).toBe(one!.id);
    expect(other!.id).not.toBe(one!.id);
  });
});
