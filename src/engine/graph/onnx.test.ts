/** The ONNX writer: weights stay outside however large, equal nodes are written once, a missing weight is named. */
import { describe, expect, it } from "vitest";
import { tinyConfig } from "../../../test/tiny-llama.ts";
import { decoderTensors } from "../base/decoder-tensors.ts";
import type { DecoderConfig } from "../base-model.ts";
import { dpoGraph, scoreGraph } from "../losses.ts";
import { type ExternalWeights, writeOnnx } from "./onnx.ts";
import * as o from "./ops.ts";

/** Places of a model's weights in a file that need not exist. */
function placesOf(config: DecoderConfig): ExternalWeights {
  let offset = 0;
  const tensors = decoderTensors(config).map(({ name, shape }) => {
    const byteLength = 4 * shape.reduce((a, b) => a * b, 1);
    offset += byteLength;
    return [name, { shape, offset: offset - byteLength, byteLength }] as const;
  });
  return { location: "weights.f32", tensors: new Map(tensors) };
}

const large: DecoderConfig = {
  ...tinyConfig,
  vocabSize: 128_256,
  hiddenSize: 4096,
  intermediateSize: 14_336,
  layers: 32,
  heads: 32,
  kvHeads: 8,
  headDim: 128,
};

describe("writeOnnx", () => {
  it("keeps the weights of a large model outside", () => {
    const places = placesOf(large);
    const total = [...places.tensors.values()].reduce((n, t) => n + t.byteLength, 0);
    expect(total).toBeGreaterThan(2 ** 34);
    const bytes = Buffer.from(writeOnnx(dpoGraph(large, { precision: "float32" }), [places]));
    expect(bytes.length).toBeLessThan(3 * 2 ** 20);
    const last = places.tensors.get("model.norm.weight")!;
    for (const text of ["weights.f32", "model.layers.31.mlp.down_proj.weight", `${last.offset}`])
      expect(bytes.includes(text), text).toBe(true);
  });

  it("gives the same bytes for the same graph", () => {
    const write = () => Buffer.from(writeOnnx(dpoGraph(tinyConfig, { precision: "float32" }), [placesOf(tinyConfig)]));
    expect(write().equals(write())).toBe(true);
  });

  it("names a weight that has no tensor", () => {
    const places = placesOf(tinyConfig);
    const tensors = new Map(places.tensors);
    tensors.delete("model.layers.1.mlp.up_proj.weight");
    expect(() => writeOnnx(scoreGraph(tinyConfig, { precision: "float32" }), [{ ...places, tensors }])).toThrow(
      "no weight model.layers.1.mlp.up_proj.weight",
    );
  });

  it("writes equal nodes once", () => {
    const x = o.input("x", ["N"]);
    const once = writeOnnx({ y: o.exp(x), z: o.exp(x) }, []);
    const count = (bytes: Uint8Array, text: string) => Buffer.from(bytes).toString("latin1").split(text).length - 1;
    expect(count(once, "Exp")).toBe(1);
    expect(count(writeOnnx({ y: o.exp(x), z: o.sqrt(x) }, []), "Sqrt")).toBe(1);
  });
});
