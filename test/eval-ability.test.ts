/** Multiple choice and perplexity of a model whose log-probabilities are written here: what counts as right, and what is refused. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openAbility } from "../src/eval/ability-rows.ts";
import type { Score } from "../src/records.ts";
import { performScripted, scriptedPlayers } from "./scripted-eval.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seas-ability-"));
});
afterEach(() => rm(folder, { recursive: true }));

const path = (name: string) => join(folder, name);
async function opened(rows: readonly unknown[], limit?: number) {
  await writeFile(path("mine.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return openAbility(path("mine.jsonl"), limit, 1);
}

/** Models that give each answer the log-probability that `of` does. */
function players(models: Readonly<Record<string, (answer: string) => number>>) {
  const all = scriptedPlayers(Object.fromEntries(Object.keys(models).map((name) => [name, () => ""])));
  return {
    ...all,
    models: all.models.map((each) => ({
      ...each,
      model: {
        ...each.model,
        logProbs: async (examples: readonly { readonly completion: string }[]) =>
          examples.map(({ completion }) => ({ logProb: models[each.name]!(completion), tokens: 2 })),
      },
    })),
  };
}

const questions = Array.from({ length: 10 }, (_, i) => ({
  question: `${i}?`,
  choices: ["no", "a long but right one", `other ${i}`],
  answer: i < 5 ? 1 : "a long but right one",
}));

describe("multiple choice", () => {
  it("is counted plain and by length, with the difference from the first model and what guessing brings", async () => {
    const suite = await opened([
      ...questions,
      { prompt: "Say it.", answer: "It." },
      { prompt: "Again.", answer: "It!" },
    ]);
    const byLength = (answer: string) => -answer.length;
    const likesLong = (answer: string) => -10 - 1 / answer.length;
    const { ended, stdout } = await performScripted(path("out"), [], players({ short: byLength, long: likesLong }), {
      ability: [suite],
    });
    expect(ended).toBe(0);
    expect(stdout.replaceAll(folder, "DIR")).toMatchInlineSnapshot(`
      "mine: 10 questions, 2 answers given
                                                             short                      long
      right choices, by likelihood a character        0.0 % [0–28]          100.0 % [72–100]
         difference from the first model, points                    +100.0 [+60.8 to +100.0]
      right choices, by likelihood                    0.0 % [0–28]          100.0 % [72–100]
         by chance                                          33.3 %                    33.3 %
      perplexity of the given answers             4.48 [4.48–4.48]    175.33 [175.33–175.33]

      differences are on the same prompts; an interval that holds 0 shows none
      DIR/out
      "
    `);
    const scores: Score[] = (await readFile(path("out/scores.jsonl"), "utf8"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const of = (metric: string) =>
      scores.filter((s) => s.metric === metric).map(({ model, value, n }) => [model, value, n]);
    // All choices cost the same a character, which is no answer.
    expect(of("accuracy-normalised")).toEqual([
      ["short", 0, 10],
      ["long", 1, 10],
    ]);
    expect(of("accuracy")).toEqual([
      ["short", 0, 10],
      ["long", 1, 10],
    ]);
    expect(of("accuracy-normalised-difference")).toEqual([["long", 1, 10]]);
    expect(of("perplexity")).toEqual([
      ["short", Math.exp(1.5), 2],
      ["long", Math.exp((10 + 1 / 3) / 2), 2],
    ]);
    expect((await readdir(path("out"))).sort()).toEqual(["attempts.jsonl", "eval.json", "scores.jsonl"]);
  });

  it("tells a long right choice from a short wrong one only by length", async () => {
    const { ended } = await performScripted(path("out"), [], players({ m: (answer) => -10 - answer.length / 10 }), {
      ability: [await opened(questions)],
    });
    expect(ended).toBe(0);
    const text = await readFile(path("out/scores.jsonl"), "utf8");
    expect(text).toMatch(/"metric":"accuracy-normalised","value":1,/);
    expect(text).toMatch(/"metric":"accuracy","value":0,/);
  });

  it("leaves a question out, and says so, where a choice has no log-probability", async () => {
    const { stdout } = await performScripted(
      path("out"),
      [],
      players({ m: (answer) => (answer === "other 3" ? Number.NaN : -1) }),
      { ability: [await opened(questions)] },
    );
    expect(stdout).toMatch(/questions that could be scored +9 of 10/);
  });

  it("takes a tie for wrong, wherever the right choice stands", async () => {
    const ability = [await opened(questions.map((row) => ({ ...row, answer: 0 })))];
    await performScripted(path("out"), [], players({ m: () => -1 }), { ability });
    expect(await readFile(path("out/scores.jsonl"), "utf8")).toMatch(/"metric":"accuracy","value":0,/);
  });

  it("goes on with nothing, and gives the same the second time", async () => {
    const ability = [await opened(questions)];
    const models = { m: (answer: string) => -answer.length };
    const first = await performScripted(path("out"), [], players(models), { ability });
    const again = await performScripted(path("out"), [], players(models), { ability });
    expect(again.stdout).toBe(first.stdout);
    const other = await performScripted(path("out"), [], players(models), { ability: [await opened(questions, 5)] });
    expect(other.ended).toMatchObject({ code: "E_USAGE" });
  });

  it("needs a model that tells log-probabilities", async () => {
    const { ended } = await performScripted(path("out"), [], scriptedPlayers({ m: () => "" }), {
      ability: [await opened(questions)],
    });
    expect(ended).toMatchObject({
      code: "E_USAGE",
      message: "m does not tell log-probabilities, which --ability needs",
    });
  });
});

describe("openAbility", () => {
  it("draws from the seed, and has our held-out answers by name", async () => {
    const { choices, of } = await opened(questions, 4);
    expect([choices.length, of]).toEqual([4, 10]);
    expect((await opened(questions, 4)).choices).toEqual(choices);
    const own = await openAbility("ordinary", undefined, 1);
    expect([own.name, own.choices.length, own.texts.length > 10]).toEqual(["ordinary", 0, true]);
  });

  it.each([
    [{ question: "a", choices: ["b"], answer: 0 }, "`choices`"],
    [{ question: "a", choices: ["b", "c"], answer: 2 }, "`answer` is none of the choices"],
    [{ question: "a", choices: ["b", "c"], answer: "B" }, "`answer` is none of the choices"],
    [{ question: "a", choices: ["b", "b"], answer: 0 }, "a choice is there twice"],
    [{ question: "", choices: ["b", "c"], answer: 0 }, "`question`"],
    [{ prompt: "a" }, "`answer`"],
  ])("refuses %j with its place", async (row, message) => {
    const error = await opened([questions[0], row]).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "E_DATA", message: expect.stringContaining("mine.jsonl:2: ") });
    expect((error as Error).message).toContain(message);
  });
});
