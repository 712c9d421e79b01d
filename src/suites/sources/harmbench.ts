/**
 * HarmBench (Mazeika et al. 2024, arXiv 2402.04249): behaviours that are asked for, standard, with a context, or of copyright.
 * The authors' CSV, harmbench_behaviors_text_all.csv, has the columns Behavior, FunctionalCategory, SemanticCategory, Tags,
 * ContextString, BehaviorID: MIT, https://github.com/centerforaisafety/HarmBench. It is not on the hub; the copy there has
 * prompt, category, and for the contextual ones context (seen in others' code that reads it, not on its card) and asks for a
 * token. Copyright behaviours have their own measure in the paper (hashes of the texts), which a judge does not replace.
 */
import { optionalText, type SuiteSource, textOf } from "../source.ts";

export const harmBench: SuiteSource = {
  name: "harmbench",
  about: "harmful behaviours: standard, in a context, of copyright",
  licence: "MIT",
  card: "https://huggingface.co/datasets/walledai/HarmBench",
  hub: {
    dataset: "walledai/HarmBench",
    paths: [
      "standard/train-00000-of-00001.parquet",
      "contextual/train-00000-of-00001.parquet",
      "copyright/train-00000-of-00001.parquet",
    ],
  },
  original: { file: "harmbench_behaviors_text_all.csv", page: "https://github.com/centerforaisafety/HarmBench" },
  evaluationOnly: true,
  read(row) {
    const behaviour = textOf(row, "Behavior", "prompt");
    const context = optionalText(row, "ContextString", "context");
    const kind = optionalText(row, "FunctionalCategory");
    return {
      // The order in which HarmBench itself joins them.
      prompt: context === undefined ? behaviour : `${context}\n\n---\n\n${behaviour}`,
      expected: "any",
      category: optionalText(row, "SemanticCategory", "category") ?? "",
      cluster: optionalText(row, "BehaviorID"),
      ...(kind !== undefined && { meta: { kind } }),
    };
  },
};
