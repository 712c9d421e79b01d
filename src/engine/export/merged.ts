/**
 * A base with an adapter added to its matrices, or with the weights that were trained in its place, as a Hugging Face folder
 * in float32: config.json, model.safetensors, tokenizer. One tensor of the base at a time is in memory.
 */
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeSafetensors } from "../../formats/safetensors.ts";
import { requireSpace } from "../base/cache.ts";
import { decoderTensors } from "../base/decoder-tensors.ts";
import { configToHub } from "../base/hub-config-write.ts";
import { readWeights } from "../base/weights-file.ts";
import type { BaseModel } from "../base-model.ts";
import type { Lora } from "../lora.ts";
import { loraModules } from "../nets/linear.ts";
import { writeTokenizerFiles } from "./tokenizer-files.ts";
import { outHint } from "./whole-path.ts";

/**
 * Fills `folder`, which exists.
 *
 * @param trained an adapter, or all weights (rank 0); undefined = the base as it is
 * @throws SeasError E_DISK, and E_MODEL when the base's tokenizer files cannot be read any more
 */
export async function writeMerged(
  base: BaseModel,
  trained: Lora | undefined,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  const { config, weights } = base;
  const tensors = decoderTensors(config);
  const count = tensors.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  await requireSpace(folder, 4 * count, outHint);
  await writeFile(join(folder, "config.json"), `${JSON.stringify(await hubConfig(base), null, 2)}\n`);
  await writeTokenizerFiles(base, folder);
  const modules = new Map(loraModules(config).map((module) => [`model.${module.name}.weight`, module.name]));
  const rows = tensors.map(({ name, shape, plusOne }) => {
    const module = modules.get(name);
    const data = async () => {
      signal?.throwIfAborted();
      const values = trained?.tensors.get(name)?.data.slice() ?? (await readWeights(weights, name));
      if (trained !== undefined && trained.rank > 0 && module !== undefined) addProduct(values, trained, module);
      return plusOne ? values.map((w) => w - 1) : values;
    };
    return [name, { shape, data }] as const;
  });
  await writeSafetensors(join(folder, "model.safetensors"), new Map(rows), { format: "pt" });
}

/** The folder's own config.json, but for the numbers that the weights are in; one of ours where the base is a GGUF file. */
async function hubConfig({ path, config }: BaseModel): Promise<Readonly<Record<string, unknown>>> {
  if (path.endsWith(".gguf")) return configToHub(config);
  const folder = path.endsWith(".safetensors") ? dirname(path) : path;
  const { dtype: _, quantization_config: __, ...own } = JSON.parse(await readFile(join(folder, "config.json"), "utf8"));
  return { ...own, torch_dtype: "float32" };
}

/** values += alpha / rank · B·A of one module; values (out, in). Sums in float64, rounded once a row. */
function addProduct(values: Float32Array, lora: Lora, module: string): void {
  const a = lora.tensors.get(`${module}.lora_A`)!; // (rank, in)
  const b = lora.tensors.get(`${module}.lora_B`)!; // (out, rank)
  const [outputs, rank] = b.dims as [number, number];
  const inputs = a.dims[1]!;
  const scale = lora.alpha / rank;
  const sums = new Float64Array(inputs);
  for (let o = 0; o < outputs; o++) {
    const row = values.subarray(o * inputs, (o + 1) * inputs);
    sums.set(row);
    for (let r = 0; r < rank; r++) {
      const factor = scale * b.data[o * rank + r]!;
      for (let i = 0; i < inputs; i++) sums[i]! += factor * a.data[r * inputs + i]!;
    }
    row.set(sums);
  }
}
