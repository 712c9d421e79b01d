/**
 * Where graphs are computed: the processor, or through one of ONNX Runtime's other execution providers. What a provider lacks
 * is computed on the processor. A device is used only after a small product on it came out right.
 */
import { describeError, SeasError } from "../errors.ts";
import * as o from "./graph/ops.ts";
import { openSession } from "./graph/session.ts";

/** ONNX Runtime's names of its execution providers. */
export const devices = ["cpu", "cuda", "webgpu", "coreml", "dml"] as const;
export type Device = (typeof devices)[number];

/** What each device asks of the machine. */
const needs: Readonly<Record<Device, string>> = {
  cpu: "a processor that ONNX Runtime is built for",
  cuda: "an NVIDIA GPU on Linux, CUDA and cuDNN, and ONNX Runtime's CUDA files: `npm rebuild onnxruntime-node --onnxruntime-node-install=cuda12`",
  webgpu: "a GPU with a Vulkan, Metal or Direct3D 12 driver",
  coreml: "macOS on Apple silicon",
  dml: "Windows with a Direct3D 12 driver",
};

/**
 * The device to use: the one that is asked for, or with "auto" the first that works here, GPUs before the processor.
 *
 * @throws SeasError E_ENGINE when the one that is asked for does not work here, with what it needs
 * @example const engine = createEngine(base, { threads: 0, device: await usableDevice("auto") });
 */
export async function usableDevice(asked: Device | "auto"): Promise<Device> {
  if (asked !== "auto") {
    await tryDevice(asked);
    return asked;
  }
  for (const device of ["cuda", "coreml", "dml", "webgpu"] as const)
    if (
      await tryDevice(device).then(
        () => true,
        () => false,
      )
    )
      return device;
  return "cpu";
}

/** A product of 2 × 3 by 3 × 2 on the device. */
async function tryDevice(device: Device): Promise<void> {
  const fail = (why: string) =>
    new SeasError("E_ENGINE", `device ${device} cannot be used here: ${why}`, {
      hint: `it needs ${needs[device]}; --device cpu always works`,
    });
  let values: readonly number[];
  try {
    const session = await openSession(
      { y: o.matmul(o.input("a", ["M", 3]), o.input("b", [3, 2])) },
      { threads: 1, device },
    );
    try {
      const a = { data: Float32Array.of(1, 2, 3, 4, 5, 6), dims: [2, 3] };
      const b = { data: Float32Array.of(1, 0, 0, 1, 1, 1), dims: [3, 2] };
      values = Array.from((await session.run({ a, b })).y!.data, Number);
    } finally {
      await session.close();
    }
  } catch (error) {
    const { cause } = error as Error;
    const why = cause instanceof Error ? cause.message : describeError(error);
    // Its checks print where they stand in its source, and what they held, before what is wrong.
    throw fail(why.split(" was false. ").at(-1)!.split("\n")[0]!.slice(0, 200));
  }
  if (values.join() !== "4,5,10,11") throw fail(`a small product came out as ${values.join(", ")}`);
}
