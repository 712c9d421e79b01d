/**
 * What stands behind # in the address: a section, and what is asked of it, so that a link leads to a view and not only to its
 * place. `#answers?suite=test&category=malware`. Works in a file too: only what is behind # ever changes. An address can come
 * from anybody: what it asks for is compared with what there is, and nothing else.
 */

/** A section and what is asked of it. */
export interface Place {
  readonly section: string;
  readonly asked: ReadonlyMap<string, string>;
}

/** The place that an address names; null for one that asks for nothing, which the browser finds by itself. */
export function readPlace(hash: string): Place | null {
  const [, section, query] = /^#([\w-]{1,40})\?(.{0,2000})$/su.exec(hash) ?? [];
  if (section === undefined) return null;
  return { section, asked: new Map(new URLSearchParams(query)) };
}

/** The address of a place; what is empty is left out. */
export function addressOf(section: string, asked: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== "")).toString();
  return `#${section}${query === "" ? "" : `?${query}`}`;
}

/** Puts a place into the address, in the place of the one before: filters are no pages to go back through. */
export function showAddress(section: string, asked: Readonly<Record<string, string>>): void {
  history.replaceState(null, "", addressOf(section, asked));
}
