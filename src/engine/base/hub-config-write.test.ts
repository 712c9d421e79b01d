/** config.json that we write says what we read. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { tinyConfig } from "../../../test/tiny-llama.ts";
import { configFromHub } from "./config-hub.ts";
import type { DecoderConfig } from "./decoder-config.ts";
import { configToHub } from "./hub-config-write.ts";

it("configToHub is the inverse of configFromHub", () => {
  const size = (max: number) => fc.integer({ min: 1, max });
  const any = fc.record({
    heads: size(4),
    group: size(3),
    half: size(8),
    layers: size(100),
    intermediateSize: size(1000),
    vocabSize: size(100_000),
    maxPositions: size(1_000_000),
    ropeTheta: fc.double({ min: 1, max: 1e12, noNaN: true }),
    rmsNormEps: fc.double({ min: 1e-12, max: 0.1, noNaN: true }),
    tiedEmbeddings: fc.boolean(),
  });
  fc.assert(
    fc.property(any, ({ heads: kvHeads, group, half, ...rest }) => {
      const heads = kvHeads * group;
      const headDim = 2 * half;
      const shape = { heads, kvHeads, headDim, hiddenSize: heads * headDim, attentionScale: headDim ** -0.5 };
      const config = { ...tinyConfig, ...rest, ...shape };
      const written = JSON.parse(JSON.stringify(configToHub(config)));
      expect(configFromHub(written, "config.json")).toEqual(config);
    }),
  );
});

it.each<Partial<DecoderConfig>>([
  { architecture: "mistral", local: { window: 8, layers: [0, 1], ropeTheta: 10_000 } },
  { architecture: "mistral", ropeFactors: Array(8).fill(4) },
  { architecture: "qwen2" },
  { architecture: "qwen3", local: { window: 8, layers: [1], ropeTheta: 10_000 }, hiddenSize: 24 },
  { architecture: "gemma3", local: { window: 8, layers: [0], ropeTheta: 500 }, ropeFactors: Array(8).fill(8) },
  { architecture: "gemma3", attentionScale: 24 ** -0.5 },
])("and of the other families: %o", (over) => {
  const config = { ...tinyConfig, headDim: 16, attentionScale: 16 ** -0.5, ...over };
  if (config.architecture === "gemma3" && over.attentionScale === undefined) config.attentionScale = 256 ** -0.5;
  const written = JSON.parse(JSON.stringify(configToHub(config)));
  expect(configFromHub(written, "config.json")).toEqual(config);
});

it("refuses frequencies that are divided differently", () => {
  expect(() => configToHub({ ...tinyConfig, ropeFactors: [1, 1, 1, 8] })).toThrow("cannot say");
});
