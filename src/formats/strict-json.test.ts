/** Strict JSON agrees with JSON.parse on everything but repeated keys. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseStrictJson } from "./strict-json.ts";

describe("parseStrictJson", () => {
  it("agrees with JSON.parse on any value", () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(parseStrictJson(json)).toEqual(JSON.parse(json));
      }),
    );
  });

  it.each([
    ['{"a":1,"a":2}', "a"],
    ['{"a":1,   "b":2   ,\n"a"   :                              3}', "a"],
    ['{"a":{"b":1,"c":[{"x":1,"x":2}]}}', "x"],
    ['{"a":1,"\\u0061":2}', "a"],
    ['{"__proto__":1,"__proto__":2}', "__proto__"],
    ['{"\\\\":1,"a\\"":2,"\\\\":3}', "\\\\"],
    ['[{"a":["b"],"b":{}},{"a":1,"b":["a","a"],"a":2}]', "a"],
  ])("refuses %s", (json, key) => {
    expect(() => parseStrictJson(json)).toThrow(`the key "${key}" stands twice`);
  });

  it.each(['{"a":"a","b":"a"}', '{"a":{"a":1}}', '[{"a":1},{"a":1}]', '["a","a"]', '{"a":["b","b"],"b":1}'])(
    "accepts %s",
    (json) => {
      expect(parseStrictJson(json)).toEqual(JSON.parse(json));
    },
  );

  it("takes long strings and deep arrays", () => {
    const long = JSON.stringify({ a: "\\x".repeat(2 ** 20) });
    expect(parseStrictJson(long)).toEqual(JSON.parse(long));
    const deep = "[".repeat(1_000_000) + "]".repeat(1_000_000);
    expect(parseStrictJson(deep)).toHaveLength(1);
  });
});
