/**
 * A summary as it changes: which of its parts (its top-level keys) changed at which version, so that a page gets what it
 * lacks and no more. A version is `SESSION-N`; a page with one of another session gets everything.
 */
import type { Summary } from "../types.ts";

/** Versions of one summary. */
export interface Feed {
  /** The version at hand. */
  version(): string;
  /** The summary at hand. */
  summary(): Summary;
  /** Takes a newer summary; true when anything in it is new. */
  update(summary: Summary): boolean;
  /** What changed after that version, as a JSON object; undefined when nothing did. */
  since(version: string | undefined): string | undefined;
}

/** @param session a word that no other feed has */
export function createFeed(session: string, first: Summary): Feed {
  const parts = new Map<string, { readonly json: string; readonly at: number }>();
  let at = 0;
  let summary = first;
  const feed: Feed = {
    version: () => `${session}-${at}`,
    summary: () => summary,
    update(next) {
      // An absent value is told as null, or an old one would stay on the page.
      const changed = Object.entries(next)
        .map(([key, value]) => [key, JSON.stringify(value ?? null)] as const)
        .filter(([key, json]) => parts.get(key)?.json !== json);
      summary = next;
      if (changed.length === 0) return false;
      at++;
      for (const [key, json] of changed) parts.set(key, { json, at });
      return true;
    },
    since(version) {
      const [own, number] = version?.split("-") ?? [];
      const known = own === session ? Number(number) : -1;
      const newer = [...parts].filter(([, part]) => !(part.at <= known));
      if (newer.length === 0) return undefined;
      return `{${newer.map(([key, { json }]) => `${JSON.stringify(key)}:${json}`).join(",")}}`;
    },
  };
  feed.update(first);
  return feed;
}
