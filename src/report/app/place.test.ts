/** Addresses of views come back as they were, and none of them is taken for more than text. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressOf, readPlace } from "./place.ts";

describe("addresses", () => {
  it("name a section and what is asked of it", () => {
    expect(addressOf("answers", { suite: "test", category: "", style: "role play" })).toBe(
      "#answers?suite=test&style=role+play",
    );
    expect(addressOf("answers", { suite: "" })).toBe("#answers");
    const place = readPlace("#answers?suite=test&style=role+play");
    expect(place?.section).toBe("answers");
    expect([...place!.asked]).toEqual([
      ["suite", "test"],
      ["style", "role play"],
    ]);
  });

  it("leave to the browser what asks for nothing, and what is no address of ours", () => {
    for (const hash of ["", "#", "#answers", "#a b?x=1", `#answers?${"x".repeat(2001)}`, "#<img>?a=b"])
      expect(readPlace(hash)).toBeNull();
  });

  it("come back as they were", () => {
    const word = fc.string({ unit: "grapheme", minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.dictionary(word, word, { maxKeys: 2 }), (asked) => {
        const place = readPlace(addressOf("attempts", asked));
        expect(Object.fromEntries(place?.asked ?? [])).toEqual(asked);
      }),
    );
  });
});
