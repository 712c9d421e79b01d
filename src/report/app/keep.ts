/**
 * What a reader did to a part of the page, taken from the part that goes and given to the one that comes: opened folds,
 * revealed texts, how far a table was scrolled, the focus. Found again by `data-key`, which names the same thing in both.
 */

/** Puts a new part in the place of an old one. */
export function replaceKept(old: ChildNode, next: ChildNode): void {
  const had = old instanceof HTMLElement ? old : null;
  const gets = next instanceof HTMLElement ? next : null;
  const focused = had?.contains(document.activeElement) ? keyOf(document.activeElement) : undefined;
  if (had !== null && gets !== null) {
    const open = keysOf(had, "details[open]");
    const shown = keysOf(had, ".text");
    for (const fold of gets.querySelectorAll<HTMLDetailsElement>("details")) {
      if (open.has(keyOf(fold) ?? "")) fold.open = true;
    }
    // A text that was revealed stays so; `show` reveals without taking the focus.
    for (const button of gets.querySelectorAll(".reveal")) {
      if (shown.has(keyOf(button) ?? "")) button.dispatchEvent(new Event("show"));
    }
  }
  const scrolled =
    had === null ? [] : [...had.querySelectorAll(".scroll")].map((e) => [keyOf(e), e.scrollLeft] as const);
  old.replaceWith(next);
  if (gets === null) return;
  for (const [key, left] of scrolled) if (left > 0) find(gets, key)?.scrollTo({ left, behavior: "instant" });
  if (focused !== undefined) find(gets, focused)?.focus({ preventScroll: true });
}

/** Does something to the page under the reader's eyes: what stands at the top of the window stays there. */
export function withoutMoving(root: HTMLElement, change: () => void): void {
  // The first thing in the window that will be found again; one that has no box (in a closed fold) is none.
  const anchor = [...root.querySelectorAll<HTMLElement>("[data-key], section[id]")].find((e) => {
    const { top, height } = e.getBoundingClientRect();
    return height > 0 && top >= 0;
  });
  const key = keyOf(anchor ?? null);
  const before = anchor?.getBoundingClientRect();
  change();
  const now = find(root, key);
  if (now === undefined || before === undefined || window.scrollY === 0) return;
  window.scrollBy({ top: now.getBoundingClientRect().top - before.top, behavior: "instant" });
}

function keyOf(element: Element | null): string | undefined {
  const { key } = (element as HTMLElement | null)?.dataset ?? {};
  return key ?? (element?.id || undefined);
}

function keysOf(root: HTMLElement, selector: string): Set<string> {
  return new Set([...root.querySelectorAll(selector)].flatMap((element) => keyOf(element) ?? []));
}

function find(root: HTMLElement, key: string | undefined): HTMLElement | undefined {
  if (key === undefined) return undefined;
  return [root, ...root.querySelectorAll<HTMLElement>("[data-key], [id]")].find((e) => keyOf(e) === key);
}
