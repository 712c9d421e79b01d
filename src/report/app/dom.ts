/**
 * Elements from code. Strings become text nodes and nothing else: there is no way to markup from here, which is what
 * keeps the texts of models harmless. Styles go through custom properties, since the page's policy forbids inline ones.
 */

/** What an element may hold; null and false are left out. */
export type Child = Node | string | null | false | readonly Child[];

/** Attributes; true = present without a value, false and undefined = absent. */
export interface Properties {
  readonly [attribute: string]:
    | string
    | number
    | boolean
    | undefined
    | ((event: Event) => void)
    | Readonly<Record<string, string>>;
}

/**
 * An element.
 *
 * @param properties attributes by name; a function is a listener for that event (`click`, `change`); `vars` sets custom properties
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else if (typeof value === "object") {
      for (const [key, setting] of Object.entries(value)) element.style.setProperty(key, setting);
    } else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === false) continue;
    if (Array.isArray(child)) append(element, child as readonly Child[]);
    else element.append(child as Node | string);
  }
}

/** A section of the page with its heading and a sentence under it. */
export function section(id: string, title: string, lead: Child, ...children: Child[]): HTMLElement {
  return h(
    "section",
    { id, "aria-labelledby": `${id}-title` },
    h("h2", { id: `${id}-title` }, title),
    lead !== null && h("p", { class: "lead" }, lead),
    children,
  );
}

/** What stands where there is nothing to show. */
export function nothing(sentence: string): HTMLElement {
  return h("p", { class: "nothing" }, sentence);
}
