/** Decoding of every type against values recorded from the `gguf` package, bit for bit. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { SeasError } from "../errors.ts";
import { HALF } from "./half.ts";
import {
  dequantize,
  QUANTIZATIONS,
  type QuantizationType,
  quantizationById,
  quantizationName,
} from "./quantization.ts";

const recorded = JSON.parse(
  readFileSync(new URL("../../test/parity/recorded/gguf-dequantise.json", import.meta.url), "utf8"),
) as { types: Record<string, { bytes: string; expected: string }> };
const types = Object.keys(QUANTIZATIONS) as QuantizationType[];

describe("dequantize", () => {
  it.each(types)("%s matches the recorded float32 bits", (type) => {
    const vector = recorded.types[type];
    if (vector === undefined) throw new Error(`no recorded vector for ${type}`);
    const got = dequantize(type, Buffer.from(vector.bytes, "base64"));
    const expected = Buffer.from(vector.expected, "base64");
    expect(got.length).toBe(expected.length / 4);
    const wrong = Array.from(got, (value, i) => ({ i, value, expected: expected.readFloatLE(4 * i) })).filter(
      (row) => !Object.is(row.value, row.expected),
    );
    expect(wrong).toEqual([]);
  });

  it("refuses half a block", () => {
    expect(() => dequantize("Q4_1", new Uint8Array(39))).toThrow(SeasError);
  });

  it("decodes a slice that starts at an odd byte", () => {
    const vector = recorded.types.F32;
    const bytes = Buffer.from(vector?.bytes ?? "", "base64");
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(dequantize("F32", shifted.subarray(1))).toEqual(dequantize("F32", bytes));
  });
});

describe("type numbers", () => {
  it("are unique and go both ways", () => {
    expect(types.map((type) => quantizationById(QUANTIZATIONS[type].id))).toEqual(types);
  });

  it("have a name for messages, known or not", () => {
    expect([3, 23, 99].map(quantizationName)).toEqual(["Q4_1", "IQ4_XS", "number 99"]);
  });
});

describe("HALF", () => {
  it("holds the landmarks of binary16", () => {
    expect([0x0000, 0x0001, 0x03ff, 0x0400, 0x3c00, 0xc000, 0x7bff, 0x7c00, 0xfc00].map((bits) => HALF[bits])).toEqual([
      0,
      2 ** -24,
      1023 * 2 ** -24,
      2 ** -14,
      1,
      -2,
      65504,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
    expect(Object.is(HALF[0x8000], -0)).toBe(true);
    expect(HALF[0x7e00]).toBeNaN();
  });
});
