/**
 * A stage that writes rows: inputs in, exactly `rowsPerInput` rows of each out, in order, a batch at a time.
 * Killed anywhere and called again, it ends with the same bytes, as long as `work` depends on nothing but its batch.
 * Nothing of it is held: inputs may be read as they are needed, and rows are told of once (`onRow`), then forgotten.
 */
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import type { z } from "zod";
import { SeasError } from "../errors.ts";
import type { RunEvent } from "../seams.ts";
import { makeFolder, onDisk, toLine } from "./atomic.ts";
import { type BatchUsage, batchUsage } from "./batch-usage.ts";
import { checkedDone, writeDone } from "./done.ts";
import { batchesOf, type Inputs } from "./inputs.ts";
import type { Run } from "./run.ts";
import { cutToWholeBatches, parseRow } from "./whole-batches.ts";

/** What a batch of work is told. */
export interface BatchContext {
  /** 0 … ; the same for the same inputs in every session. Derive seeds from it or from the inputs. */
  readonly batchIndex: number;
  readonly signal?: AbortSignal;
  /** Tokens since the last call, for the live rate. */
  onTokens(tokens: number): void;
}

/** A row stage. */
export interface RowStage<I, O> {
  readonly iteration: number;
  /** The file is `<iteration>/<name>.jsonl`. */
  readonly name: string;
  /** Rows are checked against it as they will be read back. */
  readonly schema: z.ZodType<O>;
  readonly inputs: Inputs<I>;
  /** Rows that each input makes, at least 1. */
  readonly rowsPerInput: number;
  /** Inputs of a batch, at least 1. */
  readonly batchSize: number;
  /** What the rows are, in the plural, for the display. */
  readonly unit: string;
  work(batch: readonly I[], context: BatchContext): Promise<readonly O[]>;
  /** Is told each row on file, in order and as it is read back, those of earlier sessions too, before the next batch. */
  onRow?(row: O): void;
  /** Tokens that a row cost; summed into the mark. */
  tokens?(row: O): number;
  /** An event worth showing for a row and its input; at most one a batch and one in two seconds is reported. */
  sample?(row: O, input: I): RunEvent | undefined;
  readonly signal?: AbortSignal;
}

const SAMPLE_INTERVAL = 2000; // ms

/**
 * Runs a row stage, or what is left of it.
 *
 * @throws SeasError E_CANCELLED when the signal fires (finished batches are kept), E_DISK, E_RUN when a finished
 * file has changed; and whatever `work` throws
 */
export async function rowStage<I, O>(run: Run, spec: RowStage<I, O>): Promise<void> {
  const { iteration, name, inputs, rowsPerInput, batchSize } = spec;
  if (!(rowsPerInput >= 1 && batchSize >= 1))
    throw new Error(`${name}: rowsPerInput ${rowsPerInput}, batchSize ${batchSize}`);
  const stage = { iteration, stage: name };
  const total = inputs.length * rowsPerInput;
  const start = performance.now();
  const file = `${iteration}/${name}.jsonl`;
  const path = run.path(file);

  run.report({ type: "stage-start", ...stage, total, unit: spec.unit });
  const done = await checkedDone(run, iteration, name, total);
  if (done !== undefined) {
    run.report({ type: "stage-end", ...stage, seconds: done.seconds, resumed: true, note: "already done" });
    return;
  }
  if (run.finished) throw new SeasError("E_RUN", `${run.dir} is finished, but has no ${file} that is`);

  await makeFolder(dirname(path));
  let tokens = 0;
  const kept = await cutToWholeBatches(path, {
    schema: spec.schema,
    rowsPerBatch: rowsPerInput * batchSize,
    total,
    onRow(row) {
      tokens += spec.tokens?.(row) ?? 0;
      spec.onRow?.(row);
    },
  });
  if (kept.droppedBytes > 0) {
    run.report({
      type: "note",
      text: `${file}: ${kept.rows} of ${total} rows kept; ${kept.droppedBytes} bytes of an unfinished batch made again`,
    });
  }
  const batches = Math.ceil(kept.rows / (rowsPerInput * batchSize));
  const servers = await batchUsage(run, iteration, name, batches);
  const output = await onDisk(path, () => open(path, "a"));
  try {
    const at = { output, path, kept: { rows: kept.rows, tokens }, total, servers };
    tokens = await writeBatches(run, spec, at);
  } finally {
    await output.close();
  }
  const seconds = run.secondsBefore(iteration, name) + (performance.now() - start) / 1000;
  await writeDone(run, { iteration, name, count: total, files: [file], seconds, tokens, servers: servers.sum() });
  await servers.remove();
  run.report({ type: "stage-end", ...stage, seconds, resumed: kept.rows > 0 });
}

/** Writes the batches after what was kept; gives the tokens of the whole stage. */
async function writeBatches<I, O>(
  run: Run,
  spec: RowStage<I, O>,
  at: {
    output: FileHandle;
    path: string;
    kept: { rows: number; tokens: number };
    total: number;
    servers: BatchUsage;
  },
): Promise<number> {
  const { iteration, name, inputs, rowsPerInput, batchSize, signal } = spec;
  const { output, path, kept, total, servers } = at;
  let { rows, tokens } = kept;
  let lastSample = Number.NEGATIVE_INFINITY;
  let live = 0; // tokens of the running batch
  const progress = (): void =>
    run.report({ type: "progress", iteration, stage: name, done: rows, total, tokens: tokens + live });

  run.usage(); // what came to nothing before is not this stage's
  if (rows > 0) progress();
  let batchIndex = rows / rowsPerInput / batchSize;
  for await (const batch of rows < total ? batchesOf(inputs, rows / rowsPerInput, batchSize) : []) {
    const context: BatchContext = {
      batchIndex,
      ...(signal && { signal }),
      onTokens(more) {
        live += more;
        progress();
      },
    };
    const made = await orCancelled(signal, `${name} stopped at ${rows} of ${total} ${spec.unit}`, () =>
      spec.work(batch, context),
    );
    if (made.length !== batch.length * rowsPerInput) {
      throw new Error(`${name}: batch ${batchIndex} made ${made.length} rows, not ${batch.length} × ${rowsPerInput}`);
    }
    const lines = made.map(toLine);
    const values = lines.map((line, i) => readBack(line, spec.schema, `${name}: row ${rows + i}`));
    // Before the rows: rows on file have theirs on file, and what has no rows is dropped when the batch is made again.
    await servers.add(batchIndex, run.usage());
    await onDisk(path, () => output.appendFile(lines.join("")));

    rows += made.length;
    tokens += spec.tokens === undefined ? live : values.reduce((sum, row) => sum + (spec.tokens?.(row) ?? 0), 0);
    live = 0;
    batchIndex++;
    for (const value of values) spec.onRow?.(value);
    progress();
    if (performance.now() - lastSample >= SAMPLE_INTERVAL) {
      const event = firstSample(values, batch, spec);
      if (event !== undefined) {
        run.report(event);
        lastSample = performance.now();
      }
    }
  }
  if (rows !== total) throw new Error(`${name}: inputs ended after ${rows} of ${total} rows`);
  return tokens;
}

/** The row that a later session will find: what `onRow` is told must not depend on which session wrote it. */
function readBack<O>(line: string, schema: z.ZodType<O>, label: string): O {
  const row = parseRow(line, schema);
  if (row === undefined) throw new Error(`${label} does not match its schema: ${line.slice(0, 500)}`);
  return row.value;
}

function firstSample<I, O>(rows: readonly O[], batch: readonly I[], spec: RowStage<I, O>): RunEvent | undefined {
  for (const [i, row] of rows.entries()) {
    const event = spec.sample?.(row, batch[Math.floor(i / spec.rowsPerInput)]!);
    if (event !== undefined) return event;
  }
  return undefined;
}

async function orCancelled<T>(signal: AbortSignal | undefined, where: string, work: () => Promise<T>): Promise<T> {
  const cancelled = (cause?: unknown) =>
    new SeasError("E_CANCELLED", where, { hint: "start again to go on from there", cause });
  if (signal?.aborted) throw cancelled(signal.reason);
  try {
    return await work();
  } catch (error) {
    throw signal?.aborted ? cancelled(error) : error;
  }
}
