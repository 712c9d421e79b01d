/** Order of keys and items. */
import { expect, it } from "vitest";
import { groupBy } from "./group-by.ts";

it("groupBy keeps the order of keys and items", () => {
  expect([...groupBy([5, 2, 7, 4, 1], (n) => n % 2 === 0)]).toEqual([
    [false, [5, 7, 1]],
    [true, [2, 4]],
  ]);
});
