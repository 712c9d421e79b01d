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

/** A value that goes in or comes out: float32, int64 or int32 with its sizes. */
export interface Tensor {
  readonly data: Float32Array | BigInt64Array | Int32Array;
  readonly dims: readonly number[];
}
export type Tensors = Readonly<Record<string, Tensor>>;

export interface Session {
  /**
   * Computes the outputs. `into` names outputs that are written to the caller's memory instead of new memory; a cache
   * may be input and output at once.
   */
  run(feeds: Tensors, into?: Tensors): Promise<Record<string, Tensor>>;
  close(): Promise<void>;
}

export interface SessionOptions {
  /** 0 = one for each core. */
  readonly threads: number;
  /** Raw float32 weights with their index; none for a graph without weights. */
  readonly weights?: { readonly path: string; readonly tensors: ExternalWeights["tensors"] };
  /**
   * Keep a second copy of the weights in the kernels' own layout: faster for few rows (sampling), useless for many
   * (training), where the pages of the weights file are used as they are. @default false
   */
  readonly prepack?: boolean;
}

/**
 * Opens a session on the graph that computes `outputs`.
 *
 * @throws SeasError E_ENGINE when ONNX Runtime refuses the graph or cannot be loaded
 */
export async function openSession(outputs: Readonly<Record<string, Node>>, options: SessionOptions): Promise<Session> {
  const { weights } = options;
  const bytes = writeOnnx(outputs, {
    location: weights ? basename(weights.path) : "",
    tensors: weights?.tensors ?? new Map(),
  });
  const settings: ort.InferenceSession.SessionOptions = {
    intraOpNumThreads: options.threads === 0 ? availableParallelism() : options.threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
    // Training frees more than it reuses: the arena would hold half as much again (dev/LOG.md).
    enableCpuMemArena: options.prepack ?? false,
    enableMemPattern: options.prepack ?? false,
    extra: { session: { disable_prepacking: options.prepack ? "0" : "1", "intra_op.allow_spinning": "0" } },
  };
  try {
    if (weights === undefined) return wrap(await ort.InferenceSession.create(bytes, settings));
    // External data is looked up beside the model file, so the graph goes there while the session opens.
    const file = join(dirname(weights.path), `graph-${randomBytes(6).toString("hex")}.onnx`);
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
    async run(feeds, into) {
      const given = toOrt(feeds);
      const fetches =
        into === undefined
          ? session.outputNames
          : Object.fromEntries(session.outputNames.map((name) => [name, into[name] ? tensorOf(into[name]) : null]));
      const results = await session.run(given, fetches as ort.InferenceSession.FetchesType);
      return Object.fromEntries(
        Object.entries(results).map(([name, t]) => [name, { data: t.data as Tensor["data"], dims: t.dims }]),
      );
    },
    close: () => session.release(),
  };
}

function toOrt(tensors: Tensors): Record<string, ort.Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, tensorOf(t)]));
}

function tensorOf({ data, dims }: Tensor): ort.Tensor {
  if (data instanceof Float32Array) return new ort.Tensor("float32", data, dims);
  if (data instanceof BigInt64Array) return new ort.Tensor("int64", data, dims);
  return new ort.Tensor("int32", data, dims);
}
