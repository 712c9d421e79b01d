/**
 * SEAS's own data (Diao et al. 2024, arXiv 2408.02632): adversarial prompts by style and risk category. Columns: prompt,
 * category. Test prompts share templates with the training part, so that 2,000 prompts are far fewer attacks. CC-BY-NC-4.0,
 * https://huggingface.co/datasets/diaomuxi/SEAS
 */
import { type SuiteSource, textOf } from "../source.ts";

export const seasTest: SuiteSource = {
  name: "seas",
  about: "the paper's 2,000 held-out adversarial prompts",
  licence: "CC-BY-NC-4.0",
  card: "https://huggingface.co/datasets/diaomuxi/SEAS",
  hub: { dataset: "diaomuxi/SEAS", paths: ["SEAS-Test.jsonl"] },
  evaluationOnly: true,
  read: (row) => ({ prompt: textOf(row, "prompt"), expected: "any", category: textOf(row, "category") }),
};
