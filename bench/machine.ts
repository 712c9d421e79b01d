/** What this machine can do at most: products of matrices in float32 and int8, and reading memory. */
import { cpus } from "node:os";
import { runTimes } from "../src/cli/speed.ts";
import { node } from "../src/engine/graph/node.ts";
import * as o from "../src/engine/graph/ops.ts";
import { openSession, type Tensors } from "../src/engine/graph/session.ts";

export interface Peaks {
  readonly processor: string;
  readonly cores: number;
  /** 10⁹ operations a second, multiply and add counted apart; best of several moments. */
  readonly float32Gflops: number;
  readonly int8Gops: number;
  /** 10⁹ bytes a second, one sum over a large matrix. */
  readonly readGBs: number;
}

const rows = 1152;
// Deep, so that the product outweighs rounding its operand and reading its result.
const inner = 4096;
const columns = 1536;

export async function machinePeaks(): Promise<Peaks> {
  const x = { data: new Float32Array(rows * inner).fill(0.5), dims: [rows, inner] };
  const operations = 2 * rows * inner * columns;
  const float = { w: { data: new Float32Array(inner * columns).fill(0.25), dims: [inner, columns] } };
  const int8 = {
    w: { data: new Int8Array(inner * columns).fill(3), dims: [inner, columns] },
    scale: { data: new Float32Array(columns).fill(0.1), dims: [columns] },
  };
  const product = o.matmul(o.input("x", [rows, inner]), o.input("w", [inner, columns]));
  const operands = [o.input("x", [rows, inner]), o.input("w", [inner, columns], "int8"), o.input("scale", [columns])];
  const rounded = node("int8LinearBack", operands, [rows, columns]);
  const large = { data: new Float32Array(2 ** 26).fill(1), dims: [2 ** 13, 2 ** 13] };
  const total = o.sum(o.input("large", [2 ** 13, 2 ** 13]), [0, 1], false);
  return {
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    float32Gflops: operations / (await fastest(product, { x, ...float })) / 1e9,
    int8Gops: operations / (await fastest(rounded, { x, ...int8 })) / 1e9,
    readGBs: large.data.byteLength / (await fastest(total, { large })) / 1e9,
  };
}

/** Seconds of the fastest of many runs. */
async function fastest(y: ReturnType<typeof node>, feeds: Tensors): Promise<number> {
  const session = await openSession(
    {
      y: o.sum(
        y,
        y.shape.map((_, i) => i),
        false,
      ),
    },
    { threads: 2, prepack: true, keepMemory: true },
  );
  const [best] = await runTimes(session, feeds, 1.5);
  await session.close();
  return best!;
}
