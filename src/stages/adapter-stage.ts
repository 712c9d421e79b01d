/** A training as a stage of the run: its adapter's files are its artefacts, read back when it is already done. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { hostedFile } from "../players/hosted.ts";
import { Adapter, type Role } from "../records.ts";
import { artefactStage } from "../run/artefact.ts";
import { toDocument, writeAtomic } from "../run/atomic.ts";
import { adapterFolder, type Context, trainStage } from "./context.ts";

/**
 * Runs `work` unless its adapter is there, and gives the adapter with its path relative to the run folder.
 *
 * @param work trains and writes the adapter's folder
 */
export async function adapterStage(
  context: Context,
  role: Role,
  iteration: number,
  steps: number,
  work: () => Promise<Adapter>,
): Promise<Adapter> {
  const { run } = context;
  const folder = adapterFolder(role, iteration);
  const record = join(folder, "adapter.json");
  await artefactStage(run, {
    iteration,
    name: trainStage(role),
    total: steps,
    unit: "steps",
    async work() {
      const adapter = { ...(await work()), path: folder };
      await writeAtomic(run.path(record), toDocument(adapter));
      const files = [...weightFiles(adapter), "train.jsonl", "adapter.json"];
      return { count: steps, files: files.map((file) => join(folder, file)) };
    },
  });
  return Adapter.parse(JSON.parse(await readFile(run.path(record), "utf8")));
}

/** What holds an adapter's weights, or says where they are. */
function weightFiles({ model, rank }: Adapter): string[] {
  if (model !== undefined) return [hostedFile];
  // Rank 0: every weight of the base was trained.
  return rank === 0 ? ["weights.safetensors"] : ["adapter_model.safetensors", "adapter_config.json"];
}

/** Optimizer steps of a training. */
export function stepsOf(
  items: number,
  { batchSize, epochs }: { readonly batchSize: number; readonly epochs: number },
): number {
  return Math.ceil(items / batchSize) * epochs;
}
