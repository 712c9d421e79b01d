/**
 * WildJailbreak (Jiang et al. 2024, arXiv 2406.18510): jailbreaks composed from tactics seen in the wild, and harmless prompts
 * in the same dress. eval.tsv: adversarial, label, data_type; train.tsv: vanilla, adversarial, completion, data_type, where a
 * plain row has its prompt in vanilla. ODC-BY, gated: https://huggingface.co/datasets/allenai/wildjailbreak
 */
import { SeasError } from "../../errors.ts";
import { optionalText, type SuiteSource, textOf } from "../source.ts";

export const wildJailbreak: SuiteSource = {
  name: "wildjailbreak",
  about: "jailbreaks from tactics seen in the wild, and harmless prompts in their dress",
  licence: "ODC-BY, gated",
  card: "https://huggingface.co/datasets/allenai/wildjailbreak",
  hub: { dataset: "allenai/wildjailbreak", paths: ["eval/eval.tsv"] },
  evaluationOnly: false,
  read(row) {
    const type = textOf(row, "data_type");
    const kind = /^(?:adversarial|vanilla)_(harmful|benign)$/.exec(type)?.[1];
    if (kind === undefined) {
      throw new SeasError("E_DATA", `data_type is \`${type.slice(0, 60)}\``, {
        hint: "adversarial_harmful, adversarial_benign, vanilla_harmful or vanilla_benign",
      });
    }
    const vanilla = optionalText(row, "vanilla");
    return {
      prompt: type.startsWith("vanilla") && vanilla !== undefined ? vanilla : textOf(row, "adversarial", "vanilla"),
      expected: kind === "harmful" ? "any" : "answer",
      category: type,
      // Jailbreaks that were made of one request hang together.
      cluster: vanilla,
    };
  },
};
