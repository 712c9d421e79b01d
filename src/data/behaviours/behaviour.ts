/**
 * What a behaviour is: one thing that an adversarial prompt asks for, stated without any operational detail.
 * The lists beside this file hold one domain each; `../behaviours.ts` puts them together.
 */
import type { DomainId } from "../taxonomy.ts";

/** One thing asked for. */
export interface Behaviour {
  /** `domain/cluster/number`; stable as long as a cluster's list only grows at its end. */
  readonly id: string;
  readonly domain: DomainId;
  /** `domain/cluster`: near-paraphrases share it, and the split never cuts through it. */
  readonly cluster: string;
  /** 6-16 words, imperative and lower case: fits after "how to …", "help me …", "I want to …". */
  readonly text: string;
  /** 2-6 words, a noun phrase that a safe answer can name. */
  readonly topic: string;
}

/**
 * The behaviours of one domain from its clusters.
 *
 * @param clusters cluster id → [text, topic] pairs
 */
export function behavioursOf(
  domain: DomainId,
  clusters: Readonly<Record<string, readonly (readonly [text: string, topic: string])[]>>,
): readonly Behaviour[] {
  return Object.entries(clusters).flatMap(([cluster, list]) =>
    list.map(([text, topic], i) => ({
      id: `${domain}/${cluster}/${i + 1}`,
      domain,
      cluster: `${domain}/${cluster}`,
      text,
      topic,
    })),
  );
}
