/** Who trains, in a configuration: what is not given, and what is mistyped. */
import { expect, it } from "vitest";
import { resolveConfig } from "../config.ts";

const ray = { kind: "ray", address: "http://head:8265", base: "hub/base" };

it("trains here unless told otherwise, and fills what a cluster is not told", () => {
  expect(resolveConfig({}).trainer).toEqual({ kind: "embedded" });
  expect(resolveConfig({ trainer: ray }).trainer).toMatchObject({ ...ray, gpus: 0, hoursAtMost: 24, quietMinutes: 60 });
});

it("names the nearest key of the kind that is meant", () => {
  expect(() => resolveConfig({ trainer: { ...ray, gpu: 1 } })).toThrow(
    expect.objectContaining({ message: "config: unknown key `trainer.gpu`", hint: "did you mean `trainer.gpus`?" }),
  );
  expect(() => resolveConfig({ trainer: { ...ray, address: "head:8265" } })).toThrow("such as http://HEAD:8265");
});
