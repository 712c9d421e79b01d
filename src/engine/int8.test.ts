/** The 8-bit base against the float32 one, on a tiny model: the same figures but for small differences, made once. */
import { stat } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tinyConfig, tinyLlama, tinyLora, tinyTokens } from "../../test/tiny-llama.ts";
import { createRandom } from "../random.ts";
import { forkFeeds } from "./collate.ts";
import { dpoGradients } from "./dpo.ts";
import { createEngine, type Engine } from "./engine.ts";
import { int8IsExact, prepareInt8 } from "./int8.ts";
import { loraFeeds } from "./lora.ts";

const random = createRandom("int8").next;
const calibration = Array.from({ length: 4 }, () => tinyTokens(random, 24));
let tiny: Awaited<ReturnType<typeof tinyLlama>>;
let exact: Engine;
let rounded: Engine;
beforeAll(async () => {
  tiny = await tinyLlama();
  exact = createEngine(tiny.base, { threads: 1 });
  rounded = createEngine(tiny.base, { threads: 1, precision: "int8", calibration });
});
afterAll(async () => {
  await exact.close();
  await rounded.close();
  await tiny.remove();
});

/** 1 = same direction. */
function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, v, i) => sum + v * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

describe("int8", () => {
  it("says whether this processor multiplies right, and is never used where it does not", async () => {
    const notes: string[] = [];
    const engine = createEngine(tiny.base, {
      threads: 1,
      precision: "int8",
      calibration,
      onNote: (n) => notes.push(n),
    });
    await engine.session("head");
    expect(notes.some((note) => note.includes("float32 is used"))).toBe(!(await int8IsExact(1)));
    await engine.close();
  });

  it("gives nearly the logits of float32, and not the same", async () => {
    const tokens = tinyTokens(random, 20);
    const logits = async (engine: Engine) => {
      const { feeds } = forkFeeds([{ prompt: tokens, completions: [] }], tinyConfig);
      const at = { data: BigInt64Array.from(tokens, (_, i) => BigInt(i)), dims: [tokens.length] };
      const session = await engine.session("logits");
      const outputs = await session.run({ ...feeds, ...loraFeeds(tinyLora("a")), at });
      return outputs.logits!.data as Float32Array;
    };
    const similarity = cosine(await logits(exact), await logits(rounded));
    expect(similarity).toBeGreaterThan(0.999);
    if (await int8IsExact(1)) expect(similarity).toBeLessThan(1);
  });

  it("gives nearly the gradients of float32, matrix by matrix", async () => {
    const pairs = [6, 9, 7, 8, 5, 10].map((length) => ({
      prompt: tinyTokens(random, length),
      chosen: tinyTokens(random, 5),
      rejected: tinyTokens(random, 4),
      reference: [-20, -18] as const,
    }));
    const gradients = async (engine: Engine) =>
      (await dpoGradients(engine, tinyLora("a"), pairs, { beta: 0.1, sftWeight: 0.5 })).gradients;
    const [a, b] = [await gradients(exact), await gradients(rounded)];
    const whole = (g: typeof a) => Float32Array.from([...a.keys()].flatMap((name) => [...g.get(name)!.data]));
    expect(cosine(whole(a), whole(b))).toBeGreaterThan(0.97);
    for (const [name, { data }] of a) expect(cosine(data, b.get(name)!.data), name).toBeGreaterThan(0.85);
  });

  it("writes its weights once", async () => {
    const first = await prepareInt8(tiny.base, { threads: 1, calibration });
    const made = (await stat(first[1]!.path)).mtimeMs;
    const again = await prepareInt8(tiny.base, { threads: 1, calibration: [] });
    expect((await stat(again[1]!.path)).mtimeMs).toBe(made);
  });
});
