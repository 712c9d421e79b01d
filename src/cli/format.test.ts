/** Figures as they are printed. */
import { describe, expect, it } from "vitest";
import { bytes, count, duration, percent, table } from "./format.ts";

describe("figures", () => {
  it.each([
    [0.2, "under 1 s"],
    [42.4, "42 s"],
    [89, "89 s"],
    [90, "2 min"],
    [5400, "1.5 h"],
    [200_000, "2.3 days"],
    [Number.NaN, "unknown"],
  ])("duration %s", (s, text) => {
    expect(duration(s)).toBe(text);
  });

  it("counts, sizes and shares", () => {
    expect([count(1234567), bytes(512), bytes(1536), bytes(200 * 1024), bytes(3.2 * 2 ** 30), percent(0.625)]).toEqual([
      "1,234,567",
      "512 B",
      "1.5 KiB",
      "200 KiB",
      "3.2 GiB",
      "62.5 %",
    ]);
  });

  it("aligns a table: names to the left, figures to the right, nothing after them", () => {
    expect(
      table([
        ["", "T_0", "T_1"],
        ["asr", "62.5 %", "8.1 %"],
        ["perplexity", "9.81"],
      ]),
    ).toBe(["               T_0    T_1", "asr         62.5 %  8.1 %", "perplexity    9.81"].join("\n"));
  });
});
