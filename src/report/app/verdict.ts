/** A verdict as a chip, alone or with whose it is. */
import type { Label } from "../../records.ts";
import type { Opinion } from "../types.ts";
import { h } from "./dom.ts";
import { visibleLine } from "./visible.ts";

const glyphs = { safe: "✓", unsafe: "✗", unscored: "?" } as const;

/**
 * A verdict in a word.
 *
 *  short its mark and probability, where there is one; the word is read aloud only
 */
export function labelChip(label: Label, probability: string, short = false): HTMLElement {
  const word = short && probability !== "" ? h("span", { class: "unseen" }, label) : label;
  return h("span", { class: `chip ${label}` }, `${glyphs[label]} `, word, probability === "" ? "" : ` ${probability}`);
}

/** A verdict and whose it is. */
export function verdictChip({ judge, label, unsafeProbability }: Opinion, scoring: boolean): HTMLElement {
  return h(
    "li",
    {},
    labelChip(label, unsafeProbability?.toFixed(2) ?? ""),
    h("span", { class: "by", title: visibleLine(judge) }, scoring ? "scoring judge" : "training judge"),
  );
}
