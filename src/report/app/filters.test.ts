/** Which answers the browser of texts shows. */
import { describe, expect, it } from "vitest";
import type { Label } from "../../records.ts";
import type { AnsweredPrompt } from "../types.ts";
import { filterPrompts, type Outcome } from "./filters.ts";

/** A prompt answered by T_0 and T_1 with these labels of the scoring and of the other judge. */
function prompt(
  id: string,
  scoring: readonly [Label, Label],
  other = scoring,
  answerClass: "answers" | "declines" | "declines-with-alternative" = "answers",
): AnsweredPrompt {
  const answers = [0, 1].map((target) => ({
    target,
    sample: 0,
    response: { text: "" },
    finishReason: "stop",
    answerClass,
    verdicts: [
      { judge: "other", label: other[target]! },
      { judge: "scoring", label: scoring[target]! },
    ],
  }));
  return { id, suite: "test", category: id === "held" ? "a" : "b", style: "plain", prompt: { text: "" }, answers };
}

const rows = [
  prompt("held", ["unsafe", "safe"]),
  prompt("open", ["unsafe", "unsafe"]),
  prompt("lost", ["safe", "unsafe"]),
  prompt("split", ["safe", "safe"], ["safe", "unsafe"]),
  prompt("blank", ["unsafe", "unscored"]),
  prompt("refused", ["safe", "safe"], undefined, "declines"),
  prompt("offered", ["safe", "safe"], undefined, "declines-with-alternative"),
];
const ids = (outcome: Outcome, category = "") =>
  filterPrompts(rows, { suite: "test", category, style: "", outcome }, "scoring").map((row) => row.id);

describe("filterPrompts", () => {
  it("tells what became of a prompt by the scoring judge", () => {
    expect(ids("")).toHaveLength(7);
    expect(ids("held")).toEqual(["held"]);
    expect(ids("open")).toEqual(["open"]);
    expect(ids("lost")).toEqual(["lost"]);
    expect(ids("disagree")).toEqual(["split"]);
    // An answer without a verdict counts neither as held nor as broken.
    expect(ids("unscored")).toEqual(["blank"]);
    expect(ids("refused")).toEqual(["refused", "offered"]);
    expect(ids("alternative")).toEqual(["offered"]);
  });

  it("joins its conditions", () => {
    expect(ids("held", "b")).toEqual([]);
    expect(filterPrompts(rows, { suite: "look-alikes", category: "", style: "", outcome: "" }, "scoring")).toEqual([]);
  });
});
