/** Gradients against finite differences. */
import { expect } from "vitest";
import type { Lora } from "../src/engine/lora.ts";
import { createRandom } from "../src/random.ts";

/** Each matrix's derivative along two random unit directions, against differences of the loss. */
export async function againstDifferences(
  lora: Lora,
  gradients: ReadonlyMap<string, { readonly data: Float32Array }>,
  loss: () => Promise<number>,
): Promise<void> {
  const draw = createRandom("directions").next;
  for (const [name, { data }] of lora.tensors) {
    const gradient = gradients.get(name)!.data;
    for (let direction = 0; direction < 2; direction++) {
      const start = data.slice();
      const signs = data.map(() => (draw() < 0.5 ? -1 : 1) / Math.sqrt(data.length));
      const at = async (h: number) => {
        data.set(start.map((x, i) => x + h * signs[i]!));
        return loss();
      };
      // Richardson: the error of the central difference falls from h² to h⁴.
      const slope = async (h: number) => ((await at(h)) - (await at(-h))) / (2 * h);
      const h = 0.02;
      const numeric = (4 * (await slope(h)) - (await slope(2 * h))) / 3;
      data.set(start);
      const exact = gradient.reduce((sum, x, i) => sum + x * signs[i]!, 0);
      const size = Math.sqrt(gradient.reduce((sum, x) => sum + x * x, 0));
      expect(size, name).toBeGreaterThan(1e-3);
      expect(Math.abs(numeric - exact), `${name}: ${exact} against ${numeric}`).toBeLessThan(1e-3 * size + 1e-4);
    }
  }
}
