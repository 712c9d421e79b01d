/** The benchmark's table in Markdown. */

import type { Peaks } from "./machine.ts";
import type { Line, Mode } from "./work.ts";

/** One line's seconds (or MiB) in one mode, round by round. The peer's fastest setting of each round counts. */
export interface Measured {
  readonly line: Line;
  readonly mode: Mode;
  readonly ours: readonly number[];
  readonly peer: readonly number[];
}

/** How much of what the machine can do a work of ours used; see bench/ours.ts. */
export interface Share {
  readonly key: string;
  readonly mode: Mode;
  readonly operations: readonly [number, number];
  readonly seconds: number;
}

interface Head {
  readonly peaks: Peaks;
  readonly origin: string;
  readonly rounds: number;
  /** Of the peers' packages. */
  readonly versions: Readonly<Record<string, unknown>>;
  readonly shares: readonly Share[];
  /** Sentences of what was measured once. */
  readonly once: readonly string[];
}

export function table(measured: readonly Measured[], head: Head): string {
  const { peaks, origin, rounds, versions, shares: used, once } = head;
  const rows = measured.map(({ line, mode, ours, peer }) => {
    const { least, aim } = line.bars[mode];
    const bar = line.smaller ? `≤ ${least} / ${aim ?? "–"}` : `≥ ${least} / ${aim ?? "–"}`;
    const ratio = line.smaller ? median(ours) / median(peer) : median(peer) / median(ours);
    const reached = (wanted: number) => (line.smaller ? ratio <= wanted : ratio >= wanted);
    const verdict = reached(least) ? (aim !== undefined && reached(aim) ? "aim" : "least") : "short";
    const outcome = peer.length === 0 ? ["", bar, ""] : [ratio.toFixed(2), bar, verdict];
    return [line.name, mode, range(ours), peer.length === 0 ? "" : range(peer), line.unit, ...outcome];
  });
  const header = ["work", "mode", "ours", "peer", "unit", "ratio", "at least / aim", "reached"];
  const shares = used.map(({ key, mode, operations: [frozen, others], seconds }) => {
    const peak = 1e9 * (mode === "exact" ? peaks.float32Gflops : peaks.int8Gops);
    const least = frozen / peak + others / (1e9 * peaks.float32Gflops);
    return `${key}: products with weights alone would take ${Math.round((100 * least) / seconds)} % of the time at the machine's peak.`;
  });
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const { processor, cores, float32Gflops, int8Gops, readGBs } = peaks;
  return [
    `${processor}, ${cores} cores, 2 threads, Node ${process.version}; at most ${float32Gflops.toFixed(0)} GF/s in float32, ${int8Gops.toFixed(0)} G-op/s in int8, ${readGBs.toFixed(0)} GB/s read.`,
    `Model: ${origin}. Rounds in turns: ${rounds}. Medians and their range; the ratio is that of the medians.`,
    ...(Object.keys(versions).length === 0 ? [] : [`Peers: ${JSON.stringify(versions)}.`]),
    "",
    ...(rows.length === 0 ? [] : [line(header), line(header.map(() => "---")), ...rows.map(line), ""]),
    ...[...shares, ...once].flatMap((sentence) => [sentence, ""]),
  ].join("\n");
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** `2.31 (2.25–2.60)` */
function range(values: readonly number[]): string {
  const digits = Math.max(...values) >= 100 ? 0 : 2;
  const show = (x: number) => x.toFixed(digits);
  return `${show(median(values))} (${show(Math.min(...values))}–${show(Math.max(...values))})`;
}
