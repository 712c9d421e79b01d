/**
 * How fast this machine is, from a matrix product of the default model's sizes that runs for a moment: no model is
 * needed. The factors between that and the three kinds of work are what whole quick runs came to (dev/LOG.md).
 */
import * as o from "../engine/graph/ops.ts";
import { openSession, type Session, type Tensors } from "../engine/graph/session.ts";
import type { Precision } from "../engine/nets/linear.ts";
import type { Speeds } from "./estimate.ts";

const rows = 256;
const inner = 576;
const columns = 1536;

// Billions of multiply-adds × 2 in float32 that take as long as one token, overheads included.
const gigaflopsPerToken = {
  int8: { train: 0.5, sample: 0.52, judge: 0.06 },
  float32: { train: 0.97, sample: 0.98, judge: 0.13 },
};

/** GEMM speed and what follows from it. */
export interface ProbedSpeeds extends Speeds {
  /** 10⁹ floating-point operations a second in float32. */
  readonly gigaflops: number;
}

/**
 * Measures for about `seconds`.
 *
 * @param threads 0 = one for each core
 * @param precision of the run that is to be foretold
 * @throws SeasError E_ENGINE when ONNX Runtime cannot be loaded
 */
export async function probeSpeed(threads: number, precision: Precision, seconds = 1): Promise<ProbedSpeeds> {
  const product = o.matmul(o.input("x", [rows, inner]), o.input("w", [inner, columns]));
  const session = await openSession({ product }, { threads });
  try {
    const feeds = {
      x: { data: new Float32Array(rows * inner).fill(0.5), dims: [rows, inner] },
      w: { data: new Float32Array(inner * columns).fill(0.25), dims: [inner, columns] },
    };
    const times = await runTimes(session, feeds, seconds);
    // The faster quarter: what else the machine does in this moment, it will not do for the whole run.
    const usual = times[Math.floor(times.length / 4)]!;
    return speedsOf((2 * rows * inner * columns) / usual / 1e9, precision);
  } finally {
    await session.close();
  }
}

/** Seconds of each run of a session during about `seconds`, after one that is not timed; rising. */
export async function runTimes(session: Session, feeds: Tensors, seconds: number): Promise<number[]> {
  await session.run(feeds);
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  do {
    const start = performance.now();
    await session.run(feeds);
    times.push((performance.now() - start) / 1000);
  } while (performance.now() < end);
  return times.sort((a, b) => a - b);
}

/** The three speeds of a machine with this GEMM speed. */
function speedsOf(gigaflops: number, precision: Precision): ProbedSpeeds {
  const { train, sample, judge } = gigaflopsPerToken[precision];
  return {
    gigaflops,
    trainTokensPerSecond: gigaflops / train,
    sampleTokensPerSecond: gigaflops / sample,
    judgeTokensPerSecond: gigaflops / judge,
  };
}
