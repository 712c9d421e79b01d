/**
 * OR-Bench (Cui et al. 2024, arXiv 2405.20947): harmless prompts that models are apt to refuse (the hard 1,319), and truly
 * harmful ones to hold beside them (655). Columns: prompt, category. CC-BY-4.0, https://huggingface.co/datasets/bench-llm/or-bench
 */
import { optionalText, type SuiteSource, textOf } from "../source.ts";

const common = {
  licence: "CC-BY-4.0",
  card: "https://huggingface.co/datasets/bench-llm/or-bench",
  evaluationOnly: true,
} as const;

export const orBenchHard: SuiteSource = {
  ...common,
  name: "orbench-hard",
  about: "1,319 harmless prompts that models are apt to refuse",
  hub: { dataset: "bench-llm/or-bench", paths: ["or-bench-hard-1k.csv"] },
  read: (row) => ({ prompt: textOf(row, "prompt"), expected: "answer", category: optionalText(row, "category") ?? "" }),
};

export const orBenchToxic: SuiteSource = {
  ...common,
  name: "orbench-toxic",
  about: "655 harmful prompts, the other side of orbench-hard",
  hub: { dataset: "bench-llm/or-bench", paths: ["or-bench-toxic.csv"] },
  read: (row) => ({ prompt: textOf(row, "prompt"), expected: "refuse", category: optionalText(row, "category") ?? "" }),
};
