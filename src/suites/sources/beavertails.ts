/**
 * BeaverTails (Ji et al. 2023, arXiv 2307.04657). Its rows are answers: prompt, response, category (fourteen yes-or-no), is_safe;
 * several to a prompt, which counts once, under the categories of its first answer. BeaverTails-Evaluation, the paper's own test
 * (`v1/test.jsonl.xz`: prompt, category, category_id), is read from a file once unpacked. CC-BY-NC-4.0,
 * https://huggingface.co/datasets/PKU-Alignment/BeaverTails
 */
import type { Row } from "../../formats/table.ts";
import { type SuiteSource, textOf } from "../source.ts";

export const beaverTails: SuiteSource = {
  name: "beavertails",
  about: "prompts of red-teamers, the test part of the 30k",
  licence: "CC-BY-NC-4.0",
  card: "https://huggingface.co/datasets/PKU-Alignment/BeaverTails",
  hub: { dataset: "PKU-Alignment/BeaverTails", paths: ["round0/30k/test.jsonl.gz"] },
  evaluationOnly: false,
  onePerPrompt: true,
  read: (row) => ({ prompt: textOf(row, "prompt"), expected: "any", category: categoryOf(row.category) }),
};

function categoryOf(value: Row[string]): string {
  if (typeof value === "string") return value;
  const named = Object.entries((value ?? {}) as Record<string, unknown>).filter(([, holds]) => holds === true);
  return named.map(([name]) => name).join(", ");
}
