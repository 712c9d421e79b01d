/** config.json that we write says what we read. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { tinyConfig } from "../../../test/tiny-llama.ts";
import { configFromHub } from "./decoder-config.ts";
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
      const shape = { heads, kvHeads, headDim: 2 * half, hiddenSize: heads * 2 * half };
      const config = { ...tinyConfig, ...rest, ...shape };
      const written = JSON.parse(JSON.stringify(configToHub(config)));
      expect(configFromHub(written, "config.json")).toEqual(config);
    }),
  );
});
