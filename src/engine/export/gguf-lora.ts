/**
 * A LoRA adapter as llama.cpp loads it: the layout of its convert_lora_to_gguf.py. A and B keep PEFT's orientation; where
 * GGUF orders the rows of a base matrix anew for rope, those of B are ordered the same way.
 */
import { type GgufWritable, type GgufWritableTensor, writeGguf } from "../../formats/gguf-write.ts";
import { decoderTensors, interleaveRopeHalves } from "../base/decoder-tensors.ts";
import type { DecoderConfig } from "../base-model.ts";
import type { Lora } from "../lora.ts";
import { loraModules } from "../nets/linear.ts";

/**
 * Writes the adapter to `path`, whole or not at all.
 *
 * @param name what the file calls the adapter
 * @throws SeasError E_DISK
 */
export async function writeGgufLora(lora: Lora, config: DecoderConfig, name: string, path: string): Promise<void> {
  const metadata: Record<string, GgufWritable> = {
    "general.type": { string: "adapter" },
    "general.architecture": { string: architectureOf(config) },
    "general.name": { string: name },
    "adapter.type": { string: "lora" },
    "adapter.lora.alpha": { float32: lora.alpha },
  };
  const places = new Map(decoderTensors(config).map((tensor) => [tensor.name, tensor]));
  const tensors = new Map<string, GgufWritableTensor>();
  for (const module of loraModules(config)) {
    const { ggufName, ropeHeads } = places.get(`model.${module.name}.weight`)!;
    const a = lora.tensors.get(`${module.name}.lora_A`)!; // (rank, in)
    const b = lora.tensors.get(`${module.name}.lora_B`)!; // (out, rank)
    const rows = ropeHeads === 0 ? b.data : interleaveRopeHalves(b.data, ropeHeads, lora.rank);
    tensors.set(`${ggufName}.lora_a`, { shape: a.dims, data: a.data });
    tensors.set(`${ggufName}.lora_b`, { shape: b.dims, data: rows });
  }
  await writeGguf(path, metadata, tensors);
}

/** GGUF's name of the family: Mistral's files call themselves llama. */
function architectureOf({ architecture }: DecoderConfig): string {
  return architecture === "mistral" ? "llama" : architecture;
}
