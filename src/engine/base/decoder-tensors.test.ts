/** The row order of q and k, and the check of a file's tensors. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DecoderConfig } from "./decoder-config.ts";
import { decoderTensors, interleaveRopeHalves, requireTensors, separateRopeHalves } from "./decoder-tensors.ts";

/** What llama.cpp's converter does: (heads, 2, half, columns) → (heads, half, 2, columns). */
function interleave(values: Float32Array, heads: number, columns: number): Float32Array {
  const half = values.length / columns / heads / 2;
  return Float32Array.from(values, (_, at) => {
    const column = at % columns;
    const row = Math.floor(at / columns);
    const [head, pair, side] = [Math.floor(row / (2 * half)), Math.floor((row % (2 * half)) / 2), row % 2];
    return values[((head * 2 + side) * half + pair) * columns + column]!;
  });
}

describe("separateRopeHalves", () => {
  it("undoes the converter's order, which interleaveRopeHalves makes", () => {
    const size = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(size, size, size, (heads, half, columns) => {
        const values = Float32Array.from({ length: heads * 2 * half * columns }, (_, i) => i);
        const theirs = interleave(values, heads, columns);
        expect(separateRopeHalves(theirs, heads, columns)).toEqual(values);
        expect(interleaveRopeHalves(values, heads, columns)).toEqual(theirs);
      }),
    );
  });

  it("puts row 1 of a head of four after row 2", () => {
    expect([...separateRopeHalves(Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7), 2, 1)]).toEqual([0, 2, 1, 3, 4, 6, 5, 7]);
  });

  it("refuses a head of odd size", () => {
    expect(() => separateRopeHalves(new Float32Array(6), 2, 1)).toThrow(/heads of even size/);
  });
});

describe("requireTensors", () => {
  const config: DecoderConfig = {
    architecture: "llama",
    vocabSize: 10,
    hiddenSize: 8,
    intermediateSize: 12,
    layers: 2,
    heads: 2,
    kvHeads: 1,
    headDim: 4,
    attentionScale: 4 ** -0.5,
    ropeTheta: 1e4,
    ropeFactors: [],
    local: null,
    rmsNormEps: 1e-5,
    maxPositions: 16,
    tiedEmbeddings: true,
  };
  const expected = decoderTensors(config);
  const found = () => new Map(expected.map((tensor) => [tensor.name, { shape: tensor.shape }]));
  const check = (map: ReadonlyMap<string, { readonly shape: readonly number[] }>) =>
    requireTensors("m", expected, map, (tensor) => tensor.name);

  it("passes a whole file", () => {
    expect(expected).toHaveLength(20);
    check(found());
  });

  it("names what is missing, of another shape, or too much", () => {
    const missing = found();
    missing.delete("model.layers.1.self_attn.k_proj.weight");
    expect(() => check(missing)).toThrow(
      "m: tensor model.layers.1.self_attn.k_proj.weight is missing (20 are needed, 19 are there)",
    );
    const wrong = found().set("model.norm.weight", { shape: [8, 1] });
    expect(() => check(wrong)).toThrow("m: tensor model.norm.weight is [8, 1], expected [8]");
    const extra = found().set("model.layers.2.mlp.up_proj.weight", { shape: [12, 8] });
    expect(() => check(extra)).toThrow(
      "m: tensor model.layers.2.mlp.up_proj.weight has no place in this model of 20 tensors",
    );
  });

  it("wants a head of its own when the embeddings are not tied", () => {
    expect(decoderTensors({ ...config, tiedEmbeddings: false }).at(-1)).toEqual({
      name: "lm_head.weight",
      ggufName: "output.weight",
      shape: [10, 8],
      ropeHeads: 0,
      plusOne: false,
    });
  });
});
