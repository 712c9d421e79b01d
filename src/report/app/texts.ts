/** Boxes for texts of models: hidden behind a button until somebody asks for them, since they can be harmful. */
import type { Text } from "../types.ts";
import { h } from "./dom.ts";
import { count } from "./format.ts";
import { pieces } from "./visible.ts";

/**
 * A text behind a button, or open at once.
 *
 * @param what names it for the reader: "prompt", "answer of T₀"
 */
export function textBox(what: string, text: Text, open: boolean): HTMLElement {
  const length = count(text.text.length + (text.more ?? 0));
  if (text.text === "") return h("p", { class: "nothing" }, "empty text");
  if (open) return openBox(what, text);
  const button = h(
    "button",
    {
      type: "button",
      class: "reveal",
      "aria-label": `Show ${what}, ${length} characters`,
      click: () => {
        const box = openBox(what, text);
        button.replaceWith(box);
        box.focus();
      },
    },
    h("span", {}, `Show ${what.split(" of ")[0]}`),
    h("span", { class: "reveal-length" }, `${length} characters`),
  );
  return button;
}

function openBox(what: string, { text, more }: Text): HTMLElement {
  const parts = pieces(text).map((piece) => (piece.code ? h("span", { class: "code-point" }, piece.text) : piece.text));
  return h(
    "div",
    { class: "text", tabindex: 0, role: "region", "aria-label": what, dir: "auto" },
    parts,
    more !== undefined && h("span", { class: "more" }, `${count(more)} more characters are in the run folder`),
  );
}
