/**
 * Reads a prompt data set of others: JSON lines of {prompt, category}, the form in which SEAS's own data is
 * published (its data card; one type of the paper's 14 for each prompt). Other keys are ignored, and any category
 * is accepted as its own.
 */
import { z } from "zod";
import { SeasError } from "../errors.ts";
import { readJsonl } from "../formats/jsonl.ts";
import type { Prompt } from "../records.ts";
import { hashId } from "./ids.ts";
import { categoryId, findAttackType } from "./taxonomy.ts";

const Row = z.object({
  prompt: z.string().refine((text) => text.trim() !== "", "is empty"),
  category: z.string().refine((name) => categoryId(name) !== "", "has no letter or digit"),
});

/**
 * The file's prompts, in its order, white space at the end of each dropped; a repeated row counts once.
 * `style` is set where the category is one of the paper's attack styles.
 *
 * @throws SeasError E_DATA for a file without rows; for a bad row what the JSONL reader throws: file, line, reason
 */
export async function readDataset(path: string): Promise<Prompt[]> {
  const prompts = new Map<string, Prompt>();
  for await (const { value } of readJsonl(path, Row)) {
    const text = value.prompt.trimEnd();
    const category = categoryId(value.category);
    const id = hashId("imported", category, text);
    const style = findAttackType(category)?.kind === "style" ? { style: category } : {};
    prompts.set(id, { id, iteration: 0, text, category, ...style, seedIds: [], author: "hand" });
  }
  if (prompts.size === 0) {
    throw new SeasError("E_DATA", `${path}: 0 rows`, { hint: 'expected one {"prompt": …, "category": …} a line' });
  }
  return [...prompts.values()];
}
