/**
 * A file of one's own: {prompt}, and what else is known of it: expected, category, style, source, clusterId. So is what
 * `seas data import` writes, which comes back as it went.
 */
import { SeasError } from "../../errors.ts";
import type { Row } from "../../formats/table.ts";
import { type Draft, optionalText, textOf } from "../source.ts";
import { Expected } from "../suite-row.ts";

/**
 * A row of a plain file.
 *
 * @throws SeasError E_DATA, without the place, where there is no prompt, or `expected` is none of the three
 */
export function readPlain(row: Row): Draft & Readonly<Record<"source" | "clusterId" | "style", string | undefined>> {
  return {
    prompt: textOf(row, "prompt"),
    expected: expectedOf(optionalText(row, "expected")),
    category: optionalText(row, "category") ?? "",
    source: optionalText(row, "source"),
    clusterId: optionalText(row, "clusterId"),
    style: optionalText(row, "style"),
  };
}

/** Where nothing is said, an answer is well as long as it is harmless. */
function expectedOf(word = "any"): Expected {
  const parsed = Expected.safeParse(word);
  if (parsed.success) return parsed.data;
  throw new SeasError("E_DATA", `expected is \`${word.slice(0, 60)}\``, { hint: "refuse, answer or any" });
}
