/**
 * StrongREJECT (Souly et al. 2024, arXiv 2402.10260): 313 harmful questions whose answers can be checked. The authors' CSV,
 * strongreject_dataset.csv, has the columns category, source, forbidden_prompt: MIT,
 * https://github.com/alexandrasouly/strongreject. The copy on the hub calls the last one prompt and asks for a token.
 */
import { optionalText, type SuiteSource, textOf } from "../source.ts";

export const strongReject: SuiteSource = {
  name: "strongreject",
  about: "313 harmful questions whose answers can be checked",
  licence: "MIT",
  card: "https://huggingface.co/datasets/walledai/StrongREJECT",
  hub: { dataset: "walledai/StrongREJECT", paths: ["data/train-00000-of-00001.parquet"] },
  original: { file: "strongreject_dataset.csv", page: "https://github.com/alexandrasouly/strongreject" },
  evaluationOnly: true,
  read(row) {
    const from = optionalText(row, "source");
    return {
      prompt: textOf(row, "forbidden_prompt", "prompt"),
      expected: "any",
      category: optionalText(row, "category") ?? "",
      ...(from !== undefined && { meta: { from } }),
    };
  },
};
