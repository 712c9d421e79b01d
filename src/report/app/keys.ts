/**
 * Keys for those who read many answers: `/` to the filters, j and k from answer to answer, Enter opens its texts, Esc closes
 * them, `?` says so. They go to the list that has the focus, else to the one in the window; in a field they are letters.
 */
import { h } from "./dom.ts";

const meanings: readonly (readonly [keys: readonly string[], does: string])[] = [
  [["/"], "to the filters of the list"],
  [["j", "↓"], "next answer"],
  [["k", "↑"], "the answer before"],
  [["Enter"], "open its texts"],
  [["Esc"], "close them; from a text, back to the list"],
  [["?"], "these keys"],
];

/** The list of keys, and the button that shows it. */
export function keysDialog(): { readonly dialog: HTMLDialogElement; readonly button: HTMLElement } {
  // A click beside the list is one on the dialog itself.
  const closeOutside = ({ target }: Event) => {
    if (target === dialog) dialog.close();
  };
  const close = () => {
    dialog.close();
  };
  const show = () => {
    dialog.showModal();
  };
  const dialog: HTMLDialogElement = h(
    "dialog",
    { class: "keys", "aria-labelledby": "keys-title", click: closeOutside },
    h("h2", { id: "keys-title" }, "Keys"),
    h(
      "dl",
      {},
      meanings.map(([keys, does]) =>
        h(
          "div",
          {},
          h(
            "dt",
            {},
            keys.map((key) => h("kbd", {}, key)),
          ),
          h("dd", {}, does),
        ),
      ),
    ),
    h("button", { type: "button", click: close }, "Close"),
  );
  const button = h(
    "button",
    { type: "button", class: "keys-button", "aria-label": "Keys", title: "Keys (?)", click: show },
    "?",
  );
  return { dialog, button };
}

/** A list of answers as the keys see it. */
interface Keyed {
  readonly section: HTMLElement;
  move(by: 1 | -1): void;
  open(): void;
  close(): void;
}

/** Listens on the whole page. */
export function listenToKeys(root: HTMLElement, dialog: HTMLDialogElement): void {
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
    const element = target instanceof HTMLElement ? target : null;
    if (element?.closest("select, textarea, input:not([type=checkbox], [type=radio])")) {
      if (key === "Escape") element.blur();
      return;
    }
    if (key === "?") {
      event.preventDefault();
      return dialog.showModal();
    }
    const list = listAt(root, element);
    if (list === null) return;
    // The arrows scroll the page, and Enter presses what it stands on, but in a list of answers.
    const inside = element?.closest("article, [role=listbox], .detail") ?? null;
    const pressed = element?.closest("button, a, summary, input, label") ?? null;
    const does: Readonly<Record<string, (() => void) | false>> = {
      "/": () => focusFilters(list.section),
      j: () => list.move(1),
      k: () => list.move(-1),
      ArrowDown: inside !== null && pressed === null && element?.className !== "text" && (() => list.move(1)),
      ArrowUp: inside !== null && pressed === null && element?.className !== "text" && (() => list.move(-1)),
      Enter: inside !== null && pressed === null && (() => list.open()),
      Escape: inside !== null && (() => list.close()),
    };
    const act = Object.hasOwn(does, key) && does[key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** The list that has the focus, else the one that fills more of the window, else the list of all attempts. */
function listAt(root: HTMLElement, focused: HTMLElement | null): Keyed | null {
  const sections = ["answers", "attempts"].flatMap((id) => root.querySelector<HTMLElement>(`#${id}`) ?? []);
  const seen = (section: HTMLElement) => {
    const { top, bottom } = section.getBoundingClientRect();
    return Math.min(bottom, innerHeight) - Math.max(top, 0);
  };
  const own = sections.find((section) => section.contains(focused));
  const section = own ?? sections.toSorted((a, b) => seen(b) - seen(a)).find((s) => seen(s) > 0) ?? sections.at(-1);
  if (section === undefined) return null;
  return section.id === "answers" ? cardsOf(section) : rowsOf(section);
}

function focusFilters(section: HTMLElement): void {
  const first = section.querySelector<HTMLElement>(".filters select");
  first?.scrollIntoView({ block: "center", behavior: "instant" });
  first?.focus({ preventScroll: true });
}

/** Prompts with their answers side by side, a page of them. */
function cardsOf(section: HTMLElement): Keyed {
  const cards = () => [...section.querySelectorAll<HTMLElement>("article")];
  const current = () => document.activeElement?.closest<HTMLElement>("article") ?? null;
  const focus = (card: HTMLElement | undefined) => {
    card?.focus({ preventScroll: true });
    card?.scrollIntoView({ block: "nearest", behavior: "instant" });
  };
  return {
    section,
    move(by) {
      const all = cards();
      const at = current() === null ? -1 : all.indexOf(current()!);
      const next = at < 0 ? 0 : at + by;
      if (next >= 0 && next < all.length) return focus(all[next]);
      // Beyond the last of this page comes the first of the next one.
      const turn = section.querySelectorAll<HTMLButtonElement>(".pager button")[by > 0 ? 1 : 0];
      if (turn === undefined || turn.disabled) return;
      turn.click();
      focus(cards().at(by > 0 ? 0 : -1));
    },
    open() {
      for (const button of current()?.querySelectorAll(".reveal") ?? []) button.dispatchEvent(new Event("show"));
    },
    close() {
      const card = current();
      for (const text of card?.querySelectorAll(".text") ?? []) text.dispatchEvent(new Event("hide"));
      card?.focus({ preventScroll: true });
    },
  };
}

/** All attempts: the list moves by itself, and its texts stand beside it. */
function rowsOf(section: HTMLElement): Keyed {
  const list = section.querySelector<HTMLElement>("[role=listbox]");
  const detail = section.querySelector<HTMLElement>(".detail");
  return {
    section,
    move(by) {
      list?.focus({ preventScroll: true });
      const key = by > 0 ? "ArrowDown" : "ArrowUp";
      list?.dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true }));
      list?.scrollIntoView({ block: "nearest", behavior: "instant" });
    },
    open() {
      // Its prompt and its answer; seed prompts wait to be asked for one by one.
      for (const button of detail?.querySelectorAll(".attempt > .reveal") ?? [])
        button.dispatchEvent(new Event("show"));
    },
    close() {
      for (const text of detail?.querySelectorAll(".text") ?? []) text.dispatchEvent(new Event("hide"));
      list?.focus({ preventScroll: true });
    },
  };
}
