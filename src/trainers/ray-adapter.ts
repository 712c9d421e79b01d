/** What a job left, looked at before it is believed: an adapter of this base, whole, of numbers, that changes something. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { BaseModel } from "../engine/base-model.ts";
import { type Lora, loadLora } from "../engine/lora.ts";
import { SeasError } from "../errors.ts";
import { cleaned } from "./trl-log.ts";

/**
 * The adapter in a folder.
 *
 * @param trained the model that the job was given, as the cluster knows it; undefined = the program may call it as it likes
 * @throws SeasError E_MODEL or E_FORMAT that says what is wrong with it
 */
export async function adapterOf(folder: string, base: BaseModel, trained: string | undefined): Promise<Lora> {
  const lora = await loadLora(folder, base.config);
  const settings: unknown = JSON.parse(await readFile(join(folder, "adapter_config.json"), "utf8"));
  const { base_model_name_or_path: of } = z.object({ base_model_name_or_path: z.string().nullish() }).parse(settings);
  if (trained !== undefined && of && plain(of) !== plain(trained))
    throw new SeasError("E_MODEL", `${folder} is an adapter of ${cleaned(of).slice(0, 200)}, not of ${trained}`, {
      hint: "another program has written into that folder",
    });
  let changes = false;
  for (const [name, { data }] of lora.tensors) {
    if (!data.every(Number.isFinite))
      throw new SeasError("E_MODEL", `${folder}: ${name} holds what is no number`, {
        hint: "training has diverged: take a lower `learningRate`",
      });
    changes ||= name.endsWith(".lora_B") && data.some((x) => x !== 0);
  }
  if (!changes)
    throw new SeasError("E_MODEL", `${folder}: the adapter changes nothing`, {
      hint: "no step was made: are all prompts longer than `maxLength`, or has `warmupRatio` left no step at a rate above 0?",
    });
  return lora;
}

function plain(path: string): string {
  return path.replace(/\/+$/, "");
}
