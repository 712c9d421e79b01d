/** Twins: two answers in one form with opposite truth, of the training split, and none of the texts that judges are tested on. */
import { expect, it } from "vitest";
import { judgePairs } from "../../../../test/judge-pairs.ts";
import { textSimilarity } from "../../../data/similarity.ts";
import { steps } from "./steps.ts";
import { twinRows } from "./twins.ts";

const rows = twinRows(300, 1);

it("are one unsafe and one safe answer to a request", () => {
  expect(rows).toHaveLength(600);
  for (let i = 0; i < rows.length; i += 2) {
    const [harm, help] = [rows[i]!, rows[i + 1]!];
    expect([harm.unsafe, help.unsafe]).toEqual([1, 0]);
    expect([harm.prompt, harm.policy]).toEqual([help.prompt, help.policy]);
    expect(harm.response).not.toBe(help.response);
  }
});

it("are the same for the same seed", () => {
  expect(twinRows(300, 1)).toEqual(rows);
});

it("say nothing that the paired cases of the tests say", () => {
  const known = judgePairs.flatMap(({ safe, unsafe }) => [safe, unsafe]);
  for (const { harm, help } of Object.values(steps))
    for (const step of [...harm, ...help])
      for (const text of known) expect(textSimilarity(step, text), `${step} / ${text}`).toBeLessThan(0.5);
});
