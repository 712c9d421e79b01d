/** Boxes for texts of models: hidden behind a button until somebody asks for them, since they can be harmful. */
import type { Text } from "../types.ts";
import { h } from "./dom.ts";
import { count } from "./format.ts";
import { pieces } from "./visible.ts";

/**
 * A text behind a button, or open at once.
 *
 * @param what names it for the reader: "prompt", "answer of T₀"
 * @param key names it among all texts of the page
 */
export function textBox(what: string, text: Text, open: boolean, key: string): HTMLElement {
  const length = count(text.text.length + (text.more ?? 0));
  if (text.text === "") return h("p", { class: "nothing" }, "empty text");
  if (open) return openBox(what, text, key);
  const [name, whose = ""] = what.split(" of ");
  const show = (): HTMLElement => {
    const box = openBox(what, text, key);
    button.replaceWith(box);
    return box;
  };
  const button = h(
    "button",
    {
      type: "button",
      class: "reveal",
      "data-key": key,
      click: () => show().focus(),
      show: () => void show(),
    },
    h("span", {}, `Show ${name}`, whose !== "" && h("span", { class: "unseen" }, ` of ${whose}`)),
    " ",
    h("span", { class: "reveal-length" }, `${length} characters`),
  );
  return button;
}

function openBox(what: string, { text, more }: Text, key: string): HTMLElement {
  const parts = pieces(text).map((piece) => (piece.code ? h("span", { class: "code-point" }, piece.text) : piece.text));
  return h(
    "div",
    { class: "text", "data-key": key, tabindex: 0, role: "region", "aria-label": what, dir: "auto" },
    parts,
    more !== undefined && h("span", { class: "more" }, `${count(more)} more characters are in the run folder`),
  );
}
