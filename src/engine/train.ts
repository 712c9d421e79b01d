/**
 * The training loop that SFT and DPO share: shuffled batches, gradients added up over parts that fit in memory,
 * clipping, AdamW, schedule, and checkpoints, so that interrupted training ends with the same bytes.
 */
import { access, rm } from "node:fs/promises";
import { join } from "node:path";
import { openSafetensors, writeSafetensors } from "../formats/safetensors.ts";
import { createRandom } from "../random.ts";
import type { Lora } from "./lora.ts";
import { type AdamState, adamState, adamStep, clipGradients, scheduleFactor } from "./optimizer.ts";

/** Hyper-parameters under TRL's names in camelCase. */
export interface TrainSettings {
  readonly learningRate: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly warmupRatio: number;
  readonly schedule: "linear" | "cosine" | "constant";
  readonly weightDecay: number;
  readonly maxGradNorm: number;
  readonly seed: number;
  /** Where a checkpoint lies while training is unfinished; none = no checkpoints. */
  readonly checkpoint?: string;
  /** Steps between checkpoints. @default 10 */
  readonly checkpointEvery?: number;
  readonly signal?: AbortSignal;
  readonly onStep?: (
    row: StepRow,
    progress: { readonly done: number; readonly total: number; readonly tokens: number },
  ) => void;
}

/** One line of train.jsonl, TRL's keys. */
export interface StepRow {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  readonly learning_rate: number;
  readonly grad_norm: number;
  readonly [metric: string]: number;
}

/** What one batch gave: gradients by LoRA matrix, the metrics of its row, and the tokens it took. */
export interface BatchResult {
  readonly gradients: Map<string, { readonly data: Float32Array }>;
  readonly metrics: Readonly<Record<string, number>> & { readonly loss: number };
  readonly tokens: number;
}

/**
 * Trains `lora` in place and gives the rows of train.jsonl.
 *
 * @param groups indices of the items; those of a group stay neighbours in every epoch's order
 * @param batchGradients gradients and metrics of one batch, given the indices of its items
 */
export async function train(
  lora: Lora,
  groups: readonly (readonly number[])[],
  settings: TrainSettings,
  batchGradients: (indices: readonly number[]) => Promise<BatchResult>,
): Promise<StepRow[]> {
  const perEpoch = Math.ceil(groups.flat().length / settings.batchSize);
  const total = perEpoch * settings.epochs;
  const resumed = settings.checkpoint === undefined ? undefined : await readCheckpoint(settings.checkpoint, lora);
  const state = resumed?.state ?? adamState(lora.tensors);
  const rows: StepRow[] = resumed?.rows ?? [];
  for (let step = rows.length; step < total; step++) {
    settings.signal?.throwIfAborted();
    const epoch = Math.floor(step / perEpoch);
    const order = createRandom(`order/${settings.seed}/${epoch}`).shuffle(groups).flat();
    const at = (step % perEpoch) * settings.batchSize;
    const { gradients, metrics, tokens } = await batchGradients(order.slice(at, at + settings.batchSize));
    const norm = clipGradients(gradients, settings.maxGradNorm);
    const learningRate = settings.learningRate * scheduleFactor(settings.schedule, step, total, settings.warmupRatio);
    adamStep(lora.tensors, gradients, state, step + 1, { learningRate, weightDecay: settings.weightDecay });
    const row: StepRow = {
      step: step + 1,
      epoch: (step + 1) / perEpoch,
      learning_rate: learningRate,
      grad_norm: norm,
      ...metrics,
    };
    rows.push(row);
    settings.onStep?.(row, { done: step + 1, total, tokens });
    const due = (step + 1) % (settings.checkpointEvery ?? 10) === 0 && step + 1 < total;
    if (settings.checkpoint !== undefined && due) await writeCheckpoint(settings.checkpoint, lora, state, rows);
  }
  return rows;
}

/** Adds `part` to `sum` in place. */
export function addGradients(
  sum: Map<string, { readonly data: Float32Array }>,
  part: ReadonlyMap<string, { readonly data: Float32Array }>,
): void {
  for (const [name, { data }] of part) {
    const into = sum.get(name)?.data;
    if (into === undefined) sum.set(name, { data });
    else for (let i = 0; i < into.length; i++) into[i] = into[i]! + data[i]!;
  }
}

/** Path of the checkpoint of an adapter folder. */
export function checkpointPath(folder: string): string {
  return join(folder, "checkpoint.safetensors");
}

/** Removes a checkpoint once the adapter it led to is written. */
export async function dropCheckpoint(path: string): Promise<void> {
  await rm(path, { force: true });
}

async function writeCheckpoint(path: string, lora: Lora, state: AdamState, rows: readonly StepRow[]): Promise<void> {
  const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const [name, { data, dims }] of lora.tensors) {
    tensors.set(`w.${name}`, { data, shape: dims });
    tensors.set(`m.${name}`, { data: state.m.get(name)!, shape: dims });
    tensors.set(`v.${name}`, { data: state.v.get(name)!, shape: dims });
  }
  await writeSafetensors(path, tensors, { rows: JSON.stringify(rows) });
}

async function readCheckpoint(
  path: string,
  lora: Lora,
): Promise<{ readonly state: AdamState; readonly rows: StepRow[] } | undefined> {
  if (
    await access(path).then(
      () => false,
      () => true,
    )
  )
    return undefined;
  const file = await openSafetensors(path);
  try {
    const state: AdamState = { m: new Map(), v: new Map() };
    for (const [name, { data }] of lora.tensors) {
      data.set(await file.readTensor(`w.${name}`));
      state.m.set(name, await file.readTensor(`m.${name}`));
      state.v.set(name, await file.readTensor(`v.${name}`));
    }
    return { state, rows: JSON.parse(file.metadata.rows ?? "[]") as StepRow[] };
  } finally {
    await file.close();
  }
}
