/** Hostile text must not reach the terminal as anything but characters. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { terminalSafe } from "./terminal.ts";

describe("terminalSafe", () => {
  it.each([
    ["colour", "\u001b[31mred\u001b[0m", "red"],
    ["title", "\u001b]0;owned\u0007text", "text"],
    ["link", "\u001b]8;;http://x\u0007here\u001b]8;;\u0007", "here"],
    ["C1 control sequence", "\u009b2Jgone", "gone"],
    ["clear and home", "a\u001b[2J\u001b[Hb", "ab"],
    ["carriage return over the line", "safe\runsafe", "safe unsafe"],
    ["backspace and bell", "a\b\u0007b", "ab"],
    ["bidi override", "abc\u202ecba\u2066x\u2069", "abccbax"],
    ["new lines and separators", "a\n\n\tb\u2028c\u0085d", "a b c d"],
    ["tags hidden in text", "a\u{e0041}\u{e007f}b", "ab"],
    ["a lone surrogate", "a\ud800b", "a\ufffdb"],
    ["honest text of other scripts", "Καλημέρα 你好 👩‍🚀 سلام", "Καλημέρα 你好 👩‍🚀 سلام"],
  ])("%s", (_name, hostile, safe) => {
    expect(terminalSafe(hostile)).toBe(safe);
  });

  it("never lets a control character through, nor more than max characters", () => {
    const piece = fc.oneof(
      fc.constantFrom("\u001b", "\u009b", "[", "]", ";", "\u0007", "\u001b\\", "31m", "\u202e", "\n"),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(fc.array(piece), fc.integer({ min: 1, max: 50 }), (pieces, max) => {
        const safe = terminalSafe(pieces.join(""), max);
        expect(safe).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u);
        expect([...safe].length).toBeLessThanOrEqual(max);
      }),
    );
  });

  it("shortens with an ellipsis and does not split a character", () => {
    expect(terminalSafe("abcdef", 4)).toBe("abc…");
    expect(terminalSafe("😀😀😀", 2)).toBe("😀…");
    expect(terminalSafe("abcd", 4)).toBe("abcd");
  });
});
