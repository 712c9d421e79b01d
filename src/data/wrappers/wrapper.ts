/**
 * What a wrapper is: the text around a behaviour that makes a prompt of one style.
 */
import type { StyleId } from "../taxonomy.ts";

/** One way of asking. */
export interface Wrapper {
  /** `style/cluster/number`. */
  readonly id: string;
  readonly style: StyleId;
  /** `style/cluster`: wrappers built on the same idea share it, and the split never cuts through it. */
  readonly cluster: string;
  /** Under 45 words, with `{behaviour}` or `{Behaviour}` at least once. */
  readonly template: string;
  /** Changes the behaviour's text before it is put in. @default left as it is */
  readonly disguise?: (behaviour: string) => string;
}

/** A template, or one with a disguise. */
export type WrapperText = string | { readonly template: string; readonly disguise: (behaviour: string) => string };

/**
 * The wrappers of one style from its template clusters.
 *
 * @param clusters cluster id → its templates
 */
export function wrappersOf(style: StyleId, clusters: Readonly<Record<string, readonly WrapperText[]>>): Wrapper[] {
  return Object.entries(clusters).flatMap(([cluster, texts]) =>
    texts.map((text, i) => ({
      id: `${style}/${cluster}/${i + 1}`,
      style,
      cluster: `${style}/${cluster}`,
      ...(typeof text === "string" ? { template: text } : text),
    })),
  );
}
