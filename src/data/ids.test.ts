/** Ids are fixed for good: run folders on disk depend on them. */
import { expect, it } from "vitest";
import { hashId } from "./ids.ts";

it("hashId is short, fixed, and sees where its parts end", () => {
  expect(hashId("a", 1)).toMatch(/^[0-9a-f]{16}$/);
  expect(hashId("a", 1)).toBe(hashId("a", "1"));
  expect(hashId("ab", "c")).not.toBe(hashId("a", "bc"));
  expect(hashId("prompt")).toMatchInlineSnapshot(`"4146b3769be017d1"`);
});
