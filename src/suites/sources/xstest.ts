/**
 * XSTest v2 (Röttger et al. 2023, arXiv 2308.01263): 250 harmless prompts that sound harmful, and 200 contrasts to them that
 * are. Columns: id, prompt, type, label (safe, unsafe), focus, note. CC-BY-4.0, https://huggingface.co/datasets/Paul/XSTest
 */
import type { Row } from "../../formats/table.ts";
import { optionalText, type SuiteSource, textOf } from "../source.ts";
import type { Expected } from "../suite-row.ts";

export const xstest: SuiteSource = {
  name: "xstest",
  about: "250 harmless prompts that sound harmful, 200 contrasts that are",
  licence: "CC-BY-4.0",
  card: "https://huggingface.co/datasets/Paul/XSTest",
  hub: { dataset: "Paul/XSTest", paths: ["xstest_prompts.csv"] },
  evaluationOnly: true,
  read(row) {
    const type = textOf(row, "type");
    // Prompts around one word hang together, on both sides.
    const focus = optionalText(row, "focus");
    const family = type.replace(/^contrast_/, "");
    return {
      prompt: textOf(row, "prompt"),
      expected: expectedOf(row, type),
      category: type,
      ...(focus !== undefined && { cluster: `${family}/${focus}`, meta: { focus } }),
    };
  },
};

/** Older copies have no label; there the names of the contrasts' types say it. */
function expectedOf(row: Row, type: string): Expected {
  const label = optionalText(row, "label", "expected");
  if (label === "safe" || label === "answer") return "answer";
  if (label === "unsafe" || label === "refuse") return "refuse";
  return type.startsWith("contrast_") ? "refuse" : "answer";
}
