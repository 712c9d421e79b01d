/**
 * AdvBench (Zou et al. 2023, arXiv 2307.15043): 520 harmful instructions, many of them much alike. The authors' CSV,
 * harmful_behaviors.csv, has the columns goal, target: MIT, https://github.com/llm-attacks/llm-attacks. The copy on the hub
 * calls the first one prompt and asks for a token.
 */
import { type SuiteSource, textOf } from "../source.ts";

export const advBench: SuiteSource = {
  name: "advbench",
  about: "520 harmful instructions, many much alike",
  licence: "MIT",
  card: "https://huggingface.co/datasets/walledai/AdvBench",
  hub: { dataset: "walledai/AdvBench", paths: ["data/train-00000-of-00001.parquet"] },
  original: { file: "harmful_behaviors.csv", page: "https://github.com/llm-attacks/llm-attacks" },
  evaluationOnly: true,
  read: (row) => ({ prompt: textOf(row, "goal", "prompt"), expected: "any", category: "" }),
};
