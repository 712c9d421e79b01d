/**
 * LoRA adapters (Hu et al., 2106.09685) as plain tensors, and their files under PEFT's names: adapter_model.safetensors
 * and adapter_config.json load in peft, vLLM and SGLang as they are.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describeError, SeasError } from "../errors.ts";
import { openSafetensors, writeSafetensors } from "../formats/safetensors.ts";
import type { DecoderConfig } from "./base-model.ts";
import type { Tensor, Tensors } from "./graph/session.ts";
import { type LinearLayer, loraModules } from "./nets/linear.ts";

/** Matrices by graph input name, A (rank, in) and B (out, rank), and the scale alpha / rank. */
export interface Lora {
  readonly rank: number;
  readonly alpha: number;
  readonly tensors: ReadonlyMap<string, Tensor & { readonly data: Float32Array }>;
}

/** The two matrices of each layer by graph input name, with their sizes. */
export function loraSizes(layers: readonly LinearLayer[], rank: number): [name: string, dims: number[]][] {
  return layers.flatMap(({ name, inputs, outputs }): [string, number[]][] => [
    [`${name}.lora_A`, [rank, inputs]],
    [`${name}.lora_B`, [outputs, rank]],
  ]);
}

/**
 * A fresh adapter that changes nothing yet: A uniform in ±1/√in (PEFT's Kaiming initialisation with a = √5), B zero.
 *
 * @param random uniform numbers in [0, 1)
 */
export function freshLora(config: DecoderConfig, rank: number, alpha: number, random: () => number): Lora {
  const tensors = new Map<string, Tensor & { data: Float32Array }>();
  for (const { name, inputs, outputs } of loraModules(config)) {
    const bound = 1 / Math.sqrt(inputs);
    const a = Float32Array.from({ length: rank * inputs }, () => (2 * random() - 1) * bound);
    tensors.set(`${name}.lora_A`, { data: a, dims: [rank, inputs] });
    tensors.set(`${name}.lora_B`, { data: new Float32Array(outputs * rank), dims: [outputs, rank] });
  }
  return { rank, alpha, tensors };
}

/** The bare base. */
export const noLora: Lora = { rank: 0, alpha: 0, tensors: new Map() };

/** An adapter with matrices of its own. */
export function copyOf(lora: Lora): Lora {
  return { ...lora, tensors: new Map([...lora.tensors].map(([name, t]) => [name, { ...t, data: t.data.slice() }])) };
}

/** The adapter `share` of the way from one to another of the same sizes, matrix by matrix; 0 … 1. */
export function between(from: Lora, to: Lora, share: number): Lora {
  const tensors = [...to.tensors].map(([name, { data, dims }]) => {
    const start = from.tensors.get(name)!.data;
    return [name, { data: data.map((end, i) => start[i]! + share * (end - start[i]!)), dims }] as const;
  });
  return { ...to, tensors: new Map(tensors) };
}

/**
 * One adapter that does what two do one upon the other, the second trained on the base with the first merged in: A's below each other,
 * B's side by side, exact but for rounding. Its rank is the sum of theirs.
 */
export function stacked(first: Lora, second: Lora): Lora {
  const rank = first.rank + second.rank;
  const tensors = new Map<string, Tensor & { data: Float32Array }>();
  for (const [name, { data: a, dims }] of first.tensors) {
    if (!name.endsWith(".lora_A")) continue;
    const upper = name.replace(/A$/, "B");
    const [inputs, outputs] = [dims[1]!, first.tensors.get(upper)!.dims[0]!];
    const both = new Float32Array(rank * inputs);
    both.set(a);
    both.set(second.tensors.get(name)!.data, a.length);
    tensors.set(name, { data: both, dims: [rank, inputs] });
    const b = new Float32Array(outputs * rank);
    let column = 0;
    for (const lora of [first, second]) {
      const { data } = lora.tensors.get(upper)!;
      const scale = lora.alpha / lora.rank;
      for (let row = 0; row < outputs; row++)
        for (let i = 0; i < lora.rank; i++) b[row * rank + column + i] = scale * data[row * lora.rank + i]!;
      column += lora.rank;
    }
    tensors.set(upper, { data: b, dims: [outputs, rank] });
  }
  return { rank, alpha: rank, tensors };
}

/** The adapter with `share` of its effect. */
export function weakened(lora: Lora, share: number): Lora {
  const tensors = [...lora.tensors].map(([name, { data, dims }]) => {
    return [name, { data: name.endsWith(".lora_B") ? data.map((x) => share * x) : data, dims }] as const;
  });
  return { ...lora, tensors: new Map(tensors) };
}

/** Graph inputs of an adapter; all weights of a base (rank 0) have no scale. */
export function loraFeeds(lora: Lora): Tensors {
  const scale = { data: Float32Array.of(lora.alpha / Math.max(1, lora.rank)), dims: [] };
  return { lora_scale: scale, ...Object.fromEntries(lora.tensors) };
}

/** All linear layers, as PEFT and TRL name them. */
export const targetModules = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

const prefix = "base_model.model.model.";

/** Writes PEFT's two files into `folder` and gives the sha256 of the weights. */
export async function saveLora(lora: Lora, folder: string, baseName: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const named = [...lora.tensors].map(
    ([name, { data, dims }]) => [`${prefix}${name}.weight`, { data, shape: dims }] as const,
  );
  const file = join(folder, "adapter_model.safetensors");
  await writeSafetensors(file, new Map(named), { format: "pt" });
  const config = {
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    base_model_name_or_path: baseName,
    r: lora.rank,
    lora_alpha: lora.alpha,
    lora_dropout: 0,
    bias: "none",
    fan_in_fan_out: false,
    inference_mode: true,
    use_rslora: false,
    use_dora: false,
    target_modules: targetModules,
  };
  await writeFile(join(folder, "adapter_config.json"), `${JSON.stringify(config, null, 2)}\n`);
  return createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
}

/**
 * Reads an adapter that PEFT or we wrote.
 *
 * @throws SeasError E_MODEL when a file is missing or says nothing usable, or a matrix is missing or has another size
 *   than the base asks for; E_FORMAT for damaged weights
 */
export async function loadLora(folder: string, config: DecoderConfig): Promise<Lora> {
  const { rank, alpha } = await readConfig(join(folder, "adapter_config.json"));
  const file = await openSafetensors(join(folder, "adapter_model.safetensors"));
  try {
    const tensors = new Map<string, Tensor & { data: Float32Array }>();
    for (const [name, dims] of loraSizes(loraModules(config), rank)) {
      const stored = file.tensors.get(`${prefix}${name}.weight`);
      if (stored === undefined || stored.shape.join() !== dims.join()) {
        throw new SeasError(
          "E_MODEL",
          `${folder}: ${name} is ${stored ? `[${stored.shape}]` : "missing"}, expected [${dims}]`,
          {
            hint: "the adapter belongs to another base model, or leaves out layers",
          },
        );
      }
      tensors.set(name, { data: await file.readTensor(`${prefix}${name}.weight`), dims });
    }
    return { rank, alpha, tensors };
  } finally {
    await file.close();
  }
}

/** Settings of PEFT's under which the same matrices mean something else. */
const otherMeanings = ["use_rslora", "use_dora", "rank_pattern", "alpha_pattern", "modules_to_save"];

async function readConfig(path: string): Promise<{ readonly rank: number; readonly alpha: number }> {
  let settings: Readonly<Record<string, unknown>> | null;
  try {
    settings = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new SeasError("E_MODEL", `${path}: cannot be read: ${describeError(cause)}`, {
      cause,
      hint: "an adapter is a folder with adapter_config.json and adapter_model.safetensors",
    });
  }
  const rank = settings?.r;
  const alpha = settings?.lora_alpha;
  if (typeof rank !== "number" || typeof alpha !== "number" || !Number.isInteger(rank) || rank < 1) {
    throw new SeasError(
      "E_MODEL",
      `${path}: r is ${String(rank)}, lora_alpha is ${String(alpha)}; r must be a positive integer, lora_alpha a number`,
    );
  }
  const other = otherMeanings.find((name) => isSet(settings?.[name]));
  if (other !== undefined)
    throw new SeasError("E_MODEL", `${path}: ${other} is not supported`, { hint: "train plain LoRA matrices" });
  return { rank, alpha };
}

function isSet(value: unknown): boolean {
  return typeof value === "object" && value !== null ? Object.keys(value).length > 0 : value === true;
}
