/** The report of a check: hostile names have no power in it, and prompts are not in it. */
import { expect, it } from "vitest";
import { checkSet } from "../data-set/check.ts";
import type { ReadRow } from "../data-set/read.ts";
import { checkMarkdown, checkText } from "./data-check-text.ts";

const hostile = "x\u001b[2J|<img src=x onerror=y>\n# h [l](http://a.b)\u202e";
const rows: ReadRow[] = ["train", hostile].flatMap((split) =>
  [1, 2].map((n) => ({
    ...{ at: `${hostile}:${n}`, prompt: "secret words of a prompt, mail ann@firm.org", split, category: hostile },
    ...{ style: hostile, source: "xstest", groups: { cluster: hostile, template: undefined } },
  })),
);
const report = checkSet(rows);

it("Markdown", () => {
  const text = checkMarkdown(report, ["f"], `dir/${hostile}`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
  expect(text).not.toMatch(/<img|\u001b|\u202e|\n# h|(?<!\\)\]\(|secret words|ann@firm/);
  expect(text).toMatch(/1 text, 1 cluster, 0 templates; 2 rows near each other; nearest pair 1\.00/);
  for (const line of text.split("\n").filter((one) => one.startsWith("| x")))
    expect(line.replaceAll("\\|", "").split("|").length).toBeGreaterThanOrEqual(4);
});

it("terminal", () => {
  const text = checkText(report, ["f"]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
  expect(text).not.toMatch(/\u001b|\u202e|secret words|ann@firm/);
  expect(text.split("\n")).toHaveLength(11);
});

it("what is near in meaning, by place, and the nearest pair where nothing is", () => {
  const pair = (similarity: number) => ({ similarity, places: [`dir/${hostile}:1`, "b:2"] as const });
  const leaks = [
    { splits: ["train", hostile], near: 2, pairs: [pair(0.97), pair(0.81), pair(0.5)], compared: [2, 1200] },
    { splits: ["train", "dev"], near: 0, pairs: [pair(0.5), pair(0.4)], compared: [2, 3] },
  ] as const;
  const lines = checkText({ ...report, meaning: leaks }, ["f"]).split("\n");
  expect(lines.filter((line) => /embeddings|cosine/.test(line))).toHaveLength(5);
  expect(lines.join("\n")).toMatch(
    /by embeddings, 2 × 1,200 rows: 2 rows near each other in meaning\n {3}cosine 0\.97: .*; b:2\n/,
  );
  const text = checkMarkdown({ ...report, meaning: leaks }, ["f"], "dir");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
  expect(text).not.toMatch(/<img|\u001b|\u202e/);
  expect(text).toContain("cosine of 0.8 and more by sentence embeddings (all-MiniLM-L6-v2)");
  expect(checkText(report, ["f"])).not.toContain("embeddings");
});

it("one split, no rows", () => {
  expect(checkMarkdown(checkSet([]), [], "a")).toContain("One split only: nothing can leak.");
  expect(checkText(checkSet(rows.slice(0, 1)), ["f"])).toContain("1 row in 1 file, 1 split");
});
