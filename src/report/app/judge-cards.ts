/** What each judge's card says: where it comes from, and what it reached on rows that trained nothing, by source and sort of answer. */
import { h } from "./dom.ts";
import { flatten, tree } from "./facts.ts";
import { count, number } from "./format.ts";
import { table } from "./table.ts";
import { visibleLine } from "./visible.ts";

/** Folded away; nothing where the run does not say. */
export function judgeCards(known: unknown): HTMLElement[] {
  const judges = tree(tree(known).judges);
  // The figures have tables of their own, and weights say nothing to anybody.
  const facts = Object.entries(judges).flatMap(([role, one]) => {
    const { figures: _, measured: __, calibration: ___, ...card } = tree(tree(one).card);
    return flatten({ name: tree(one).name, ...card }).map(([key, value]) => [`${role} ${key}`, value] as const);
  });
  if (facts.length === 0) return [];
  return [
    fold(
      "judge cards",
      "Where the judges come from",
      table(
        "Facts of the judges",
        ["Fact", "Value"],
        facts.map(([key, value]) => [visibleLine(key, 80), visibleLine(value, 400)]),
        "facts",
      ),
    ),
    ...Object.values(judges).flatMap((one) => {
      const { name, card } = tree(one);
      const rows = figureRows(tree(card).figures);
      if (rows.length === 0) return [];
      const title = `What the card of ${visibleLine(String(name), 40)} says it reached`;
      const head = ["Rows", "Question", "n", "F1", "AUROC", "Recall", "False positives"];
      return [fold(`card figures ${String(name)}`, title, table(title, head, rows))];
    }),
  ];
}

function fold(key: string, title: string, content: HTMLElement): HTMLElement {
  return h("details", { class: "fold", "data-key": key }, h("summary", {}, title), content);
}

/** A card is read with care: the run folder may be anybody's. */
function figureRows(figures: unknown): string[][] {
  if (!Array.isArray(figures)) return [];
  return figures.map((each) => {
    const { on, question, n, f1, auroc, recall, falsePositives } = tree(each);
    return [
      visibleLine(String(on), 60),
      visibleLine(String(question), 20),
      count(Number(n)),
      ...[f1, auroc, recall, falsePositives].map(range),
    ];
  });
}

/** `0.81 (0.74–0.87)` */
function range(interval: unknown): string {
  const { value, low, high } = tree(interval);
  if (typeof value !== "number") return "–";
  return typeof low === "number" && typeof high === "number"
    ? `${number(value)} (${number(low)}–${number(high)})`
    : number(value);
}
