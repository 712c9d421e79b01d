/** What may train, what may steer and what may only measure stay apart. */
import { expect, it } from "vitest";
import { presets } from "../config.ts";
import { loadSafetyData } from "./safety-data.ts";

const { lookAlikes, train } = await loadSafetyData(presets.quick);

it("shares no cluster of look-alikes between training, steering and test", () => {
  const sides = [lookAlikes.train, lookAlikes.dev, lookAlikes.test].map((rows) => new Set(rows.map((r) => r.cluster)));
  const all = new Set(sides.flatMap((clusters) => [...clusters]));
  expect(sides.reduce((sum, clusters) => sum + clusters.size, 0)).toBe(all.size);
  expect(lookAlikes.dev.length).toBeGreaterThan(40);
  expect(lookAlikes.train.length).toBeGreaterThan(3 * lookAlikes.dev.length);
});

it("has harmless requests in every style that training attacks have", () => {
  expect(new Set(lookAlikes.wrapped.map((row) => row.style))).toEqual(new Set(train.map((prompt) => prompt.style)));
});

it("is the same every time", async () => {
  const again = await loadSafetyData(presets.quick);
  expect(again.hash).toBe((await loadSafetyData(presets.quick)).hash);
  expect(again.lookAlikes.dev).toEqual(lookAlikes.dev);
});
