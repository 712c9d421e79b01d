/**
 * Prints as JSON how far the engine on a device is from the processor on the tiny random model: the largest difference of a
 * log-probability and of a DPO gradient, and whether greedy text is the same. A process of its own, as drivers are found by
 * the environment that it starts in.
 *
 *     tsx test/services/scripts/on-device.ts webgpu
 */
import { type Device, usableDevice } from "../../../src/engine/device.ts";
import { dpoGradients } from "../../../src/engine/dpo.ts";
import { createEngine } from "../../../src/engine/engine.ts";
import { sampleBatch } from "../../../src/engine/generate.ts";
import { logProbs } from "../../../src/engine/score.ts";
import { createRandom } from "../../../src/random.ts";
import { tinyLlama, tinyLora, tinyTokens } from "../../tiny-llama.ts";

const device = await usableDevice(process.argv[2] as Device);
const { base, remove } = await tinyLlama();
try {
  const random = createRandom("on device").next;
  const pairs = Array.from({ length: 3 }, () => ({
    prompt: tinyTokens(random, 6),
    chosen: tinyTokens(random, 5),
    rejected: tinyTokens(random, 4),
    reference: [-20, -19] as [number, number],
  }));
  const results = [];
  for (const on of ["cpu", device] as const) {
    const engine = createEngine(base, { threads: 1, device: on });
    const lora = tinyLora("on device");
    const rows = pairs.map(({ prompt, chosen, rejected }) => ({ prompt, completions: [chosen, rejected] }));
    const scores = (await logProbs(engine, lora, rows)).flat();
    const { gradients } = await dpoGradients(engine, lora, pairs, { beta: 0.1, sftWeight: 0.2 });
    const requests = pairs.map(({ prompt }) => ({ prompt, seed: "" }));
    const text = await sampleBatch(engine, lora, requests, { temperature: 0, topP: 1, maxTokens: 12 });
    results.push({ scores, gradients, text });
    await engine.close();
  }
  const [cpu, other] = results as [(typeof results)[number], (typeof results)[number]];
  const farthest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);
  const gradient = [...cpu.gradients].map(([name, { data }]) => farthest(data, other.gradients.get(name)!.data));
  const sameText = JSON.stringify(cpu.text) === JSON.stringify(other.text);
  console.log(
    JSON.stringify({ device, logProb: farthest(cpu.scores, other.scores), gradient: Math.max(...gradient), sameText }),
  );
} finally {
  await remove();
}
