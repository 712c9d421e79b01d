/**
 * What was trained, in the files that other programs load: PEFT's two, a GGUF adapter for llama.cpp, or the base with the
 * adapter merged in as a Hugging Face folder.
 */
import { copyFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { SeasError } from "../../errors.ts";
import type { BaseModel } from "../base-model.ts";
import { type Lora, loadLora } from "../lora.ts";
import { isWhole, loadWhole } from "../trained.ts";
import { writeGgufLora } from "./gguf-lora.ts";
import { writeMerged } from "./merged.ts";
import { freePath, writeWholeFolder } from "./whole-path.ts";

/** What to write, and where. `adapter` is a folder that training wrote, `out` a path where nothing is yet. */
export type AdapterExport = { readonly out: string; readonly signal?: AbortSignal } & (
  | {
      /** A folder with adapter_model.safetensors and adapter_config.json, as they were saved. */
      readonly format: "peft";
      readonly adapter: string;
    }
  | {
      /** One file for llama.cpp, beside a GGUF file of the base. */
      readonly format: "gguf";
      readonly adapter: string;
      readonly base: BaseModel;
    }
  | {
      /** A folder with config.json, model.safetensors in float32, and the tokenizer. */
      readonly format: "merged";
      /** PEFT's files, or all weights where those were trained; undefined = the base as it is. */
      readonly adapter: string | undefined;
      readonly base: BaseModel;
    }
);

/**
 * Writes an adapter for other programs; whole or not at all.
 *
 * @returns the absolute path of what was written
 * @throws SeasError E_USAGE when something is at `out` already; E_MODEL or E_FORMAT when the adapter's files are missing or
 *   damaged, or it belongs to another base; E_DISK
 * @example
 * const base = await openBaseModel("smollm2-135m-instruct");
 * await exportAdapter({ format: "gguf", adapter: "runs/NAME/3/adapters/target", base, out: "target.gguf" });
 */
export async function exportAdapter(options: AdapterExport): Promise<string> {
  const out = await freePath(options.out);
  if (options.format !== "merged" && (await isWhole(options.adapter))) {
    throw new SeasError("E_USAGE", `${options.adapter} holds all weights of a model, not an adapter`, {
      hint: "--format merged writes the model",
    });
  }
  if (options.format === "peft") {
    await writeWholeFolder(out, (folder) => copyAdapter(options.adapter, folder));
    return out;
  }
  const { adapter, base, signal } = options;
  const lora = adapter === undefined ? undefined : await trainedFrom(adapter, base);
  signal?.throwIfAborted();
  if (options.format === "merged") await writeWholeFolder(out, (folder) => writeMerged(base, lora, folder, signal));
  else await writeGgufLora(lora!, base.config, basename(out, ".gguf"), out);
  return out;
}

async function trainedFrom(folder: string, base: BaseModel): Promise<Lora> {
  return (await isWhole(folder)) ? loadWhole(base, folder) : loadLora(folder, base.config);
}

async function copyAdapter(adapter: string, folder: string): Promise<void> {
  for (const name of ["adapter_config.json", "adapter_model.safetensors"]) {
    try {
      await copyFile(join(adapter, name), join(folder, name));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
      throw new SeasError("E_MODEL", `${join(adapter, name)} is missing`, {
        hint: "an adapter is a folder with adapter_config.json and adapter_model.safetensors",
        cause,
      });
    }
  }
}
