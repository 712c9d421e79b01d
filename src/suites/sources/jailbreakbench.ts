/**
 * JailbreakBench behaviours (Chao et al. 2024, arXiv 2404.01318): 100 harmful and 100 harmless ones on the same themes.
 * Columns of both files: Index, Goal, Target, Behavior, Category, Source. Neither says of which kind its rows are, so the two
 * are two suites. MIT, https://huggingface.co/datasets/JailbreakBench/JBB-Behaviors
 */
import type { Row } from "../../formats/table.ts";
import { optionalText, type SuiteSource, textOf } from "../source.ts";

const common = {
  licence: "MIT",
  card: "https://huggingface.co/datasets/JailbreakBench/JBB-Behaviors",
  evaluationOnly: true,
} as const;

const goalOf = (row: Row) => ({
  prompt: textOf(row, "Goal"),
  category: optionalText(row, "Category") ?? "",
  cluster: optionalText(row, "Behavior"),
});

export const jailbreakBench: SuiteSource = {
  ...common,
  name: "jailbreakbench",
  about: "100 harmful behaviours",
  hub: { dataset: "JailbreakBench/JBB-Behaviors", paths: ["data/harmful-behaviors.csv"] },
  read: (row) => ({ ...goalOf(row), expected: "any" }),
};

export const jailbreakBenchBenign: SuiteSource = {
  ...common,
  name: "jailbreakbench-benign",
  about: "100 harmless behaviours on the themes of jailbreakbench",
  hub: { dataset: "JailbreakBench/JBB-Behaviors", paths: ["data/benign-behaviors.csv"] },
  read: (row) => ({ ...goalOf(row), expected: "answer" }),
};
