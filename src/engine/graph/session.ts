/**
 * Runs a graph: the only file that knows onnxruntime-node. A session holds native memory until it is closed.
 */
import { randomBytes } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, dirname, join } from "node:path";
import * as ort from "onnxruntime-node";
import { SeasError } from "../../errors.ts";
import type { Node } from "./node.ts";
import { type ExternalWeights, writeOnnx } from "./onnx.ts";

// What goes wrong is thrown; its own lines on the terminal say it once more, in the terms of its source.
ort.env.logLevel = "fatal";

/** A value that goes in or comes out: float32, int64 or int8 with its sizes. */
export interface Tensor {
  readonly data: Float32Array | BigInt64Array | Int8Array;
  readonly dims: readonly number[];
}
export type Tensors = Readonly<Record<string, Tensor>>;

export interface Session {
  /** Computes all outputs. ONNX Runtime for Node copies each of them, so large ones are best kept inside the graph. */
  run(feeds: Tensors): Promise<Record<string, Tensor>>;
  close(): Promise<void>;
}

export interface SessionOptions {
  /** 0 = one for each core. */
  readonly threads: number;
  /** Execution provider; what it lacks is computed by "cpu". @default "cpu" */
  readonly device?: string | undefined;
  /** Files of raw weights with their index, all in one folder. @default none */
  readonly weights?: readonly { readonly path: string; readonly tensors: ExternalWeights["tensors"] }[];
  /**
   * Keep a second copy of the weights in the kernels' own layout: faster for few rows (sampling), useless for many
   * (training), where the pages of the weights file are used as they are. @default false
   */
  readonly prepack?: boolean;
  /**
   * Threads wait for their next part of a run awake: faster where runs follow each other at once (training, scoring), slower where
   * JavaScript has to work between them (sampling). @default false
   */
  readonly spin?: boolean;
  /** Hold what one run needed for the next, which is faster, instead of giving it back. @default false */
  readonly keepMemory?: boolean;
}

/**
 * Opens a session on the graph that computes `outputs`.
 *
 * @throws SeasError E_ENGINE when ONNX Runtime refuses the graph or cannot be loaded
 */
export async function openSession(outputs: Readonly<Record<string, Node>>, options: SessionOptions): Promise<Session> {
  const { weights = [], device = "cpu" } = options;
  // ONNX Runtime passes over a provider that it was built without.
  if (!ort.listSupportedBackends().some(({ name }) => name === device))
    throw new SeasError("E_ENGINE", `this build of ONNX Runtime has no ${device}`);
  const bytes = writeOnnx(
    outputs,
    weights.map(({ path, tensors }) => ({ location: basename(path), tensors })),
  );
  const settings: ort.InferenceSession.SessionOptions = {
    executionProviders: [...new Set([device, "cpu"])],
    intraOpNumThreads: options.threads === 0 ? availableParallelism() : options.threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
    enableCpuMemArena: options.keepMemory ?? false,
    // A plan for one shape is of no use to the next, and every batch has another.
    enableMemPattern: false,
    extra: {
      session: {
        disable_prepacking: options.prepack ? "0" : "1",
        "intra_op.allow_spinning": options.spin ? "1" : "0",
        // Long enough from one operator to the next, and short enough to let others in.
        "intra_op.spin_duration_us": "300",
      },
    },
  };
  try {
    if (weights[0] === undefined) return wrap(await ort.InferenceSession.create(bytes, settings));
    // External data is looked up beside the model file, so the graph goes there while the session opens.
    const file = join(dirname(weights[0].path), `graph-${randomBytes(6).toString("hex")}.onnx`);
    try {
      await writeFile(file, bytes);
      return wrap(await ort.InferenceSession.create(file, settings));
    } finally {
      await rm(file, { force: true });
    }
  } catch (cause) {
    throw new SeasError("E_ENGINE", "the engine could not open a graph", { cause });
  }
}

/** Version of ONNX Runtime, for the manifest. */
export function engineVersion(): string {
  return ort.env.versions.node ?? ort.env.versions.common;
}

function wrap(session: ort.InferenceSession): Session {
  return {
    async run(feeds) {
      const results = await session.run(
        Object.fromEntries(Object.entries(feeds).map(([name, t]) => [name, tensorOf(t)])),
      );
      return Object.fromEntries(
        Object.entries(results).map(([name, t]) => [name, { data: t.data as Tensor["data"], dims: t.dims }]),
      );
    },
    close: () => session.release(),
  };
}

/** Adapters come in again at every step, so what wraps them is kept as long as they are. */
const wrapped = new WeakMap<Tensor, ort.Tensor>();

function tensorOf(tensor: Tensor): ort.Tensor {
  let made = wrapped.get(tensor);
  if (made === undefined) {
    const { data, dims } = tensor;
    if (data instanceof Float32Array) made = new ort.Tensor("float32", data, dims);
    else if (data instanceof BigInt64Array) made = new ort.Tensor("int64", data, dims);
    else made = new ort.Tensor("int8", data, dims);
    wrapped.set(tensor, made);
  }
  return made;
}
