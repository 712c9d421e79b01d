/** Tables: they scroll on their own, can be saved, and are read by screen readers with their headings. */
import { type Child, h } from "./dom.ts";
import { csvOf, saveButton } from "./save.ts";

/** A table that scrolls on its own when it is wider than the page. First cells of rows are row headings. */
export function table(
  caption: string,
  head: readonly Child[],
  rows: readonly (readonly Child[])[],
  className = "",
): HTMLElement {
  const body = rows.map(([first, ...rest]) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, first ?? ""),
      rest.map((cell) => h("td", {}, cell)),
    ),
  );
  const element = h(
    "table",
    { class: className },
    h("caption", { class: "unseen" }, caption),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        head.map((cell) => h("th", { scope: "col" }, cell)),
      ),
    ),
    h("tbody", {}, body),
  );
  return h(
    "div",
    { class: "table" },
    h(
      "div",
      { class: "scroll", "data-key": `table ${caption}`, tabindex: 0, role: "region", "aria-label": caption },
      element,
    ),
    h(
      "p",
      { class: "saves" },
      saveButton("CSV", caption, () => csvOf(cellsOf(element))),
    ),
  );
}

/** What stands in the cells, parts of a cell with a space between. */
function cellsOf(element: HTMLTableElement): string[][] {
  return [...element.rows].map((row) => [...row.cells].map((cell) => textsOf(cell).join(" ")));
}

function textsOf(node: Node): string[] {
  if (node.nodeType === Node.TEXT_NODE) return [node.textContent ?? ""].filter((text) => text !== "");
  return [...node.childNodes].flatMap(textsOf);
}
