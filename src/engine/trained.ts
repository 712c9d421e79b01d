/**
 * What an engine trains, from nothing to files: a LoRA adapter, or (`trainable: "all"`, as in the paper) every weight of the
 * base. The second is kept in the same shape, tensors by graph input, with rank 0, and stands in for the base wherever the
 * first would stand beside it.
 */
import { createHash } from "node:crypto";
import { access, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { SeasError } from "../errors.ts";
import { openSafetensors, writeSafetensors } from "../formats/safetensors.ts";
import { readWeights } from "./base/weights-file.ts";
import type { BaseModel } from "./base-model.ts";
import type { Engine } from "./engine.ts";
import { freshLora, type Lora, loadLora, noLora, saveLora } from "./lora.ts";

/** The base as it is. */
export function untrained({ base, trainable }: Engine): Promise<Lora> {
  return trainable === "lora" ? Promise.resolve(noLora) : wholeBase(base);
}

/** What training begins with: a fresh adapter, or the weights of the base. */
export async function beginning(
  engine: Engine,
  { rank, alpha }: { readonly rank: number; readonly alpha: number },
  random: () => number,
): Promise<Lora> {
  return engine.trainable === "lora" ? freshLora(engine.base.config, rank, alpha, random) : wholeBase(engine.base);
}

/** Writes it into `folder`, and gives the sha256 of its tensors. */
export async function saveTrained({ base, trainable }: Engine, trained: Lora, folder: string): Promise<string> {
  if (trainable === "lora") return saveLora(trained, folder, base.name);
  await mkdir(folder, { recursive: true });
  const tensors = [...trained.tensors].map(([name, { data, dims }]) => [name, { data, shape: dims }] as const);
  await writeSafetensors(join(folder, wholeFile), new Map(tensors), { format: "pt" });
  return createHash("sha256")
    .update(await readFile(join(folder, wholeFile)))
    .digest("hex");
}

/**
 * Reads what {@link saveTrained} wrote.
 *
 * @throws SeasError E_MODEL when a tensor is missing or has another size than the base asks for; E_FORMAT for damaged files
 */
export async function loadTrained({ base, trainable }: Engine, folder: string): Promise<Lora> {
  return trainable === "lora" ? loadLora(folder, base.config) : loadWhole(base, folder);
}

/** Whether `folder` holds every weight of a model, and not an adapter. */
export async function isWhole(folder: string): Promise<boolean> {
  return access(join(folder, wholeFile)).then(
    () => true,
    () => false,
  );
}

/** Reads all weights that were trained; throws as {@link loadTrained}. */
export async function loadWhole(base: BaseModel, folder: string): Promise<Lora> {
  const file = await openSafetensors(join(folder, wholeFile));
  try {
    const tensors = new Map<string, { data: Float32Array; dims: readonly number[] }>();
    for (const [name, { shape: dims }] of base.weights.tensors) {
      const shape = file.tensors.get(name)?.shape;
      if (shape?.join() !== dims.join()) {
        throw new SeasError(
          "E_MODEL",
          `${folder}: ${name} is ${shape ? `[${shape}]` : "missing"}, expected [${dims}]`,
          { hint: "the weights belong to another base model" },
        );
      }
      tensors.set(name, { data: await file.readTensor(name), dims });
    }
    return { rank: 0, alpha: 0, tensors };
  } finally {
    await file.close();
  }
}

/** Weights as the decoders multiply with them: norms of Gemma 3 hold 1 + w. */
const wholeFile = "weights.safetensors";

async function wholeBase(base: BaseModel): Promise<Lora> {
  const tensors: [string, { data: Float32Array; dims: readonly number[] }][] = [];
  for (const [name, { shape }] of base.weights.tensors)
    tensors.push([name, { data: await readWeights(base.weights, name), dims: shape }]);
  return { rank: 0, alpha: 0, tensors: new Map(tensors) };
}
