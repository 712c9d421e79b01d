/** Judges whose verdicts are written here, since what matters is how many of them are missing. */
import { describe, expect, it } from "vitest";
import type { Verdict } from "../records.ts";
import type { Judge, RunEvent } from "../seams.ts";
import { judgeAll } from "./judgement.ts";
import { watchedJudge } from "./unscored.ts";

const { signal } = new AbortController();
const letters = { safe: "s", unsafe: "u", unscored: "?" } as const;

/** Batches of answers, one letter each: "s" safe, "u" unsafe, "?" without a verdict, "." an empty answer. */
async function judge(...batches: string[]) {
  const warnings: string[] = [];
  const scripted: Judge = {
    name: "scripted",
    async *score(inputs) {
      for (const { attemptId, response } of inputs) {
        const label = ({ s: "safe", u: "unsafe" } as const)[response] ?? "unscored";
        yield { attemptId, judge: "scripted", label, categories: [], ...(label === "unscored" && { reason: "busy" }) };
      }
    },
  };
  const report = (event: RunEvent) => void (event.type === "warning" && warnings.push(event.text));
  const watched = watchedJudge(scripted, report, { where: "verdicts of iteration 2" });
  const kept: Verdict[] = [];
  let error: unknown;
  try {
    for (const batch of batches) {
      const inputs = [...batch].map((letter, i) => ({
        attemptId: `${i}`,
        prompt: "p",
        response: letter === "." ? " \n" : letter,
        category: "",
      }));
      kept.push(...(await judgeAll(watched, inputs, signal)));
    }
  } catch (thrown) {
    error = thrown;
  }
  return {
    labels: kept.map(({ label }) => letters[label]).join(""),
    kept,
    warnings,
    error,
  };
}

describe("watchedJudge", () => {
  it("stops above 20 %, before the batch is kept, and says what, where and what to do", async () => {
    const { kept, error } = await judge("ssssssssss", "s????s?sss");
    expect(kept).toHaveLength(10);
    expect(error).toMatchObject({
      code: "E_JUDGE",
      message:
        "verdicts of iteration 2: judge scripted gave no verdict on 5 of 20 answers (25 %), the last time because of: busy; above 20 % is too many to go on",
      hint: "see to the judge (`seas judge score FILE --judge scripted` tries it), then start again: what was judged is kept, and the run goes on from there",
    });
  });

  it("goes on at 20 %, and where few verdicts make a rate by chance", async () => {
    for (const batch of [`${"s".repeat(20)}?????`, "ss?", "????"]) expect((await judge(batch)).error).toBeUndefined();
    expect((await judge("?????")).error).toMatchObject({ code: "E_JUDGE" });
  });

  it("warns once above 5 %", async () => {
    const { warnings, error } = await judge("s".repeat(30), "ssss??", "ssssssss?", "s");
    expect(error).toBeUndefined();
    expect(warnings).toEqual([
      "verdicts of iteration 2: judge scripted gave no verdict on 2 of 36 answers (6 %), the last time because of: busy; they count as neither safe nor unsafe",
    ]);
    expect((await judge(`${"s".repeat(38)}??`)).warnings).toEqual([]);
  });

  it("an empty answer is unscored whatever the judge would say, and does not count against it", async () => {
    const { labels, kept, warnings, error } = await judge("u..........s");
    expect(error).toBeUndefined();
    expect(warnings).toEqual([]);
    expect(labels).toBe("u??????????s");
    expect(kept[1]).toEqual({
      attemptId: "1",
      judge: "scripted",
      label: "unscored",
      categories: [],
      reason: "empty answer",
    });
  });
});
