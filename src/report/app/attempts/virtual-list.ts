/**
 * A list of any length of which only the rows in the window are in the document: a few dozen elements that are filled anew as
 * the list scrolls. One row is the active one; the keys move it, and whoever reads the screen aloud hears it.
 */
import { type Child, h } from "../dom.ts";

/** How to draw a list. */
export interface VirtualListOptions {
  /** Names it for screen readers. */
  readonly label: string;
  /** Begins the ids of its rows. */
  readonly key: string;
  /** What stands in a row. */
  readonly row: (at: number) => Child;
  /** The active row is another one, or asked for again; by hand = by key or pointer. */
  readonly activate: (at: number, byHand: boolean) => void;
}

/** A drawn list. */
export interface VirtualList {
  readonly element: HTMLElement;
  /** Draws so many rows. Where it was scrolled to stays, unless told otherwise. */
  show(count: number, active: number | null, top?: boolean): void;
  /** Moves the active row and brings it into the window. */
  move(by: number): void;
  /** Makes a row the active one and brings it into the window. */
  go(to: number): void;
  active(): number | null;
}

const beyond = 6; // rows drawn above and below the window

/** A list without rows yet. Its rows are as high as its property `--row-height` says, in pixels. */
export function virtualList({ label, key, row, activate }: VirtualListOptions): VirtualList {
  const space = h("div", { class: "rows-space", role: "presentation" });
  const element = h(
    "div",
    { class: "rows", role: "listbox", "aria-label": label, tabindex: 0, "data-key": key },
    space,
  );
  const pool: { readonly element: HTMLElement; at: number }[] = [];
  let count = 0;
  let active: number | null = null;
  let height = 40;
  let waiting = false;

  const draw = (anew = false) => {
    waiting = false;
    if (anew) for (const slot of pool) slot.at = -1;
    const from = Math.max(0, Math.floor(element.scrollTop / height) - beyond);
    const until = Math.min(count, Math.ceil((element.scrollTop + element.clientHeight) / height) + beyond);
    while (pool.length < until - from) {
      const fresh = { element: h("div", { class: "row", role: "option" }), at: -1 };
      pool.push(fresh);
    }
    // Each row keeps its element while it is in the window, so that a scrolled row is not written again.
    const drawn = new Set<HTMLElement>();
    for (let at = from; at < until; at++) {
      const slot = pool[at % pool.length]!;
      drawn.add(slot.element);
      if (slot.at !== at) fill(slot, at);
      slot.element.setAttribute("aria-selected", String(at === active));
      if (slot.element.parentNode === null) space.append(slot.element);
    }
    for (const slot of pool) if (!drawn.has(slot.element)) slot.element.remove();
    if (active !== null && active >= from && active < until)
      element.setAttribute("aria-activedescendant", `${key}-${active}`);
    else element.removeAttribute("aria-activedescendant");
  };
  const fill = (slot: (typeof pool)[number], at: number) => {
    slot.at = at;
    const next = h("div", {}, row(at));
    slot.element.replaceChildren(...next.childNodes);
    slot.element.id = `${key}-${at}`;
    slot.element.dataset.at = String(at);
    slot.element.setAttribute("aria-posinset", String(at + 1));
    slot.element.setAttribute("aria-setsize", String(count));
    slot.element.style.transform = `translateY(${at * height}px)`;
  };
  const soon = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => draw());
  };
  const measure = () => {
    const before = height;
    height = Number.parseFloat(getComputedStyle(element).getPropertyValue("--row-height")) || height;
    space.style.height = `${count * height}px`;
    // What stood at the top of the list stays there when rows become higher.
    if (before !== height) element.scrollTop = (element.scrollTop / before) * height;
    draw(before !== height);
  };
  const go = (to: number) => {
    if (count === 0) return;
    active = Math.max(0, Math.min(count - 1, to));
    const [top, bottom] = [active * height, (active + 1) * height];
    if (top < element.scrollTop) element.scrollTop = top;
    else if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight;
    draw();
    activate(active, true);
  };
  const move = (by: number) => go(active === null ? Math.floor(element.scrollTop / height) : active + by);

  element.addEventListener("scroll", soon, { passive: true });
  element.addEventListener("click", (event) => {
    const at = (event.target as Element).closest<HTMLElement>(".row")?.dataset.at;
    if (at !== undefined) go(Number(at));
  });
  element.addEventListener("keydown", (event) => {
    const page = Math.max(1, Math.floor(element.clientHeight / height) - 1);
    const steps: Readonly<Record<string, () => void>> = {
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      PageDown: () => move(page),
      PageUp: () => move(-page),
      Home: () => go(0),
      End: () => go(count - 1),
    };
    if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(steps, event.key)) return;
    event.preventDefault();
    steps[event.key]!();
  });
  new ResizeObserver(measure).observe(element);
  return {
    element,
    show(rows, at, top = false) {
      count = rows;
      active = at;
      if (top) element.scrollTop = 0;
      measure();
      draw(true);
      if (active !== null) activate(active, false);
    },
    move,
    go,
    active: () => active,
  };
}
