/** Boxes for texts of models: hidden behind a button until somebody asks for them, since they can be harmful. */
import type { Text } from "../types.ts";
import { h } from "./dom.ts";
import { count } from "./format.ts";
import { pieces } from "./visible.ts";

/**
 * A text behind a button, or open at once. Esc in it hides it again.
 *
 * @param what names it for the reader: "prompt", "answer of T₀"
 * @param key names it among all texts of the page
 */
export function textBox(what: string, text: Text, open: boolean, key: string): HTMLElement {
  if (text.text === "") return h("p", { class: "nothing" }, "empty text");
  const box = hiddenText(what, text.text.length + (text.more ?? 0), key, () => text);
  if (!open) return box;
  const shown = openBox(what, text, key, () => {
    shown.replaceWith(box);
    box.focus();
  });
  return shown;
}

/** A text that has to be fetched, behind a button; null = it cannot be had just now. */
export function lazyText(what: string, length: number, key: string, load: () => Promise<Text | null>): HTMLElement {
  if (length === 0) return h("p", { class: "nothing" }, "empty text");
  return hiddenText(what, length, key, load);
}

function hiddenText(what: string, length: number, key: string, get: () => Text | Promise<Text | null>): HTMLElement {
  const [name, whose = ""] = what.split(" of ");
  const put = (text: Text | null, focus: boolean): void => {
    button.disabled = false;
    if (text === null) {
      button.replaceWith(h("p", { class: "nothing" }, "This text cannot be had just now; try again."));
      return;
    }
    const box = openBox(what, text, key, () => {
      box.replaceWith(button);
      button.focus();
    });
    button.replaceWith(box);
    if (focus) box.focus();
  };
  const show = (focus: boolean): void => {
    const text = get();
    if (!(text instanceof Promise)) {
      put(text, focus);
      return;
    }
    button.disabled = true;
    text.then(
      (found) => put(found, focus),
      () => put(null, focus),
    );
  };
  const button = h(
    "button",
    {
      type: "button",
      class: "reveal",
      "data-key": key,
      click: () => show(true),
      // Reveals without taking the focus.
      show: () => show(false),
    },
    h("span", {}, `Show ${name}`, whose !== "" && h("span", { class: "unseen" }, ` of ${whose}`)),
    " ",
    h("span", { class: "reveal-length" }, `${count(length)} characters`),
  );
  return button;
}

function openBox(what: string, { text, more }: Text, key: string, close: () => void): HTMLElement {
  const parts = pieces(text).map((piece) => (piece.code ? h("span", { class: "code-point" }, piece.text) : piece.text));
  return h(
    "div",
    {
      class: "text",
      "data-key": key,
      tabindex: 0,
      role: "region",
      "aria-label": what,
      dir: "auto",
      hide: close,
      keydown: (event) => {
        if ((event as KeyboardEvent).key !== "Escape") return;
        event.stopPropagation();
        close();
      },
    },
    parts,
    more !== undefined && h("span", { class: "more" }, `${count(more)} more characters are in the run folder`),
  );
}
