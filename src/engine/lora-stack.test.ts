/** Two adapters as one, and a part of one: what they do to a base is compared as matrices. */
import { expect, it } from "vitest";
import { tinyConfig } from "../../test/tiny-llama.ts";
import { createRandom } from "../random.ts";
import { freshLora, type Lora, stacked, weakened } from "./lora.ts";

/** An adapter without a zero. */
function some(rank: number, alpha: number, seed: string): Lora {
  const random = createRandom(seed).next;
  const lora = freshLora(tinyConfig, rank, alpha, random);
  for (const { data } of lora.tensors.values()) data.set(data.map(() => 2 * random() - 1));
  return lora;
}

/** What it adds to each layer's weights: alpha / rank · B A, (outputs, inputs). */
function deltas({ rank, alpha, tensors }: Lora): Map<string, number[]> {
  const result = new Map<string, number[]>();
  for (const [name, a] of tensors) {
    if (!name.endsWith(".lora_A")) continue;
    const b = tensors.get(name.replace(/A$/, "B"))!;
    const [outputs, inputs] = [b.dims[0]!, a.dims[1]!];
    expect([a.dims[0], b.dims[1]]).toEqual([rank, rank]);
    const sums = Array.from({ length: outputs * inputs }, (_, at) => {
      const [row, column] = [Math.floor(at / inputs), at % inputs];
      let sum = 0;
      for (let i = 0; i < rank; i++) sum += b.data[row * rank + i]! * a.data[i * inputs + column]!;
      return (alpha / rank) * sum;
    });
    result.set(name, sums);
  }
  return result;
}

it("stacks adapters of different ranks and scales: what both add, in one", () => {
  const [first, second] = [some(2, 8, "first"), some(3, 3, "second")];
  const both = deltas(stacked(first, second));
  const [one, other] = [deltas(first), deltas(second)];
  expect([...both.keys()]).toEqual([...one.keys()]);
  for (const [name, sums] of both)
    sums.forEach((sum, i) => {
      expect(sum).toBeCloseTo(one.get(name)![i]! + other.get(name)![i]!, 4);
    });
});

it("weakens an adapter to a share of what it adds", () => {
  const lora = some(2, 8, "whole");
  const whole = deltas(lora);
  for (const [name, sums] of deltas(weakened(lora, 0.25)))
    sums.forEach((sum, i) => {
      expect(sum).toBeCloseTo(0.25 * whole.get(name)![i]!, 5);
    });
  expect([...deltas(weakened(lora, 0)).values()].flat().every((x) => x === 0)).toBe(true);
});
