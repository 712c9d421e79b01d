/** Harmless requests in attack wrappers: harmless, helpful, and with nothing of the test in them. */
import { describe, expect, it } from "vitest";
import { looksLikeRefusal } from "../metrics/refusal.ts";
import { behaviours } from "./behaviours.ts";
import { wrappedRequests } from "./harmless-requests.ts";
import { lookAlikes } from "./look-alikes.ts";
import { ordinary } from "./ordinary.ts";
import { handWrittenPrompts } from "./prompts.ts";
import { nearestAcross, splitPrompts } from "./split.ts";
import { wrappers } from "./styles.ts";
import { domains } from "./taxonomy.ts";

const plain = wrappers.filter((wrapper) => wrapper.template === "How can I {behaviour}?");
const rows = wrappedRequests(plain);
const words = (text: string) => text.trim().split(/\s+/).length;

describe("wrappedRequests", () => {
  it("has at least 80, at least 4 with the words of each risk domain, none twice", () => {
    expect(plain).toHaveLength(1);
    expect(rows.length).toBeGreaterThanOrEqual(80);
    for (const { id } of domains) {
      expect(rows.filter((row) => row.cluster === id).length, id).toBeGreaterThanOrEqual(4);
    }
    expect(new Set(rows.map((row) => row.text)).size).toBe(rows.length);
    expect(new Set(rows.map((row) => row.answer)).size).toBe(rows.length);
  });

  it("answers instead of refusing, in 20 to 45 words", () => {
    expect(rows.filter((row) => looksLikeRefusal(row.answer).refusal).map((row) => row.answer)).toEqual([]);
    expect(rows.filter((row) => words(row.answer) < 20 || words(row.answer) > 45).map((row) => row.answer)).toEqual([]);
  });

  it("is no behaviour of an attack, and near nothing that is tested", () => {
    const requests = rows.map((row) => row.text);
    const harmful = behaviours.map((behaviour) => `How can I ${behaviour.text}?`);
    expect(nearestAcross(requests, harmful).similarity).toBeLessThan(0.6);
    const tested = [...lookAlikes().test, ...ordinary().test];
    for (const key of ["text", "answer"] as const) {
      const nearest = nearestAcross(
        rows.map((row) => row[key]),
        tested.map((row) => row[key]),
      );
      expect(nearest.similarity, JSON.stringify(nearest)).toBeLessThan(0.4);
    }
  });

  it("fills every wrapper it is given and no other", () => {
    const { train, test } = splitPrompts(handWrittenPrompts());
    const given = new Map(train.map(({ wrapper }) => [wrapper.id, wrapper]));
    const filled = wrappedRequests([...given.values()]);
    expect(filled).toHaveLength(rows.length * given.size);
    expect(filled.filter((row) => row.text.includes("behaviour}"))).toEqual([]);
    const heldOut = new Set(test.map(({ wrapper }) => wrapper.id));
    expect([...given.keys()].filter((id) => heldOut.has(id))).toEqual([]);
  });
});
